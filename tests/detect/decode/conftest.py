"""Examples have no deadline: a loaded machine must not fail a test."""

from hypothesis import settings

settings.register_profile("decode", deadline=None)
settings.load_profile("decode")
