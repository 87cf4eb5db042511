"""How each piece of a walk is searched: with others in one pass, or by itself.

Most pieces are a few characters that say what they say. Which ones may be more is found for many
at once.
"""

import re
from collections.abc import Sequence
from enum import Enum

from farm.detect.decode.characters import Kind, kind_of
from farm.detect.decode.formats import is_object

SMALL = 4096
"""Bytes below which pieces are searched together."""

SEPARATOR = b"\0"
"""What stands between pieces that are searched together."""

_BEGINNINGS = rb"(?:<|--|\r|\x1f\x8b|\(\xb5|\xac\xed|\xef\xbb|\xff\xfe|\xfe\xff|PK\x03|bplist0)"
_PACKED = re.compile(_BEGINNINGS)
"""How formats begin that say what they are."""
_DOCUMENTS = frozenset(b'{["/')
_UNUSUAL = bytes(set(range(1, 32)) - set(b"\t\n\f\x1b"))
_ANY_PACKED = re.compile(rb"\0" + _BEGINNINGS)
_ANY_ESCAPE = re.compile(rb'[%\\&=]|\0[{\["/]')
_BLOCK = 64  # pieces that are looked at together


class Look(Enum):
    """How a piece is searched."""

    NONE = "together with others"
    ESCAPES = "alone, if anything stands in it with its escapes undone"
    ALONE = "alone"


class Looks:
    """The numbers of a level's pieces, by how each is searched, ascending."""

    def __init__(self, pieces: Sequence[bytes], least: int) -> None:
        """Look at all.

        Args:
            pieces: of one level of a walk.
            least: bytes of binary data from which on it is looked at by itself, so that it is
                told if nobody can read it.
        """
        self.together: list[int] = []
        self.doubtful: list[int] = []
        self.alone: list[int] = []
        self._pieces = pieces
        self._least = least
        for first in range(0, len(pieces), _BLOCK):
            self._sort(first, min(first + _BLOCK, len(pieces)), plain=None)

    def _sort(self, first: int, last: int, *, plain: bool | None) -> bool | None:
        """Sort a block in; `plain` says of its small pieces whether they are, where that is known.

        Returns whether they are, None where that was not looked at.
        """
        if last - first == 1:
            self._add(_look(self._pieces[first], self._least), first, last)
            return plain
        if plain is not False:
            block = self._pieces[first:last]
            small = [piece for piece in block if len(piece) < SMALL]
            joined = SEPARATOR + SEPARATOR.join(small)
            plain = plain or _are_plain(joined, len(small))
            if plain and len(small) == len(block):
                escaped = _ANY_ESCAPE.search(joined) is not None
                self._add(Look.ESCAPES if escaped else Look.NONE, first, last)
                return True
        middle = (first + last) // 2
        left = self._sort(first, middle, plain=plain or None)
        # Where all of one half are plain, those that are not stand in the other.
        self._sort(middle, last, plain=plain or (False if left else None))
        return plain

    def _add(self, look: Look, first: int, last: int) -> None:
        match look:
            case Look.NONE:
                self.together += range(first, last)
            case Look.ESCAPES:
                self.doubtful += range(first, last)
            case Look.ALONE:
                self.alone.append(first)


def _are_plain(joined: bytes, count: int) -> bool:
    """Whether `count` pieces, a separator in front of each, are text without any format."""
    if joined.count(SEPARATOR) != count or len(joined.translate(None, _UNUSUAL)) != len(joined):
        return False
    try:
        joined.decode()
    except UnicodeDecodeError:
        return False
    return _ANY_PACKED.search(joined) is None


def _look(piece: bytes, least: int) -> Look:
    """How much a piece may be more than a few characters that say what they say."""
    if not piece:
        return Look.NONE
    if len(piece) >= SMALL or _PACKED.match(piece):
        return Look.ALONE
    try:
        piece.decode()
    except UnicodeDecodeError:
        # Most are words that were read as base64: they must cost next to nothing.
        if len(piece) >= least or is_object(piece) or kind_of(piece) is not Kind.BINARY:
            return Look.ALONE
        return Look.NONE
    if b"\r\n" in piece:  # chunks, parts, mail
        return Look.ALONE
    if piece[0] in _DOCUMENTS or b"%" in piece or b"\\" in piece or b"&" in piece or b"=" in piece:
        return Look.ESCAPES if kind_of(piece) is Kind.UTF8 else Look.ALONE
    return Look.NONE if kind_of(piece) is Kind.UTF8 or not is_object(piece) else Look.ALONE
