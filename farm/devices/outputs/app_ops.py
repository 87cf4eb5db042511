"""Reads what `appops get` prints about one operation of one package (AOSP, AppOpsService shell)."""

import re

MODES = frozenset({"allow", "ignore", "deny", "default", "foreground"})
_LINE = re.compile(r"^(?:Uid mode: )?[A-Z_]+: ([a-z]+)", re.MULTILINE)


def read_mode(output: str) -> str | None:
    """The mode that was set, `default` where none was; None if the text does not say."""
    found = _LINE.search(output)
    if found is not None:
        return found[1] if found[1] in MODES else None
    # "No operations." with, on later systems, "Default mode: ignore" below.
    return "default" if "No operations" in output else None
