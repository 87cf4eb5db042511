"""Reads `getprop` and `settings get`."""

import re

# A value may hold line breaks and brackets; the next property starts a line with "[name]: [".
_PROPERTY = re.compile(r"^\[([^\]\n]+)\]: \[(.*?)\]\r?$", re.MULTILINE | re.DOTALL)


def read_properties(output: str) -> dict[str, str]:
    """Return all properties of `getprop` without arguments."""
    return {name: value.strip() for name, value in _PROPERTY.findall(output)}


def read_setting(output: str) -> str | None:
    """Return the value of `settings get`, None where the setting does not exist."""
    value = output.strip("\r\n")
    return None if value.strip() in ("null", "") else value
