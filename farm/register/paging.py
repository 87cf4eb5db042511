"""Lists in pages that cost the same wherever they begin: each page starts after a known row.

A cursor is a row's sort key as text. It comes back from browsers and programs, so it is checked.
"""

import base64
import binascii
import datetime
from typing import Any, Generic, TypeVar

import msgspec

from farm.model.errors import UsageError

MOST = 200
_LONGEST = 2000
_Item = TypeVar("_Item")


class Page(msgspec.Struct, Generic[_Item], frozen=True, kw_only=True):
    """A part of a list. `after` is the cursor of the next part; empty: this was the last."""

    items: list[_Item]
    after: str = ""


def check_limit(limit: int) -> int:
    """Return how many rows a page has.

    Raises:
        UsageError: it is not between 1 and 200.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"limit: expected 1 to {MOST}, got {limit}")
    return limit


def cursor(*key: Any) -> str:
    """The cursor of the row with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def at_time(text: str) -> tuple[datetime.datetime, int] | None:
    """The sort key (time, id) of a cursor; None for the first page.

    Raises:
        UsageError: it is no cursor of such a list.
    """
    found: tuple[datetime.datetime, int] | None = _key(text, tuple[datetime.datetime, int])
    if found is not None and (found[0].tzinfo is None or not 0 <= found[1] < 2**63):
        raise UsageError("after: not a cursor of this list; begin without one")
    return found


def at_text(text: str) -> tuple[str, int] | None:
    """The sort key (text, id) of a cursor; None for the first page.

    Raises:
        UsageError: it is no cursor of such a list.
    """
    found: tuple[str, int] | None = _key(text, tuple[str, int])
    if found is not None and ("\0" in found[0] or not 0 <= found[1] < 2**63):
        raise UsageError("after: not a cursor of this list; begin without one")
    return found


def _key(text: str, kind: Any) -> Any:
    if not text:
        return None
    try:
        if len(text) > _LONGEST:
            raise ValueError
        data = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        return msgspec.json.decode(data, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise UsageError("after: not a cursor of this list; begin without one") from error
