"""Walks through an app by itself: what can be done on a screen, what was done, what is next."""
