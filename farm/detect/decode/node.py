"""The values decoders speak: pieces of data, places in text, and the bounds of the whole walk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec


class Leaf(msgspec.Struct, frozen=True):
    """A piece that was searched: where in the exchange it lies, and how it was reached."""

    location: str  # "url query imei", "header User-Agent", "body"
    path: tuple[str, ...]  # ("body", "gzip", "json $.d.i")
    data: bytes


class Piece(NamedTuple):
    """Something a decoder took out of its input: `step` names how, `data` is what came out."""

    step: str
    data: bytes


class Parts(NamedTuple):
    """What a decoder took out of its input; the step of a part is named only where it is asked."""

    contents: list[bytes]
    step: Callable[[int], str]
    doubtful: bool = False  # the input may be anything: it fits the format as chance would have it


class Span(NamedTuple):
    """Bytes [`start`, `end`) of a text that mean `data`, reached by `step` ("": by their place)."""

    start: int
    end: int
    step: str
    data: bytes
    replaces: bool = True  # False: the text as it stands is a value too


class Strings(NamedTuple):
    """Spans reached by their place alone, column by column.

    A text may have thousands of them, and most hold nothing: one is made only where it is asked.
    """

    starts: list[int]
    ends: list[int]
    contents: list[bytes]

    def span(self, index: int) -> Span:
        """One of them."""
        return Span(self.starts[index], self.ends[index], "", self.contents[index])


class Place(NamedTuple):
    """The value that stands at some offset of a text: its name and its bytes [`start`, `end`)."""

    step: str  # "json $.d.i"; "" where the text is one value
    start: int
    end: int


class Text(Protocol):
    """A text whose values stand in it as they are, but for some spans.

    That is what makes searching fast: the text is searched as a whole, and only where something
    was found is it asked what stands there.
    """

    def spans(self, budget: "Budget") -> list[Span] | Strings:
        """The values that are escaped, undone, in order."""
        ...

    def places(self, offsets: Sequence[int]) -> list[Place]:
        """The values at these ascending offsets."""
        ...


Decoder = Callable[[bytes, "Budget"], list[Piece] | Parts | None]
"""Takes the whole input apart. None where it is not of the format; never raises for any input."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of decoding one exchange. What lies beyond is not searched, and that is reported.

    They count work, not time, so that the same recording gives the same result on every machine.
    """

    depth: int = 12
    pieces: int = 2_000_000
    bytes_out: int = 512 << 20  # of all decoders together
    expansion: int = 200  # times the exchange's size, beyond the first 16 MiB
    occurrences: int = 10_000  # of one needle in one piece


class Budget:
    """What is left of the bounds while one exchange is taken apart."""

    def __init__(self, limits: Limits, size: int) -> None:
        self.limits = limits
        self.bytes_left = min(limits.bytes_out, (16 << 20) + size * limits.expansion)
        self.pieces_left = limits.pieces
        self.cut: list[str] = []

    def take(self, size: int, pieces: int = 1) -> bool:
        """Whether more pieces, of `size` bytes together, may come out; notes the cut if not."""
        if pieces > self.pieces_left or size > self.bytes_left:
            self.note("decoding bounds reached")
            return False
        self.pieces_left -= pieces
        self.bytes_left -= size
        return True

    def note(self, reason: str) -> None:
        """Remember once that something was not searched."""
        if reason not in self.cut:
            self.cut.append(reason)


LONGEST_STEP = 200
"""Characters of one step's name, which the app under test may have chosen."""


def shorten(step: str) -> str:
    """Return a bounded name for a step made from untrusted keys."""
    return step if len(step) <= LONGEST_STEP else step[: LONGEST_STEP - 1] + "…"


def pieces_of(named: Iterable[tuple[str, bytes]], budget: Budget) -> list[Piece]:
    """Collect pieces until the budget is used up."""
    pieces: list[Piece] = []
    for step, data in named:
        if not budget.take(len(data)):
            break
        pieces.append(Piece(shorten(step), data))
    return pieces


def readable(data: bytes, longest: int = 80) -> str:
    """Bytes from the wire as a name for people."""
    return data[:longest].decode("utf-8", "backslashreplace")


def lines_of(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each line of `text`, without line ends."""
    start = 0
    while start <= len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1
