"""Transfers that ended before their end, kept for the next look: the bytes, and what they are of.

Only bytes with a strong validator are kept, so that a server can say whether the rest is of the
same file. Bounded in size and age; what cannot be read is forgotten.
"""

import contextlib
import hashlib
import shutil
import time
from pathlib import Path

import msgspec

_KEPT_SECONDS = 14 * 86400.0


class Transfer(msgspec.Struct, kw_only=True):
    """How far a file has come."""

    part: Path
    have: int = 0
    validator: str = ""  # of the bytes in `part`


class _State(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside kept bytes; written after them."""

    url: str
    have: int
    validator: str


class Begun:
    """A folder of begun transfers, the bytes of each beside its state. All calls block a little.

    Args:
        folder: made when something is kept; of this use alone.
        largest: bytes of all that is kept; the oldest goes first.
    """

    def __init__(self, folder: Path, largest: int) -> None:
        self._folder = folder
        self._largest = largest

    def take(self, url: str, part: Path) -> Transfer:
        """Go on with what was kept of an address, or begin anew; nothing of it stays kept."""
        state_path, kept = self._paths(url)
        transfer = Transfer(part=part)
        try:
            state = msgspec.json.decode(state_path.read_bytes(), type=_State)
            if state.url == url and state.validator and kept.stat().st_size >= state.have:
                shutil.move(kept, part)
                with part.open("r+b") as file:
                    file.truncate(state.have)
                transfer = Transfer(part=part, have=state.have, validator=state.validator)
        except (OSError, msgspec.MsgspecError):
            pass  # nothing was kept, or not wholly
        self._forget(state_path, kept)
        return transfer

    def keep(self, url: str, transfer: Transfer) -> None:
        """Keep a transfer that did not end."""
        if not transfer.have or not transfer.validator:
            return
        state_path, kept = self._paths(url)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget(state_path, kept)
        shutil.move(transfer.part, kept)
        state = _State(url=url, have=transfer.have, validator=transfer.validator)
        state_path.write_bytes(msgspec.json.encode(state))
        self._thin_out()

    def _paths(self, url: str) -> tuple[Path, Path]:
        name = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{name}.json", self._folder / f"{name}.part"

    def _forget(self, *paths: Path) -> None:
        for path in paths:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _thin_out(self) -> None:
        """Forget what is old, and the oldest of what is too much."""
        now, left = time.time(), self._largest
        kept = [(path.stat().st_mtime, path) for path in self._folder.glob("*.part")]
        for at, path in sorted(kept, reverse=True):
            left -= path.stat().st_size
            if left < 0 or now - at > _KEPT_SECONDS:
                self._forget(path.with_suffix(".json"), path)
