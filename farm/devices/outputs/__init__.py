"""Readers of what a phone's tools print: text in, value out, nothing else.

Each reader is a pure function, tested on real outputs of several Android versions and vendors'
ROMs. Text that cannot be read gives None or an empty value, never a guess.
"""
