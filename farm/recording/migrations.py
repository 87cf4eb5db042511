"""Reading recordings of older formats: one step from each version to the next.

The format version stands in `session.json` and is counted apart from the farm's release. A step
takes the decoded `session.json` of version N and returns that of version N + 1; a change of the
events adds a step of its own to `EVENT_STEPS`. Recordings themselves are never rewritten: their
signature is over the bytes as they were recorded.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from farm.model.errors import RecordingError
from farm.model.session import FORMAT_VERSION, Session

Document = dict[str, Any]
Step = Callable[[Document], Document]

SESSION_STEPS: Mapping[int, Step] = {}
"""Format version -> step to the next one. Version 1 is the first, so there is none yet."""

EVENT_STEPS: Mapping[int, Step] = {}
"""The same for one event."""


def migrate(document: Document, version: int, steps: Mapping[int, Step], target: int) -> Document:
    """Return the document as format version `target`, by one step after the other."""
    while version < target:
        step = steps.get(version)
        document = step(document) if step else document
        version += 1
    return document


def session_version(document: object, name: str) -> int:
    """Return the format version that a decoded `session.json` states.

    Raises:
        RecordingError: there is none, or it is newer than this farm.
    """
    version = document.get("format_version") if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecordingError(f"{name}: format_version is missing: not a recording of this farm")
    if version > FORMAT_VERSION:
        raise RecordingError(
            f"{name}: format version {version} is newer than this farm reads "
            f"({FORMAT_VERSION}): update the farm"
        )
    return version


def decode_session(data: bytes, name: str) -> tuple[Session, int]:
    """Return the session of a `session.json` of any known version, and the version on disk.

    Raises:
        RecordingError: it is damaged, no recording of ours, or too new.
    """
    try:
        document = msgspec.json.decode(data)
        version = session_version(document, name)
        document = migrate(document, version, SESSION_STEPS, FORMAT_VERSION)
        return msgspec.convert({**document, "format_version": FORMAT_VERSION}, Session), version
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{name}: {error}") from error
