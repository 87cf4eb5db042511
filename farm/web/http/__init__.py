"""What holds for every request: bounds, headers, who asks, and how errors look."""
