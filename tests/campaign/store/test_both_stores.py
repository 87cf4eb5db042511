"""What holds of a store whatever it is: once, whole, verified, and resumable even inside a file."""

import datetime
import hashlib
import random
from pathlib import Path

import pytest

from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.campaign.store.events import events_name, write_events
from farm.campaign.store.multipart import PART
from farm.campaign.store.query import Bounds, ask
from farm.campaign.store.recordings import fetch, upload
from farm.model.errors import RecordingError
from farm.recording import Recording, verify
from tests.campaign.store.test_store import digest, make_recording
from tests.campaign.wire import Wire


async def names(store: Store) -> set[str]:
    return {stored.name async for stored in store.names("")}


async def test_put_once_and_get_verified(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"evidence")
    assert await store.put_file("x/y", source, digest(b"evidence"))
    assert not await store.put_file("x/y", source, digest(b"evidence"))
    source.write_bytes(b"changed!")
    with pytest.raises(StoreError, match="other bytes"):
        await store.put_file("x/y", source, digest(b"changed!"))
    with pytest.raises(StoreError, match="other bytes"):
        await store.put_bytes("x/y", b"changed!")
    with pytest.raises(StoreError, match="changed since"):
        await store.put_file("x/z", source, digest(b"evidence"))
    assert await names(store) == {"x/y"}
    await store.get_file("x/y", tmp_path / "back", digest(b"evidence"))
    assert (tmp_path / "back").read_bytes() == b"evidence"
    with pytest.raises(StoreError, match="digest"):
        await store.get_file("x/y", tmp_path / "wrong", digest(b"other"))
    assert not (tmp_path / "wrong").exists()
    with pytest.raises(FileNotFoundError):
        await store.get_file("nothing", tmp_path / "none")
    left = {path.name for path in tmp_path.iterdir()}
    assert left - {"store"} == {"a", "back"}


async def test_deleting_goes_on_past_what_is_gone(store: Store) -> None:
    for name in ("a", "c"):
        await store.put_bytes(name, name.encode())
    await store.delete(["a", "b", "c"])
    assert await names(store) == set()


async def test_upload_goes_on_where_it_was_cut_off(store: Store, tmp_path: Path) -> None:
    folder = make_recording(tmp_path / "recordings" / "20260102T030405Z-ab")
    prefix, manifest = await upload(store, folder)
    assert manifest == digest((folder / "manifest.json").read_bytes())
    # Cut off: the manifest and one file never arrived.
    await store.delete([f"{prefix}/manifest.json", f"{prefix}/screens/0001.png"])
    with pytest.raises(FileNotFoundError):
        await fetch(store, prefix, tmp_path / "cache")
    assert await upload(store, folder) == (prefix, manifest)
    assert verify(await fetch(store, prefix, tmp_path / "cache")) == []


async def test_a_recording_that_changed_is_refused(store: Store, tmp_path: Path) -> None:
    folder = make_recording(tmp_path / "20260102T030405Z-ab")
    (folder / "screens" / "0001.png").write_bytes(b"forged")
    with pytest.raises(StoreError, match="changed since"):
        await upload(store, folder)
    assert not [name for name in await names(store) if name.endswith("manifest.json")]
    with pytest.raises(RecordingError, match="no such"):
        await upload(store, tmp_path / "nothing")


async def test_questions_reach_events_in_both(store: Store, tmp_path: Path) -> None:
    folder = make_recording(tmp_path / "20260102T030405Z-ab")
    path = tmp_path / "events.parquet"
    count = write_events(Recording.open(folder), path)
    with path.open("rb") as file:
        await store.put_file(
            events_name(folder.name), path, hashlib.file_digest(file, "sha256").hexdigest()
        )
    sql = "SELECT day, count(*) FROM events WHERE day = '2026-01-02' GROUP BY ALL"
    answer = await ask(store, sql, Bounds(seconds=20))
    assert [(str(day), number) for day, number in answer.rows] == [("2026-01-02", count)]


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file of two and a half parts."""
    path = tmp_path / "flows.mitm"
    path.write_bytes(random.Random(5).randbytes(PART * 5 // 2))
    return path


async def test_a_big_file_is_gone_on_with_inside(s3_wire: Wire, big: Path) -> None:
    store = Store("s3://evidence/farm")
    sha256 = digest(big.read_bytes())
    s3_wire.break_after(PART * 3 // 2)
    with pytest.raises(StoreUnavailable):
        await store.put_file("r/flows.mitm", big, sha256)
    s3_wire.mend()
    assert await store.size("r/flows.mitm") is None, "half a file is to be seen"
    before = s3_wire.sent
    again = Store("s3://evidence/farm")  # as another process would go on
    assert await again.put_file("r/flows.mitm", big, sha256)
    assert s3_wire.sent - before < PART * 2, "the first part was sent twice"
    assert await store.digest("r/flows.mitm") == sha256
    assert not await store.put_file("r/flows.mitm", big, sha256)


async def test_a_part_that_is_another_one_is_sent_anew(s3_wire: Wire, big: Path) -> None:
    store = Store("s3://evidence/farm")
    s3_wire.break_after(PART * 3 // 2)
    with pytest.raises(StoreUnavailable):
        await store.put_file("r/flows.mitm", big, digest(big.read_bytes()))
    s3_wire.mend()
    changed = b"x" * 100 + big.read_bytes()[100:]
    big.write_bytes(changed)
    assert await store.put_file("r/flows.mitm", big, digest(changed))
    assert await store.digest("r/flows.mitm") == digest(changed)


async def test_a_big_file_that_changed_leaves_nothing(s3_wire: Wire, big: Path) -> None:
    store = Store("s3://evidence/farm")
    with pytest.raises(StoreError, match="changed since"):
        await store.put_file("r/flows.mitm", big, digest(b"what it was"))
    assert await names(store) == set()
    assert await store.give_up_uploads(datetime.timedelta(0)) == 0, "an upload was left open"


async def test_uploads_that_nobody_completes_are_given_up(s3_wire: Wire, big: Path) -> None:
    store = Store("s3://evidence/farm")
    s3_wire.break_after(PART * 3 // 2)
    with pytest.raises(StoreUnavailable):
        await store.put_file("r/flows.mitm", big, digest(big.read_bytes()))
    s3_wire.mend()
    assert await store.give_up_uploads(datetime.timedelta(days=1)) == 1
    assert await store.give_up_uploads(datetime.timedelta(days=1)) == 0
