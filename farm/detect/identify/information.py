"""How much a value says: its bits, and what systems answer when they give nothing."""

import math
import re
from collections import Counter

STRONG_BITS = 28.0
"""A value with less information than this counts only in company, or under a name of its kind."""

WEAK_BITS = 8.0
"""With less than this a value is not searched for at all."""

PLACEHOLDERS = frozenset(
    {
        "",
        "null",
        "none",
        "nil",
        "undefined",
        "unknown",
        "n/a",
        "<unknown ssid>",
        "false",
        "true",
        "[]",
        "{}",
        # What Android gives out instead of a hardware address since version 6 and 8.
        "02:00:00:00:00:00",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        # Limited ad tracking: an advertising id of zeros.
        "00000000-0000-0000-0000-000000000000",
        # One Android ID shared by many faulty phones (Android issue 10603): stands for nobody.
        "9774d56d682e549c",
    }
)
"""What systems answer instead of a value, lower case."""

_HEXADECIMAL = re.compile(r"[0-9A-Fa-f:\-]+")


def is_placeholder(value: str) -> bool:
    """Whether the value is what systems answer when they have or give nothing."""
    text = value.strip().strip('"').lower()
    return text in PLACEHOLDERS or (bool(text) and not text.strip("0:-. "))


def information(value: str) -> float:
    """Cautious estimate of the bits in a value: by alphabet, or by the variety it really has.

    The variety is the entropy of its characters with the correction for short samples by Miller
    and Madow (1955), without which every short number would seem to say too little.
    Letters beyond ASCII count with 9 bits at most: some 500 characters make up most Chinese names
    and messages.
    """
    if not value:
        return 0.0
    counts = Counter(value.lower())
    variety = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    variety += (len(counts) - 1) / (2 * len(value) * math.log(2))
    if value.isascii():
        carrying = sum(1 for character in value if character.isalnum())
        if value.isdigit():
            alphabet = 10
        elif _HEXADECIMAL.fullmatch(value):
            alphabet = 16
        else:
            alphabet = 36
        return carrying * min(math.log2(alphabet), variety)
    wide = [character for character in value if not character.isascii() and character.isalnum()]
    narrow = sum(1 for character in value if character.isascii() and character.isalnum())
    return 9.0 * len(set(wide)) + narrow * min(math.log2(36), variety)
