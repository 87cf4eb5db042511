"""The web page, over a real database and the real server."""
