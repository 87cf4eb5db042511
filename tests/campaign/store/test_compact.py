"""Compaction: cut off before each of its steps, every row is seen once; the next run ends it."""

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.chores import compact_alone
from farm.campaign.database.connect import connect
from farm.campaign.nightly.runs import called_apis
from farm.campaign.store import Store, StoreUnavailable
from farm.campaign.store.compact import compact, groups
from farm.campaign.store.events import EVENTS, events_name
from farm.campaign.store.parts import Day, read_days, where
from farm.campaign.store.query import Bounds, ask
from tests.campaign.store.test_store import digest

TODAY = datetime.date(2026, 1, 5)
SESSIONS = 20
ROWS = 3


def session(number: int, day: str = "20260102") -> str:
    return f"{day}T0304{number:02}Z-ab"


async def put_events(store: Store, folder: Path, session_id: str) -> None:
    """A session's own file, as judging makes it."""
    rows: list[dict[str, Any]] = [
        {"session_id": session_id, "n": n, "kind": "call", "api": f"{session_id}.{n}", "body": "{}"}
        for n in range(ROWS)
    ]
    path = folder / "events.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENTS), path)
    await store.put_file(events_name(session_id), path, digest(path.read_bytes()))


async def fill(store: Store, folder: Path, count: int = SESSIONS) -> None:
    for number in range(count):
        await put_events(store, folder, session(number))


async def seen(store: Store) -> dict[tuple[str, int], int]:
    """How often a question sees each row."""
    sql = "SELECT session_id, n, count(*) FROM events GROUP BY ALL"
    answer = await ask(store, sql, Bounds(seconds=30))
    return {(session_id, n): count for session_id, n, count in answer.rows}


def whole(*sessions: str) -> dict[tuple[str, int], int]:
    return {(one, n): 1 for one in sessions for n in range(ROWS)}


ALL = whole(*(session(number) for number in range(SESSIONS)))


async def files(store: Store) -> set[str]:
    return {stored.name async for stored in store.names("events/")}


async def test_small_files_become_one_and_every_row_stays(store: Store, tmp_path: Path) -> None:
    await fill(store, tmp_path)
    await put_events(store, tmp_path, session(0, "20260105"))
    assert len(await called_apis(store, session(7))) == ROWS
    made = await compact(store, TODAY)
    assert (made.parts, made.files, made.removed) == (1, SESSIONS, SESSIONS)
    assert len(await files(store)) == 2, "a day that is not over was touched, or files were left"
    assert await seen(store) == ALL | whole(session(0, "20260105"))
    again = await compact(store, TODAY)
    assert (again.parts, again.removed) == (0, 0)
    called = await called_apis(store, session(7))
    assert called == {f"{session(7)}.{n}" for n in range(ROWS)}, "of a night's comparison"
    part = await where(store, events_name(session(7)))
    assert part.startswith("events/day=2026-01-02/part-")
    assert await where(store, events_name(session(77))) == ""


async def test_a_latecomer_joins_the_next_part(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    await fill(store, tmp_path)
    await compact(store, TODAY)
    late = [session(number) for number in range(30, 38)]
    for one in late:
        await put_events(store, tmp_path, one)
    assert (await compact(store, TODAY)).files == 9, "eight latecomers and the part"
    assert len(await files(store)) == 1
    assert await seen(store) == ALL | whole(*late)
    for one in (session(3), late[-1]):
        assert await where(store, events_name(one)) in await files(store)


class Dying(Store):
    """A store whose process is killed before the given change to it."""

    left = 0

    async def put_bytes(self, name: str, data: bytes) -> None:
        self._live()
        await super().put_bytes(name, data)

    async def put_file(self, name: str, source: Path, sha256: str) -> bool:
        self._live()
        return await super().put_file(name, source, sha256)

    async def delete(self, names: list[str]) -> None:
        for name in names:
            self._live()
            await super().delete([name])

    def _live(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoreUnavailable("killed")


async def test_cut_off_anywhere_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    changes = 0
    while True:
        store = Dying(str(tmp_path / f"store-{changes}"))
        store.left = 10_000
        await fill(store, tmp_path, 9)
        expected = await seen(store)
        store.left = changes
        try:
            await compact(store, TODAY)
            break
        except StoreUnavailable:
            assert await seen(store) == expected, f"cut off before change {changes + 1}"
        store.left = 10_000
        await compact(store, TODAY)
        assert await seen(store) == expected
        assert len(await files(store)) == 1
        changes += 1
    assert changes == 11, "a list, a part and nine removals"


async def test_a_damaged_file_keeps_no_other_day_from_its_turn(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    await fill(store, tmp_path)
    await store.put_bytes(events_name(session(99)), b"PAR1 and then nothing of the kind")
    for number in range(9):
        await put_events(store, tmp_path, session(number, "20260103"))
    made = await compact(store, TODAY)
    assert (made.damaged, made.parts, made.files) == (1, 1, 9)
    left = await files(store)
    assert len([name for name in left if "2026-01-02" in name]) == SESSIONS + 1, "evidence went"
    assert len([name for name in left if "2026-01-03" in name]) == 1


async def test_one_compactor_at_a_time(database_url: str, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    await fill(store, tmp_path)
    other = await connect(database_url)
    try:
        await other.execute("SELECT pg_advisory_lock(x'6661726f'::int)")
        assert await compact_alone(database_url, store) is None
    finally:
        await other.close()
    made = await compact_alone(database_url, store)
    assert made is not None and made.files == SESSIONS
    assert await compact_alone(database_url, store, due_only=True) is None, "it was done today"
    assert await compact_alone(database_url, store) is not None


async def test_who_lost_the_lock_changes_nothing_more(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    await fill(store, tmp_path)
    before = await files(store)

    async def alone() -> bool:
        return False

    assert (await compact(store, TODAY, still_alone=alone)).parts == 0
    assert await files(store) == before


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(1, 300), max_size=40))
def test_groups_are_disjoint_and_of_the_size_that_is_wanted(sizes: dict[str, int]) -> None:
    day = Day(folder="events/day=2026-01-02", sizes=sizes, left=(), lists={})
    made = list(groups(day, target=100, fewest=4))
    names = [name for group in made for name in group]
    assert len(names) == len(set(names))
    assert all(sizes[name] < 50 for name in names)
    for group in made:
        size = sum(sizes[name] for name in group)
        assert size < 150 and (size >= 100 or len(group) >= 4)


@pytest.mark.parametrize("name", ["events/day=2026-13-77", "events/other"])
async def test_folders_that_are_no_day_are_left_alone(tmp_path: Path, name: str) -> None:
    store = Store(str(tmp_path / "store"))
    for number in range(10):
        await store.put_bytes(f"{name}/{number}.parquet", b"x")
    assert (await compact(store, TODAY)).parts == 0
    assert len(await read_days(store, "events")) == 1
