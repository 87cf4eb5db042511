"""What the tests of decoding share: one scanner, asked where it found what."""

from collections.abc import Sequence

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.node import Limits
from farm.detect.matching import Scan, Scanner
from farm.detect.needles import Needle, Shape

SECRET = b"861536030196001"
NAME = "张伟的手机"


def carrier(data: bytes, *encodings: str, start: str = "body") -> Carrier:
    """A carrier of its own."""
    return Carrier(location="x", start=start, data=data, time=0, content_encodings=list(encodings))


def scan(
    data: bytes,
    *encodings: str,
    needles: Sequence[bytes] = (SECRET, NAME.encode()),
    shapes: Sequence[bytes] = (),
    limits: Limits | None = None,
) -> Scan:
    """Search one body."""
    scanner = Scanner(
        [Needle(one) for one in needles], [Shape(one) for one in shapes], limits or Limits()
    )
    return scanner.scan([carrier(data, *encodings)])[0]


def paths(data: bytes, *encodings: str, needle: bytes = SECRET) -> list[tuple[str, ...]]:
    """The paths at which the secret stands as the whole value, without the carrier's own step."""
    return [
        one.leaf.path[1:]
        for one in scan(data, *encodings, needles=[needle]).occurrences
        if one.leaf.data == needle and (one.start, one.end) == (0, len(needle))
    ]


def places(data: bytes, *encodings: str, needle: bytes = SECRET) -> list[tuple[str, ...]]:
    """The paths at which the secret stands, alone or not."""
    return [one.leaf.path[1:] for one in scan(data, *encodings, needles=[needle]).occurrences]


def reasons(data: bytes, *encodings: str, limits: Limits | None = None) -> list[str]:
    """Why something was not read."""
    return [one.reason for one in scan(data, *encodings, limits=limits).undecoded]
