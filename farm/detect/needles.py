"""The seam between identifying and searching: what is looked for, and where it was met.

`farm.detect.identify` makes needles and judges every occurrence (what may touch it, how much of a
digest is there, which key stands beside it); `farm.detect.matching` takes carriers apart and finds
needles in all pieces. Neither knows what the other does inside.
"""

import msgspec

from farm.detect.decode.node import Leaf


class Needle(msgspec.Struct, frozen=True):
    """Bytes to look for in every decoded piece; its id is its place in the list of needles."""

    pattern: bytes
    caseless: bool = False  # ASCII letters match in either case


class Shape(msgspec.Struct, frozen=True):
    """Digits, letters or both of a certain look, to look for in every decoded piece.

    `expression` is a regular expression that Python's `re` and Hyperscan both understand: no
    groups to capture, no look-around, no back references. What is met is all of a run of the bytes
    `apart`, a class of characters as it stands inside brackets: otherwise every offset of a long
    run would be a place of its own. Of what is met only what `exact` matches counts, which may be
    as narrow as it likes, while a simple `expression` is searched for faster.
    """

    expression: bytes
    apart: bytes = b"0-9"
    exact: bytes = b""  # as `expression` where empty
    holds: bytes = b""  # what every match holds: a text without it need not be searched


class Occurrence(msgspec.Struct, frozen=True):
    """A needle, or a shape, met in a piece at [`start`, `end`) of its bytes."""

    needle: int  # index into the needles; shapes count on behind the last needle
    leaf: Leaf  # the piece: location, decode path, and its bytes, of a long one those around
    start: int
    end: int
