"""How much a value says: its bits, and what systems answer when they give nothing."""

import functools
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
        "not available",
        "unavailable",
        "-1",
        # CellInfo.UNAVAILABLE and UNAVAILABLE_LONG, Integer.MIN_VALUE.
        "2147483647",
        "9223372036854775807",
        "-2147483648",
    }
)
"""What systems answer instead of a value, lower case."""

COMMON = frozenset(
    {
        # The Android emulator's telephone, SIM and access point (AOSP, external/qemu).
        "358240051111110",
        "310260000000000",
        "89014103211118510720",
        "15555215554",
        "+15555215554",
        "androidwifi",
        "00:13:10:85:fe:01",
        "02:15:b2:00:00:00",
        "02:00:00:44:55:66",
        # IMEI that many phones with faulty firmware, and copies, share.
        "004999010640000",
        "unknown serial",
    }
)
"""Values that many phones have alike, lower case: reading one is a reading, meeting one in a flow
says nothing of where it came from."""

_RUNS = ("0123456789abcdef" * 2, "1234567890" * 3, "fedcba9876543210" * 2, "9876543210" * 3)
_SHORTEST_RUN = 6
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f:\-]+")


@functools.lru_cache(maxsize=4096)
def is_placeholder(value: str) -> bool:
    """Whether the value is what systems answer when they have or give nothing."""
    text = value.strip().strip('"').lower()
    parts = [part.strip() for part in text.split(",")]
    return all(part in PLACEHOLDERS or not part.strip("0:-. ") for part in parts)


@functools.lru_cache(maxsize=4096)
def is_common(value: str) -> bool:
    """Whether many phones have the value alike: a maker's default, one character, a sequence."""
    text = value.strip().strip('"').lower()
    if text in COMMON:
        return True
    bare = "".join(character for character in text if character.isalnum())
    if len(bare) < _SHORTEST_RUN:
        return False
    return len(set(bare)) == 1 or _in_order(bare)


def _in_order(bare: str) -> bool:
    """Whether the text is one or two pieces of counting, as test numbers are."""
    for end in range(len(bare), _SHORTEST_RUN - 1, -1):
        if any(bare[:end] in run for run in _RUNS):
            rest = bare[end:]
            return len(rest) < _SHORTEST_RUN - 1 or any(rest in run for run in _RUNS)
    return False


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
