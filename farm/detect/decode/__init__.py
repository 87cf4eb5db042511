"""Takes apart whatever a request can hold, recursively and within bounds.

Each piece that comes out carries the path of decoders that led to it. What a piece means is not
decided here.
"""
