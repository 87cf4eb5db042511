"""Outside engines as jobs of a campaign: once a digest and version, failures as values."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from farm.apps.engines.statements import Status, Topic
from farm.campaign.ledger.values import AppFile, Work
from farm.campaign.store import Store
from farm.campaign.vocabulary import Cause, JobKind, Reason
from farm.campaign.worker.examination import ExaminationExecutor
from farm.campaign.worker.executor import Ending
from farm.campaign.worker.sources import Sources, bring_in
from farm.files import sha256_of
from farm.model.errors import UsageError
from farm.twin.building.apk import APKS
from tests.campaign import engine_program

_PROGRAM = Path(engine_program.__file__)


def docked(folder: Path, *modes: str) -> Path:
    """The operator's list with one program for each mode, and the built-in engine."""
    listed = folder / "engines.yaml"
    programs = [
        {
            "engine": "program",
            "name": f"engine-{mode}",
            "command": [sys.executable, str(_PROGRAM), mode, str(folder / f"{mode}.log")],
        }
        for mode in modes
    ]
    listed.write_text(json.dumps({"engines": [{"engine": "manifest"}, *programs]}))
    return listed


def work(sha256: str, job: int = 1) -> Work:
    """A job that has an APK examined."""
    return Work(
        job=job, fence=1, kind=JobKind.EXAMINATION, campaign="c", package="com.example.eager",
        app_sha256=sha256, files=(AppFile(sha256=sha256),),
    )  # fmt: skip


async def examine(store: Store, folder: Path, engines: Path, sha256: str) -> Ending:
    """One job on one host."""
    sources = Sources(store, folder / "cache")
    async with ExaminationExecutor(store, sources, engines=engines) as executor:
        return await executor.run(work(sha256), executor.free()[0], lambda _: None)


@pytest.fixture
async def stored(tmp_path: Path) -> tuple[Store, str]:
    """A store with one APK in it, and its digest."""
    store = Store(str(tmp_path / "store"))
    apk = APKS / "eager.apk"
    await bring_in(store, (apk,))
    return store, await asyncio.to_thread(sha256_of, apk)


async def test_every_engine_says_its_own(stored: tuple[Store, str], tmp_path: Path) -> None:
    store, sha256 = stored
    ending = await examine(store, tmp_path, docked(tmp_path, "kept"), sha256)
    assert (ending.cause, ending.reason) == (Cause.NONE, Reason.COMPLETE), ending.detail
    manifest, outside = ending.examined
    assert {one.apk_sha256 for one in ending.examined} == {sha256}
    subjects = {one.subject for one in manifest.about(Topic.PERMISSION)}
    assert "android.permission.READ_PHONE_STATE" in subjects
    assert [(one.subject, one.holds) for one in outside.about(Topic.CLAUSE)] == [
        (engine_program.CLAUSE, True)
    ]


async def test_an_app_is_examined_once_on_all_hosts(
    stored: tuple[Store, str], tmp_path: Path
) -> None:
    store, sha256 = stored
    engines = docked(tmp_path, "broken")
    first = await examine(store, tmp_path / "a", engines, sha256)
    again = await examine(store, tmp_path / "b", engines, sha256)
    assert again.examined == first.examined
    assert len((tmp_path / "broken.log").read_text().splitlines()) == 1


async def test_a_failing_engine_is_tried_again_and_silences_nobody(
    stored: tuple[Store, str], tmp_path: Path
) -> None:
    store, sha256 = stored
    engines = docked(tmp_path, "crash", "kept")
    for _ in range(2):
        ending = await examine(store, tmp_path, engines, sha256)
    manifest, crashed, kept = ending.examined
    assert ending.cause is Cause.NONE
    assert (manifest.status, crashed.status, kept.status) == (
        Status.DONE, Status.FAILED, Status.DONE,
    )  # fmt: skip
    assert "the engine fell over" in crashed.reason
    assert len((tmp_path / "crash.log").read_text().splitlines()) == 2


async def test_an_engine_that_is_not_there_is_waited_for(
    stored: tuple[Store, str], tmp_path: Path
) -> None:
    store, sha256 = stored
    listed = tmp_path / "engines.yaml"
    listed.write_text("engines: [{engine: manifest}, {engine: apkid, command: [no-such-thing]}]")
    ending = await examine(store, tmp_path, listed, sha256)
    assert (ending.cause, ending.reason) == (Cause.FARM, Reason.ENGINE_ABSENT)
    assert [one.status for one in ending.examined] == [Status.DONE, Status.ABSENT]
    assert "no-such-thing" in ending.detail


async def test_what_is_no_apk_ends_as_a_failure_of_the_engine(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    broken = tmp_path / "broken.apk"
    broken.write_bytes(b"PK\x03\x04 no zip" * 50)
    await bring_in(store, (broken,))
    ending = await examine(store, tmp_path, docked(tmp_path), sha256_of(broken))
    (manifest,) = ending.examined
    assert (ending.cause, manifest.status) == (Cause.NONE, Status.FAILED)


async def test_an_app_that_the_store_lacks(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    ending = await examine(store, tmp_path, docked(tmp_path), "ab" * 32)
    assert (ending.cause, ending.reason) == (Cause.FARM, Reason.APP_MISSING)
    assert ending.examined == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{engine: program, name: farm, command: [x]}", "name"),
        ("{engine: program, name: Big, command: [x]}", "name"),
        ("{engine: program, name: own}", "command"),
        ("{engine: manifest}", "docked twice"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path: Path, entry: str, expected: str) -> None:
    listed = tmp_path / "engines.yaml"
    listed.write_text(f"engines: [{{engine: manifest}}, {entry}]")
    store = Store(str(tmp_path / "store"))
    with pytest.raises(UsageError, match=expected):
        ExaminationExecutor(store, Sources(store, tmp_path / "cache"), engines=listed)
