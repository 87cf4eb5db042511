"""Who works at the command line: the account of the operating system, which nobody types in."""

import os
import pwd


def operator() -> str:
    """The account's name; its number where it has none."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"
