"""From an analysis to what people and machines read: one HTML page, or JSON.

Draws and words; judges nothing. Values of identifiers are masked unless asked for.
"""
