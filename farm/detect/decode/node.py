"""The values decoders speak: pieces of data, their paths, and the bounds of the whole walk."""

from collections.abc import Callable, Iterator

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """Something a decoder took out of its input: `step` names how, `data` is what came out."""

    step: str
    data: bytes


class Decoded(msgspec.Struct, frozen=True):
    """What a decoder says: the pieces, and whether they hold all of the input.

    Where they do (`whole`), the input itself need not be searched again.
    """

    pieces: list[Piece]
    whole: bool


Decoder = Callable[[bytes, "Budget"], Decoded | None]
"""Returns None where the input is not of its format; never raises for any input."""


class Leaf(msgspec.Struct, frozen=True):
    """A piece to be searched: where in the exchange it lies, and how it was reached."""

    location: str  # "url query imei", "header User-Agent", "body"
    path: tuple[str, ...]  # ("body", "gzip", "json $.d.i")
    data: bytes


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of decoding one carrier. What lies beyond is not searched, and that is reported."""

    depth: int = 8
    pieces: int = 200_000
    bytes_out: int = 256 << 20  # of all pieces of one carrier together
    expansion: int = 200  # times the carrier's size, beyond the first MiB
    longest_step: int = 200  # characters of one step's name


class Budget:
    """What is left of the bounds while one carrier is taken apart."""

    def __init__(self, limits: Limits, carrier_size: int) -> None:
        self.limits = limits
        self.bytes_left = min(limits.bytes_out, (1 << 20) + carrier_size * limits.expansion)
        self.pieces_left = limits.pieces
        self.cut: list[str] = []

    def take(self, size: int) -> bool:
        """Whether one more piece of `size` bytes may come out; notes the cut if not."""
        if self.pieces_left <= 0 or size > self.bytes_left:
            self.note("decoding bounds reached")
            return False
        self.pieces_left -= 1
        self.bytes_left -= size
        return True

    def note(self, reason: str) -> None:
        """Remember once that something was not searched."""
        if reason not in self.cut:
            self.cut.append(reason)


def shorten(step: str, longest: int) -> str:
    """Return a bounded name for a step made from untrusted keys."""
    return step if len(step) <= longest else step[: longest - 1] + "…"


def pieces_of(named: Iterator[tuple[str, bytes]], budget: Budget) -> list[Piece]:
    """Collect pieces until the budget is used up."""
    pieces: list[Piece] = []
    for step, data in named:
        if not budget.take(len(data)):
            break
        pieces.append(Piece(shorten(step, budget.limits.longest_step), data))
    return pieces
