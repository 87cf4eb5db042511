"""The value types every room speaks: events, apps, phones, sessions, findings.

Pure values without I/O: msgspec structs and closed vocabularies. Every artefact on disk, every
report column and every document derives from these definitions; nothing repeats them.
"""
