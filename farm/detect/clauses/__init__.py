"""Clauses of the standards: which are decided from recordings, by which signals, and how."""
