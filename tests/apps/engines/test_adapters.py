"""Each adapter against its program or service, played at the outermost seam: the process, the wire.

Outputs have the shape that the engines' own sources and documents give.
"""

import asyncio
import json
import os
import stat
import time
from pathlib import Path

import pytest

from farm.apps.engines.apkid import Apkid
from farm.apps.engines.engine import Engine, run
from farm.apps.engines.exodus import Exodus
from farm.apps.engines.mobsf import MobSF
from farm.apps.engines.statements import EngineResult, Status, Topic
from tests.apps.engines.mobsf_server import MobSFServer

DIGEST = "ab" * 32


def program(folder: Path, body: str, name: str = "engine") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def saying(folder: Path, text: str, code: int = 0) -> str:
    said = folder / "said.json"
    said.write_text(text)
    return program(folder, f'[ "$1" = --help ] && echo "v3.1.0 help" || cat {said}; exit {code}')


@pytest.fixture
def apk(tmp_path: Path) -> Path:
    path = tmp_path / "-rf app.apk"  # a name that would be an option, were it not absolute
    path.write_bytes(b"PK")
    return path


async def examined(engine: Engine, apk: Path, seconds: float = 20) -> EngineResult:
    return await run(engine, apk, DIGEST, seconds=seconds)


async def test_exodus_names_trackers(tmp_path: Path, apk: Path) -> None:
    report = {
        "application": {"handle": "com.x", "permissions": ["android.permission.CAMERA"]},
        "apk": {"checksum": DIGEST},
        "trackers": [{"name": "Example Analytics", "id": 48}],
    }
    printed = "=== Found trackers\n" + json.dumps(report)
    # It ends with 1 where it found trackers; --help must still work.
    engine = Exodus([program(tmp_path, f"[ $1 = --help ] || {{ echo '{printed}'; exit 1; }}")])
    result = await examined(engine, apk)
    assert result.status is Status.DONE, result.reason
    assert [one.subject for one in result.about(Topic.TRACKER)] == ["Example Analytics"]
    assert [one.subject for one in result.about(Topic.PERMISSION)] == ["android.permission.CAMERA"]


async def test_apkid_names_what_hides_code(tmp_path: Path, apk: Path) -> None:
    report = {
        "apkid_version": "3.1.0",
        "files": [
            {
                "filename": "app.apk!classes.dex",
                "matches": {"compiler": ["r8"], "packer": ["Jiagu"], "anti_vm": ["ro.hardware"]},
            }
        ],
    }
    result = await examined(Apkid([saying(tmp_path, json.dumps(report))]), apk)
    assert (result.status, result.version) == (Status.DONE, "3.1.0")
    assert {(one.subject, one.detail) for one in result.about(Topic.PACKER)} == {
        ("Jiagu", "packer in classes.dex"),
        ("ro.hardware", "anti_vm in classes.dex"),
    }


# As APKiD 3.2.0 prints it: of an app of uiautomator2's, and of one whose dex it cannot read.
READ = {
    "apkid_version": "3.2.0",
    "files": [
        {
            "filename": "/apks/app.apk!classes.dex",
            "matches": {
                "anti_vm": ["Build.FINGERPRINT check", "possible Build.SERIAL check"],
                "compiler": ["r8"],
            },
        }
    ],
    "rules_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
UNREAD = {
    "apkid_version": "3.2.0",
    "files": [
        {
            "filename": "/apks/app.apk!classes.dex",
            "matches": {
                "compiler": ["unknown (please file detection issue!)"],
                "yara_issue": ["yara issue - dex file recognized by apkid but not yara module"],
            },
        }
    ],
}


async def test_apkid_of_today(tmp_path: Path, apk: Path) -> None:
    result = await examined(Apkid([saying(tmp_path, json.dumps(READ))]), apk)
    assert result.status is Status.DONE, result.reason
    assert [(one.subject, one.detail) for one in result.statements] == [
        ("Build.FINGERPRINT check", "anti_vm in classes.dex"),
        ("possible Build.SERIAL check", "anti_vm in classes.dex"),
    ]


async def test_apkid_that_finds_nothing_has_finished(tmp_path: Path, apk: Path) -> None:
    clean = {"files": [{"filename": "a.apk!classes.dex", "matches": {"compiler": ["r8"]}}]}
    result = await examined(Apkid([saying(tmp_path, json.dumps(clean))]), apk)
    assert (result.status, result.statements) == (Status.DONE, [])


async def test_apkid_that_could_not_look_says_nothing(tmp_path: Path, apk: Path) -> None:
    result = await examined(Apkid([saying(tmp_path, json.dumps(UNREAD))]), apk)
    assert result.status is Status.FAILED
    assert "classes.dex" in result.reason


async def test_apkid_that_looked_into_one_of_two_keeps_what_it_saw(
    tmp_path: Path, apk: Path
) -> None:
    both = {"files": READ["files"] + UNREAD["files"]}  # type: ignore[operator]
    result = await examined(Apkid([saying(tmp_path, json.dumps(both))]), apk)
    assert (result.status, len(result.statements)) == (Status.DONE, 2)


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"files": 3}', '{"other": 1}'])
@pytest.mark.parametrize("adapter", [Apkid, Exodus])
async def test_what_is_no_report_is_a_failure(
    tmp_path: Path, apk: Path, adapter: type[Apkid] | type[Exodus], text: str
) -> None:
    result = await examined(adapter([saying(tmp_path, text)]), apk)
    assert result.status is Status.FAILED
    assert not result.statements and result.reason


