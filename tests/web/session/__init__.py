"""The session page: what it shows of recordings, in a browser and without one."""
