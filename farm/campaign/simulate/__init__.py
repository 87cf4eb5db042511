"""Capacity: the real decisions about jobs, run on hosts, phones and failures made up here."""
