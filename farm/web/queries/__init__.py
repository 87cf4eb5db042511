"""Reads what pages and the API show, in bounded pages. Writes nothing."""
