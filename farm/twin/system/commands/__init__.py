"""The programs of the phone's shell, one module per family, each with a table of its programs."""
