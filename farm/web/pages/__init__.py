"""The pages, one module a part; each says its routes."""
