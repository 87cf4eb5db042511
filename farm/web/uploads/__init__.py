"""APKs that people and programs give in: received, read in a process of their own, registered."""