async def test_a_program_that_is_not_there(apk: Path) -> None:
    result = await examined(Apkid(["no-such-program-anywhere"]), apk)
    assert result.status is Status.ABSENT
    assert "no-such-program-anywhere" in result.reason


async def test_a_program_that_fails_says_why(tmp_path: Path, apk: Path) -> None:
    result = await examined(Apkid([program(tmp_path, "echo broken rules >&2; exit 9")]), apk)
    assert result.status is Status.FAILED
    assert "exit code 9" in result.reason and "broken rules" in result.reason


async def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, apk: Path) -> None:
    child = tmp_path / "child.pid"
    body = f"sleep 300 & echo $! > {child}; wait"
    began = time.monotonic()
    result = await examined(Apkid([program(tmp_path, body)]), apk, seconds=1.0)
    assert result.status is Status.TIMED_OUT
    assert time.monotonic() - began < 20
    pid = int(child.read_text())
    for _ in range(100):
        if not _alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not _alive(pid)


async def test_a_flood_of_output_is_cut_off(tmp_path: Path, apk: Path) -> None:
    body = '[ "$1" = --help ] || yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    result = await examined(Apkid([program(tmp_path, body)]), apk, seconds=60)
    assert result.status is Status.FAILED
    assert "MiB" in result.reason


async def test_mobsf_uploads_scans_and_reads(apk: Path) -> None:
    async with MobSFServer() as server:
        result = await examined(MobSF(server.url, server.key), apk)
    assert result.status is Status.DONE, result.reason
    assert server.asked == [
        "/api/v1/scans",
        "/api/v1/upload",
        "/api/v1/scan",
        "/api/v1/report_json",
    ]
    assert server.uploaded_names == ["app.apk"]  # nothing of the file's own name
    assert [one.subject for one in result.about(Topic.TRACKER)] == ["Example Analytics"]
    assert [one.subject for one in result.about(Topic.EXPORTED)] == ["com.x.Open", "com.x.View$1"]
    assert [one.subject for one in result.about(Topic.TARGET)] == ["22"]
    assert {one.subject for one in result.about(Topic.PERMISSION)} == {"android.permission.CAMERA"}


async def test_mobsf_with_a_wrong_key(apk: Path) -> None:
    async with MobSFServer() as server:
        result = await examined(MobSF(server.url, "wrong"), apk)
    assert result.status is Status.FAILED
    assert "API key" in result.reason


async def test_mobsf_that_is_not_there(apk: Path) -> None:
    async with MobSFServer() as server:
        url = server.url
    result = await examined(MobSF(url, "k"), apk)
    assert result.status is Status.ABSENT


@pytest.mark.parametrize("trouble", ["not_json", "status_500", "bad_hash", "redirect"])
async def test_mobsf_that_answers_nonsense(apk: Path, trouble: str) -> None:
    async with MobSFServer(trouble=trouble) as server:
        result = await examined(MobSF(server.url, server.key), apk)
    assert result.status is Status.FAILED
    assert not result.statements


async def test_mobsf_that_never_answers(apk: Path) -> None:
    async with MobSFServer(trouble="silent") as server:
        result = await examined(MobSF(server.url, server.key), apk, seconds=1.0)
    assert result.status is Status.TIMED_OUT


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"
