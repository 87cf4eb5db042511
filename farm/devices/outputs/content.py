"""Reads what `content query` prints (AOSP frameworks/base, cmds/content, `Content.java`)."""

import re

_ROW = re.compile(r"Row: \d+ (.*)")
_EMPTY = "No result found."
_FAILURES = ("Error while accessing provider", "[ERROR]", "Exception")


def read_column(output: str, column: str) -> list[str] | None:
    """The values of the only column that was asked for, a row each; None if this is no answer.

    A value that spans lines keeps its first one; SQL's NULL is printed as `NULL`.
    """
    text = output.replace("\r", "")
    found: list[str] = []
    for line in text.splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        name, equals, value = row[1].partition("=")
        if not equals or name != column:
            return None
        found.append(value)
    return found if found or _EMPTY in text else None


def read_failure(output: str, errors: str) -> str:
    """Why `content` failed, in one line; empty where it says nothing: it then did as told."""
    lines = [line.strip() for line in (errors + "\n" + output).splitlines() if line.strip()]
    if not any(sign in line for line in lines for sign in _FAILURES):
        return ""
    # The line that names the exception tells most; the stack below it nothing.
    told = [line for line in lines if "Exception" in line and not line.startswith("at ")]
    return (told or lines)[0][:300]
