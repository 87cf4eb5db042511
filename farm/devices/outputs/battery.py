"""Reads `dumpsys battery`. Vendors add lines of their own, which are ignored."""

import re

import msgspec


class Battery(msgspec.Struct, frozen=True, kw_only=True):
    """Level in percent, temperature in degrees Celsius; None where the phone does not say."""

    level: int | None
    temperature: float | None
    powered: bool


def read_battery(output: str) -> Battery | None:
    """Return the battery's state, None if the text is no battery dump."""
    start = output.find("Current Battery Service state:")
    if start < 0:
        return None
    fields: dict[str, str] = {}
    for name, value in re.findall(r"^ {2}([^:\n]+):[ \t]*([^\n]*?)\s*$", output[start:], re.M):
        fields.setdefault(name.strip(), value)
    level, scale = _number(fields.get("level")), _number(fields.get("scale")) or 100
    temperature = _number(fields.get("temperature"))
    return Battery(
        level=None if level is None else level * 100 // scale,
        temperature=None if temperature is None else temperature / 10,
        powered=any(v == "true" for n, v in fields.items() if n.endswith("powered")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d+", text) else None
