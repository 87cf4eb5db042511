"""The pytest plugin: scenarios as tests, and fixtures for tests about recordings."""
