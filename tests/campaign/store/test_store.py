"""The store: once, whole, verified, resumable; and questions that stay inside it."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from farm.campaign.ledger.values import FoundRow
from farm.campaign.store import Store
from farm.campaign.store.events import events_name, findings_name, write_events, write_findings
from farm.campaign.store.query import Bounds, ask
from farm.campaign.store.recordings import fetch, upload
from farm.model.errors import RecordingError, SetupError, UsageError
from farm.model.session import FORMAT_VERSION, Manifest, ManifestEntry
from farm.recording import Recording, load_or_create_key, seal, verify
from tests.recording.conftest import write_recording

BOUNDS = Bounds(seconds=20, memory_mb=256)


def make_recording(folder: Path) -> Path:
    """A sealed recording."""
    write_recording(folder)
    seal(folder, load_or_create_key(folder.parent / "keys" / "seal.pem"))
    return folder


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", ".hidden", "a//b", "", "a\\b"])
async def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path: Path, name: str) -> None:
    store = Store(str(tmp_path / "store"))
    entry = ManifestEntry(path=name, size=1, sha256="0" * 64)
    manifest = Manifest(
        format_version=FORMAT_VERSION, session_id="s", sealed=0, public_key="", files=[entry]
    )
    await store.put_bytes("recordings/x/s/manifest.json", msgspec.json.encode(manifest))
    store.folder = None  # as a store on another machine is read
    with pytest.raises(RecordingError, match="not a path inside"):
        await fetch(store, "recordings/x/s", tmp_path / "cache")


async def test_a_recording_comes_back_whole_from_a_store_elsewhere(tmp_path: Path) -> None:
    folder = make_recording(tmp_path / "20260102T030405Z-ab")
    store = Store(str(tmp_path / "store"))
    prefix, _ = await upload(store, folder)
    store.folder = None
    back = await fetch(store, prefix, tmp_path / "cache")
    assert back.is_relative_to(tmp_path / "cache")
    assert verify(back) == []


@pytest.mark.parametrize("address", ["ftp://host/x", "http://host"])
def test_addresses_of_no_store_are_refused(address: str) -> None:
    with pytest.raises(SetupError, match="expected a folder"):
        Store(address)


def filled(tmp_path: Path) -> Store:
    folder = make_recording(tmp_path / "20260102T030405Z-ab")
    recording = Recording.open(folder)
    store = tmp_path / "store"
    for name in (events_name(folder.name), findings_name(folder.name, "0" * 64)):
        (store / name).parent.mkdir(parents=True, exist_ok=True)
    assert write_events(recording, store / events_name(folder.name)) > 0
    found = FoundRow(
        finding_id="f", determined=True, rule="r", clause="c", phase="before_consent",
        level="accessed", data_type="imei", severity="high", confidence="certain", caller="x",
    )  # fmt: skip
    write_findings(
        recording.session, "violation", [found], store / findings_name(folder.name, "0" * 64)
    )
    return Store(str(store))


async def test_questions_over_events_and_findings(tmp_path: Path) -> None:
    store = filled(tmp_path)
    answer = await ask(store, "SELECT stream, n, kind, day FROM events ORDER BY stream, n", BOUNDS)
    kinds = {(row[0], row[2]) for row in answer.rows}
    assert ("device", "step") in kinds
    assert str(answer.rows[0][3]) == "2026-01-02"
    found = await ask(
        store,
        "SELECT f.data_type, count(*) FROM findings f JOIN events e USING (session_id) GROUP BY 1",
        BOUNDS,
    )
    assert found.rows == [("imei", len(answer.rows))]


async def test_an_empty_store_answers_with_nothing(tmp_path: Path) -> None:
    answer = await ask(Store(str(tmp_path)), "SELECT * FROM events", BOUNDS)
    assert answer.rows == []


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'stolen.csv'",
        "SELECT 1; SELECT 2",
        "DROP VIEW events",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "PRAGMA database_list",
        "CREATE TABLE t AS SELECT 1",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_parquet('{store}/**/*.parquet')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM BOUNDS",
        "SELECT content FROM read_blob('{store}')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELEC",
        "",
        "SELECT '" + "x" * 70_000 + "'",
    ],
)
async def test_questions_that_leave_the_store_are_refused(tmp_path: Path, sql: str) -> None:
    store = filled(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError):
        await ask(store, sql.replace("{store}", str(tmp_path / "store")), BOUNDS)
    assert sorted(tmp_path.rglob("*")) == before


async def test_a_question_is_bounded_in_time_memory_and_rows(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with pytest.raises(UsageError, match=r"stopped after 0\.5 s"):
        await ask(
            store,
            "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 1",
            Bounds(seconds=0.5),
        )
    with pytest.raises(UsageError, match=r"(?i)memory"):
        await ask(
            store,
            "SELECT list(i) FROM range(100000000) t(i)",
            Bounds(seconds=60, memory_mb=64),
        )
    answer = await ask(store, "SELECT * FROM range(100000000)", Bounds(rows=10))
    assert len(answer.rows) == 10 and answer.cut
