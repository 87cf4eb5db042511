"""A recording's events and findings as Parquet, one file each, for questions over all of them.

The journal in the recording stays the evidence; these files are made from it and can be again.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from farm.campaign.ledger.values import FoundRow
from farm.model.events import Event
from farm.model.session import Session
from farm.model.vocabulary import Stream
from farm.recording import Recording

_BATCH = 20_000  # events in memory at a time

EVENTS = pa.schema(
    [
        ("session_id", pa.string()),
        ("package", pa.string()),
        ("version_code", pa.int64()),
        ("scenario", pa.string()),
        ("profile", pa.string()),
        ("stream", pa.string()),
        ("n", pa.int64()),
        ("t", pa.int64()),  # ns since epoch, on the clock of the stream
        ("kind", pa.string()),
        ("api", pa.string()),
        ("data_type", pa.string()),
        ("host", pa.string()),
        ("body", pa.string()),  # JSON
    ]
)

FINDINGS = pa.schema(
    [
        ("session_id", pa.string()),
        ("package", pa.string()),
        ("version_code", pa.int64()),
        ("scenario", pa.string()),
        ("profile", pa.string()),
        ("verdict", pa.string()),
        *(
            (name, pa.bool_() if name in ("determined", "third_party") else pa.string())
            for name in FoundRow.__struct_fields__
        ),
    ]
)


def events_name(session_id: str) -> str:
    """Where a session's events lie: partitioned by day."""
    return f"events/day={_day(session_id)}/{session_id}.parquet"


def findings_name(session_id: str, digest: str) -> str:
    """Where one judgement's findings lie; a new judgement is a new file."""
    return f"findings/day={_day(session_id)}/{session_id}-{digest[:16]}.parquet"


def _day(session_id: str) -> str:
    return f"{session_id[:4]}-{session_id[4:6]}-{session_id[6:8]}"


def write_events(recording: Recording, target: Path) -> int:
    """Write a recording's events; returns how many. Blocks."""
    session = recording.session
    count = 0
    with pq.ParquetWriter(target, EVENTS, compression="zstd") as writer:
        for batch in _batches(_rows(session, recording)):
            writer.write_table(pa.Table.from_pylist(batch, schema=EVENTS))
            count += len(batch)
    return count


def write_findings(session: Session, verdict: str, found: Iterable[FoundRow], target: Path) -> None:
    """Write one judgement's findings; one row with the verdict alone where there are none."""
    about = _about(session) | {"verdict": verdict}
    rows = [about | msgspec.structs.asdict(row) for row in found] or [about]
    pq.write_table(pa.Table.from_pylist(rows, schema=FINDINGS), target, compression="zstd")


def _rows(session: Session, recording: Recording) -> Iterator[dict[str, Any]]:
    about = _about(session)
    for stream in Stream:
        for event in recording.events(stream):
            yield about | _row(event, stream)


def _row(event: Event, stream: Stream) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(event.body)
    return {
        "stream": str(stream),
        "n": event.n,
        "t": event.t,
        "kind": body.get("kind", ""),
        "api": _text(body.get("api")),
        "data_type": _text(body.get("data_type")),
        "host": _text(body.get("host")),
        "body": msgspec.json.encode(body).decode(),
    }


def _text(value: object) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _about(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "package": session.app.package,
        "version_code": session.app.version_code,
        "scenario": session.scenario,
        "profile": session.device.profile,
    }


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
