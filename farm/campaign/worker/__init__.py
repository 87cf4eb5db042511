"""A host's worker: takes jobs for its free slots, runs them, and gets every result home."""
