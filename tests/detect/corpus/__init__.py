"""A labelled corpus of sessions, made anew each time from one seed; nothing of it is stored.

Each session says what must be found in it (data type, receiver, family of form) and, by saying
nothing more, that all else in it must not be.
"""
