"""Which unreadable bytes of flows are known all the same, because hooks saw them before.

A body that nobody could read hides what it holds, unless it is the output of an operation whose
whole input was recorded.
"""

from farm.detect.decode.carriers import Carrier
from farm.detect.matching import Scanner
from farm.detect.needles import Needle
from farm.detect.transforms import Traced
from farm.model.events import Transform

_HEAD = 16
"""Bytes: two outputs of ciphers that begin with the same 16 bytes are the same."""


class Readable:
    """Outputs of the app's operations whose whole input was seen."""

    def __init__(self, traced: Traced) -> None:
        heads: set[bytes] = set()
        for placed in traced.operations.values():
            body = placed.event.body
            if (
                isinstance(body, Transform)
                and body.output.sha256 in traced.readable
                and len(body.output.sample) >= _HEAD
            ):
                heads.add(body.output.sample[:_HEAD])
        self._needles = [Needle(head) for head in sorted(heads)]
        self._scanner: Scanner | None = None

    def explains(self, carrier: Carrier) -> bool:
        """Whether the carrier holds such an output; built at the first question."""
        if not self._needles:
            return False
        if self._scanner is None:
            self._scanner = Scanner(self._needles)
        return any(scan.occurrences for scan in self._scanner.scan([carrier]))
