"""Finds every needle, every shape, and every start of an encoded run in a buffer.

The engine is Vectorscan (Hyperscan's free successor), which goes through text at several hundred
MB/s whatever the number of needles: once for the needles of the session, once for the expressions
that are the same for all. It knows bytes only.
"""

import base64
import binascii
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import hyperscan

from farm.detect.needles import Needle, Shape

RUN = 16
"""Characters from which on a run of the base64 alphabets is taken for an encoding.

Hexadecimal digits and base32 are written with the same characters.
"""

# Longer needles are recognised by their beginning and then compared.
_LONGEST_PATTERN = 200
# Matches of one pattern that are looked at in one buffer: runs are many in a large text.
_MOST_EVENTS = 200_000
# Values of so few bytes make runs that are too short to be noticed as such.
_SHORT = range(6, RUN * 3 // 4)


# RFC 9562 section 4; its dashes are no digits of base64, and most bodies are full of them.
_UUID_LOOK = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
_UUID = re.compile(
    rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    rb"(?![A-Za-z0-9+/_\-])"
)
_BEFORE = re.compile(rb"[A-Za-z0-9+/_\-]*\Z")
_RUNS, _LIKE_UUID, _SHORT_RUNS = -1, -2, -3  # in place of a needle's number
_HARDWARE_ADDRESS = 6  # bytes


def _run_expressions() -> tuple[bytes, bytes]:
    """Runs whose first 16 characters cannot begin a UUID, and those that go on to be none.

    Nine runs in ten are whole UUIDs. Kept out by the expressions they cost nothing; a match of
    the first kind ends behind the sixteenth character, one of the second behind the first
    character that no UUID has there.
    """
    hexadecimal = (rb"[0-9A-Fa-f]", rb"[G-Zg-z+/_\-]", rb"[^0-9A-Fa-f]")
    dash = (rb"-", rb"[A-Za-z0-9+/_]", rb"[^\-]")
    places = [dash if character == "-" else hexadecimal for character in _UUID_LOOK]
    other = b""
    for place in range(RUN - 1, -1, -1):
        same, differs, _ = places[place]
        here = differs + rb"[A-Za-z0-9+/_\-]" * (RUN - 1 - place)
        other = rb"(?:" + here + (rb"|" + same + other if other else b"") + rb")"
    rest = rb"[A-Za-z0-9+/_\-]"
    for same, _, differs in reversed(places[RUN:]):
        rest = rb"(?:" + differs + rb"|\z|" + same + rest + rb")"
    start = rb"(?:^|[^A-Za-z0-9+/_\-])"
    return start + other, start + b"".join(same for same, _, _ in places[:RUN]) + rest


class Marks(NamedTuple):
    """What stands where in one buffer; all in ascending order."""

    hits: list[tuple[int, int, int]]  # start, end, number of the needle or shape
    runs: list[int]  # starts of runs of characters that encodings use
    crowded: bool  # one needle stands there more often than is reported


class Engine:
    """The compiled patterns of one session."""

    def __init__(self, needles: Sequence[Needle], shapes: Sequence[Shape], most: int) -> None:
        """Compile.

        Args:
            needles: what to look for; an empty pattern matches nothing.
            shapes: regular expressions, numbered on behind the needles.
            most: hits of one needle or shape that are reported of one buffer.
        """
        self._needles = list(needles)
        self._most = most
        self._shapes = {
            number: re.compile(
                rb"(?<![" + shape.apart + rb"])(?:" + (shape.exact or shape.expression) + rb")\Z",
                re.DOTALL,
            )
            for number, shape in enumerate(shapes, len(needles))
        }
        self._apart = {
            number: b"".join(re.findall(rb"[" + shape.apart + rb"]", bytes(range(256))))
            for number, shape in enumerate(shapes, len(needles))
        }
        patterns: list[tuple[int, bytes, int]] = []
        for number, needle in enumerate(needles):
            caseless = hyperscan.HS_FLAG_CASELESS if needle.caseless else 0
            if needle.pattern:
                patterns.append((number, _literal(needle.pattern[:_LONGEST_PATTERN]), caseless))
            patterns += [(_SHORT_RUNS, _literal(short), 0) for short in _short_runs(needle.pattern)]
        unique = list(dict.fromkeys(patterns))
        self._numbers = [number for number, _, _ in unique]
        self._literals = _compiled([(one, flags) for _, one, flags in unique])
        # The same for all sessions, and far slower to compile than literals.
        numbered = list(enumerate(shapes, len(needles)))
        self._usual = [_RUNS, _LIKE_UUID]
        self._usual += [number for number, shape in numbered if not shape.holds]
        self._expressions = _expressions(
            (*_run_expressions(), *(_alone(shape) for shape in shapes if not shape.holds))
        )
        self._rare = [
            (number, shape.holds, _expressions((_alone(shape),)))
            for number, shape in numbered
            if shape.holds
        ]

    def scan(self, data: bytes) -> Marks:
        """Return what stands where in `data`."""
        events, ends, crowded = self._events(data)
        runs = [end - RUN for end in ends]
        if not events:
            return Marks([], runs, crowded)
        hits: list[tuple[int, int, int]] = []
        counts: dict[int, int] = {}
        first_shape = len(self._needles)
        for number, end in events:
            if number < 0:
                start = _run_start(data, end if number == _SHORT_RUNS else end - 1)
                if number == _LIKE_UUID or not _UUID.match(data, start):
                    runs.append(start)
                continue
            hit = (self._shape if number >= first_shape else self._needle)(data, end, number)
            if hit is None:
                continue
            count = counts.get(number, 0)
            if count >= self._most:
                crowded = True
                continue
            counts[number] = count + 1
            hits.append(hit)
        runs.sort()
        return Marks(self._longest(hits), runs, crowded)

    def _events(self, data: bytes) -> tuple[list[tuple[int, int]], list[int], bool]:
        """What ends where, and where runs of 16 characters end; whether something was left out.

        A long run of one letter matches a loose shape at every byte. What is beyond the bound is
        not kept: an app could fill the memory with it.
        """
        events: list[tuple[int, int]] = []
        ends: list[int] = []
        counts: dict[int, int] = {}  # of the few patterns that match, not of all there are

        def met(number: int, end: int) -> None:
            counts[number] = count = counts.get(number, 0) + 1
            if count <= _MOST_EVENTS:
                events.append((number, end))

        def on_literal(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            met(literals[index], end)

        def on_expression(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            if index:
                met(usual[index], end)
            elif len(ends) <= _MOST_EVENTS:
                ends.append(end)

        literals, usual = self._numbers, self._usual
        if self._literals is not None:
            self._literals.scan(data, match_event_handler=on_literal)
        self._expressions.scan(data, match_event_handler=on_expression)
        for number, holds, expression in self._rare:
            if holds in data:
                expression.scan(data, match_event_handler=_on_rare(met, number))
        crowded = len(ends) > _MOST_EVENTS or any(one > _MOST_EVENTS for one in counts.values())
        return events, ends[:_MOST_EVENTS], crowded

    def _longest(self, hits: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """In order, each once; of a shape only the longest that begins at a place."""
        kept: dict[tuple[int, int], int] = {}
        for start, end, number in hits:
            kept[start, number] = max(end, kept.get((start, number), 0))
        return sorted((start, end, number) for (start, number), end in kept.items())

    def _needle(self, data: bytes, end: int, number: int) -> tuple[int, int, int] | None:
        needle = self._needles[number]
        size = len(needle.pattern)
        if size <= _LONGEST_PATTERN:
            return end - size, end, number
        start = end - _LONGEST_PATTERN
        found = data[start : start + size]
        same = (
            found.lower() == needle.pattern.lower() if needle.caseless else found == needle.pattern
        )
        return (start, start + size, number) if same else None

    def _shape(self, data: bytes, end: int, number: int) -> tuple[int, int, int] | None:
        # The pattern took one byte behind the shape along, except at the end of the buffer.
        apart, shape = self._apart[number], self._shapes[number]
        last = end - 1
        if data[last] in apart:
            if end < len(data):
                return None
            last = end
        first = last - _LONGEST_PATTERN if last > _LONGEST_PATTERN else 0
        start = first + len(data[first:last].rstrip(apart))
        return (start, last, number) if shape.match(data, start, last) else None


def _on_rare(
    met: Callable[[int, int], None], number: int
) -> Callable[[int, int, int, int, object], None]:
    def on_match(_index: int, _start: int, end: int, _flags: int, _context: object) -> None:
        met(number, end)

    return on_match


def _run_start(data: bytes, end: int) -> int:
    found = _BEFORE.search(data, max(0, end - RUN * 3), end)
    return found.start() if found else end


def _compiled(patterns: Sequence[tuple[bytes, int]]) -> hyperscan.Database | None:
    if not patterns:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression for expression, _ in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[flags for _, flags in patterns],
    )
    return database


@functools.lru_cache(maxsize=16)
def _expressions(expressions: tuple[bytes, ...]) -> hyperscan.Database:
    database = _compiled([(one, hyperscan.HS_FLAG_DOTALL) for one in expressions])
    assert database is not None  # noqa: S101 - callers give at least one
    return database


def _literal(pattern: bytes) -> bytes:
    # Not the engine's own mode for literals: through the binding it ends them at a zero byte.
    return b"".join(b"\\x%02x" % byte for byte in pattern)


def _alone(shape: Shape) -> bytes:
    inside = shape.expression
    return rb"(?:^|[^" + shape.apart + rb"])(?:" + inside + rb")(?:[^" + shape.apart + rb"]|\z)"


def _short_runs(value: bytes) -> list[bytes]:
    """How a short value looks by itself in base64, base32 and hexadecimal, also in one another."""
    if len(value) not in _SHORT:
        return []
    try:
        value.decode()
    except UnicodeDecodeError:
        if len(value) > _HARDWARE_ADDRESS:  # the beginning of a digest, never sent by itself
            return []
    runs: set[bytes] = set()
    texts = {value}
    while texts:  # each is longer than what it encodes
        made = {run for text in texts for run in _encoded(text) if len(run) < RUN}
        runs |= made
        texts = {run for run in made if len(run) in _SHORT}
    return sorted(runs)


def _encoded(value: bytes) -> Iterator[bytes]:
    encoded = binascii.b2a_base64(value, newline=False).rstrip(b"=")
    yield encoded
    yield encoded.translate(bytes.maketrans(b"+/", b"-_"))
    hexadecimal = binascii.hexlify(value)
    yield hexadecimal
    yield hexadecimal.upper()
    base32 = base64.b32encode(value).rstrip(b"=")
    yield base32
    yield base32.lower()
