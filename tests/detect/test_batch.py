"""Many recordings: each judged, bad ones told in one line, sealed folders left alone."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from farm.detect.analyse import read_analysis
from farm.detect.batch import (
    analysis_path,
    find_recordings,
    judge_folder,
    judge_folders,
    stored_analysis,
    usual_jobs,
)
from farm.detect.rules import load_rules
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType, Level, TransformKind, VerdictKind
from farm.recording import Recording, load_or_create_key, seal, verify
from farm.report.export import to_json
from tests.detect.builders import (
    ANDROID_ID,
    APP_STACK,
    IMEI,
    MAC,
    PARTIES,
    SDK_STACK,
    Scene,
)
from tests.report.builders import write
from tests.report.test_html import violation


def sealed(tmp_path: Path, name: str, scene: Scene | None = None) -> Path:
    folder = write(scene or violation(), tmp_path / name)
    seal(folder, load_or_create_key(tmp_path / "key"))
    return folder


def test_from_disk_to_finding_without_touching_the_seal(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    judged = judge_folder(folder, PARTIES, None)
    assert judged.error == "" and judged.kind is VerdictKind.VIOLATION
    assert Path(judged.analysis_file) == tmp_path / "one.analysis.json"
    assert verify(folder) == []
    opened = Recording.open(folder)
    analysis = stored_analysis(folder, opened.manifest_sha256)
    assert analysis is not None
    assert {finding.level for finding in analysis.findings} == {Level.TRANSMITTED_THIRD_PARTY}
    assert analysis.rules.keys() == load_rules(PARTIES).digests.keys()


def test_stored_analysis_must_be_of_the_same_bytes_and_full_where_needed(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    judge_folder(folder, None, None)
    digest = Recording.open(folder).manifest_sha256
    analysis = stored_analysis(folder, digest)
    assert analysis is not None
    assert stored_analysis(folder, "0" * 64) is None
    assert stored_analysis(folder, "") is None
    analysis_path(folder).write_bytes(to_json(analysis))
    assert stored_analysis(folder, digest) is None
    assert stored_analysis(folder, digest, masked_will_do=True) is not None
    analysis_path(folder).write_bytes(b"{}")
    assert stored_analysis(folder, digest) is None


def test_bad_recordings_do_not_stop_the_others_and_processes_give_the_same(
    tmp_path: Path,
) -> None:
    good = sealed(tmp_path, "good")
    broken = write(violation(), tmp_path / "broken")
    (broken / "session.json").write_bytes(b"{")
    folders = [broken, tmp_path / "none", good]
    alone = list(judge_folders(folders, jobs=1, parties=None, output=None))
    bytes_alone = analysis_path(good).read_bytes()
    together = list(judge_folders(folders, jobs=2, parties=None, output=None))
    assert alone == together
    assert [bool(judged.error) for judged in alone] == [True, True, False]
    assert all("\n" not in judged.error for judged in alone)
    assert "broken" in alone[0].error and "none" in alone[1].error
    assert analysis_path(good).read_bytes() == bytes_alone


def test_output_folder(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    output = tmp_path / "out"
    output.mkdir()
    judged = judge_folder(folder, None, output)
    assert Path(judged.analysis_file) == output / "one.analysis.json"


def test_the_same_bytes_whatever_machine_judges(tmp_path: Path) -> None:
    """Another order of sets and folders, time zone, language and number of processes."""
    one = sealed(tmp_path, "one", _busy())
    other = sealed(tmp_path, "other")
    copy = tmp_path / "elsewhere" / "one"
    for file in sorted(one.rglob("*"), reverse=True):  # made in another order
        if file.is_file():
            target = copy / file.relative_to(one)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    machines = [
        ("1", "forwards", {"PYTHONHASHSEED": "1"}, [one, other]),
        ("2", "backwards", {"PYTHONHASHSEED": "2", "TZ": "Asia/Shanghai"}, [other, one]),
        ("2", "forwards", {"PYTHONHASHSEED": "4242", "TZ": "UTC-13"}, [copy]),
        ("1", "backwards", {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}, [copy]),
    ]
    made: set[bytes] = set()
    for number, (jobs, order, environment, folders) in enumerate(machines):
        output = tmp_path / f"output{number}"
        output.mkdir()
        subprocess.run(
            [
                *(sys.executable, "-m", "tests.detect.elsewhere", jobs, order, str(PARTIES)),
                *(str(output), *map(str, folders)),
            ],
            check=True,
            timeout=120,
            env={**os.environ, **environment},
        )
        made.add(analysis_path(one, output).read_bytes())
    (data,) = made
    assert len(read_analysis(data).findings) > 4


def _busy() -> Scene:
    """Many values, callers, receivers and forms at once."""
    scene = Scene().begin()
    values = {
        DataType.IMEI: IMEI,
        DataType.ANDROID_ID: ANDROID_ID,
        DataType.WIFI_MAC: MAC,
        DataType.LOCATION: "31.230416,121.473701",
        DataType.CLIPBOARD: "取件码 7KQ-40211-MXW",
    }
    for number, (data_type, value) in enumerate(values.items()):
        scene.identity(data_type, value, how="read")
        for stack in (APP_STACK, SDK_STACK):
            scene.call(1500 + number, data_type, value, stack=stack)
    body = ("&".join(f"{name}={value}" for name, value in values.items())).encode()
    scene.transform(1600, TransformKind.CIPHER, "AES", body, body[::-1], direction="encrypt")
    for number, host in enumerate(("collect.tracker.example", "ulogs.umeng.com", "x.example")):
        scene.flow(1800 + number, host, body=body)
        scene.flow(1900 + number, host, body=body[::-1])
    return scene.end()


def test_a_folder_of_recordings_is_searched_one_level_down(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write(violation(), tmp_path / "many" / name)
    (tmp_path / "many" / "notes.txt").write_text("x", encoding="utf-8")
    found = find_recordings([tmp_path / "many", tmp_path / "many" / "a"])
    assert [path.name for path in found] == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="empty"):
        find_recordings([tmp_path / "empty"])


def test_a_process_that_dies_takes_only_its_own_recording_along(tmp_path: Path) -> None:
    folders = [write(violation(), tmp_path / f"r{number}") for number in range(4)]
    pipe = folders[1] / "session.json"
    pipe.unlink()
    os.mkfifo(pipe)
    killed: set[int] = set()
    done = threading.Event()
    killer = threading.Thread(target=_kill_readers, args=(pipe, done, killed), daemon=True)
    killer.start()
    try:
        judged = list(judge_folders(folders, jobs=2, parties=None, output=None))
    finally:
        done.set()
        killer.join(20)
    assert len(killed) >= 2  # in a pool, and tried once more alone
    assert [bool(one.error) for one in judged] == [False, True, False, False]
    assert "ended its process" in judged[1].error


def _kill_readers(pipe: Path, done: threading.Event, killed: set[int]) -> None:
    """Kill every process that reads the pipe, as the kernel does when memory runs out."""
    while not done.wait(0.02):
        try:
            writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it
            continue
        try:
            while not done.wait(0.01) and not (readers := _readers(pipe)):
                pass  # one is about to: it waits in its `open` until now
            for child in readers:
                killed.add(child.pid)
                os.kill(child.pid, signal.SIGKILL)
                # Not waited for as a child: how it ended is for the pool to hear, which would take
                # it for alive for ever.
                with contextlib.suppress(psutil.NoSuchProcess):
                    while child.status() != psutil.STATUS_ZOMBIE:
                        time.sleep(0.01)
        finally:
            os.close(writer)


def _readers(pipe: Path) -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [one for one in children if any(Path(at) == pipe for at in _open_files(one.pid))]


def _open_files(pid: int) -> list[str]:
    try:
        return [os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []


def test_without_a_word_only_large_recordings_get_a_second_process(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, size in ((small, 1 << 20), (large, 64 << 20)):
        folder.mkdir()
        with (folder / "flows.mitm").open("wb") as file:
            file.truncate(size)
    allowed = os.sched_getaffinity(0)
    assert usual_jobs([small, tmp_path / "none"]) == 1
    assert usual_jobs([small, large]) == min(2, len(allowed))
    assert usual_jobs([small] * 100) == min(2, len(allowed))  # many small ones are worth it too
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert usual_jobs([large]) == 1
    finally:
        os.sched_setaffinity(0, allowed)
