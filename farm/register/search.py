"""What a search finds an app by: the ends of its package and its label, looked up by prefix.

PostgreSQL's trigram extension is not in the embedded server, and a prefix search in an index gives
its first page at once however much matches. `shop` finds `com.example.shop`; a Chinese label is
found from any of its characters on.
"""

import unicodedata

_LONGEST = 64  # characters of one word
_MOST = 40  # words of one app


def fold(text: str) -> str:
    """Text as it is compared: compatibility forms and case folded, without control characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c) not in {"Cc", "Cf", "Cs"}).strip()


def words(package: str, label: str) -> list[str]:
    """Every text whose beginning finds the app."""
    found: dict[str, None] = {}
    for text in (fold(package), fold(label)):
        for start in range(len(text)):
            if _begins(text, start):
                found[text[start : start + _LONGEST]] = None
    return list(found)[:_MOST]


def _begins(text: str, start: int) -> bool:
    """Whether a word begins here: after what is no letter or digit, and at every ideograph."""
    if not text[start].isalnum():
        return False
    return start == 0 or not text[start - 1].isalnum() or not text[start].isascii()


def bounds(query: str) -> tuple[str, str]:
    """The first word a query finds, and the first after all that it finds (by code point)."""
    low = fold(query)[:_LONGEST]
    return low, low + "\U0010ffff"
