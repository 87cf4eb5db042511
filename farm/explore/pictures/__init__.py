"""What a screen's picture says where its hierarchy says nothing: words, sizes, contrast."""
