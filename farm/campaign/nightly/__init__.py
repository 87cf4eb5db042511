"""Nightly runs: what changed since the last comparable run, whether it is real, and why."""
