# ruff: noqa: E501 - log lines stand as the phone wrote them
"""The phone's log: what its lines mean, and how they are kept.

Sources of the samples (public): am_crash of Android 9's settings, ActivityManager lines of
project-chip/connectedhomeip#29174, AndroidCSIDE/ACSIDE#122 (deaths with a reason), Motorola
am_proc_died with seven fields, Samsung am_kill; AOSP's EventLogTags.logtags for the fields.
Package names are replaced by the test's own.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.model.events import Crash, DeviceNote, ProcessSeen
from farm.model.vocabulary import Stream
from farm.recorders.logcat import LogcatRecorder
from farm.recorders.logcat_lines import LogFact, LogReader
from farm.recording import Recording, StreamWriter

APP = "com.android.settings"

FATAL = """\
03-07 18:09:43.198  3503  3503 E AndroidRuntime: FATAL EXCEPTION: main
03-07 18:09:43.198  3503  3503 E AndroidRuntime: Process: com.android.settings, PID: 3503
03-07 18:09:43.199  3503  3503 E AndroidRuntime: java.lang.NullPointerException: Attempt to write
03-07 18:09:43.199  3503  3503 E AndroidRuntime: \tat android.app.BackStackRecord.run(BackStackRecord.java:780)
03-07 18:09:43.199   860  2059 I am_crash: [3503,0,com.android.settings,952647237,java.lang.NullPointerException,Attempt to write to field 'int android.app.Fragment.mNextAnim' on a null object reference,BackStackRecord.java,780]
03-07 18:09:43.200  3503  3503 E AndroidRuntime: \tat com.android.internal.os.ZygoteInit.main(ZygoteInit.java:776)
03-07 18:09:43.300   860  2846 I ActivityManager: Process com.android.settings (pid 3503) has died: fore TOP \
""".splitlines()


def facts(package: str, *lines: str) -> list[LogFact]:
    """Everything the lines say."""
    reader = LogReader(package)
    found = [fact for line in lines for fact in reader.read(line)]
    return [*found, *reader.finish()]


def test_a_crash_told_by_two_buffers_is_one_crash_with_its_trace() -> None:
    crash, end = facts(APP, *FATAL)
    assert isinstance(crash, Crash) and crash.process == APP
    assert crash.reason == "java.lang.NullPointerException: Attempt to write"
    assert crash.trace.count("\tat ") == 2 and "ZygoteInit" in crash.trace
    assert end == ProcessSeen(pid=3503, process=APP, state="exited", reason="fore TOP")


def test_a_crash_only_in_the_event_buffer() -> None:
    (crash,) = facts(APP, FATAL[4])
    assert isinstance(crash, Crash) and crash.reason.startswith(
        "java.lang.NullPointerException: At"
    )
    assert facts("com.other", *FATAL) == []


@pytest.mark.parametrize(
    ("package", "line", "expected"),
    [
        (
            "com.amazon.venezia",
            (
                "08-21 15:14:23.880   590   610 I ActivityManager: Start proc 4426:com.amazon.venezia:sync"
                "/u0a22096 for service com.amazon.venezia/com.amazon.mas.Service"
            ),
            ProcessSeen(pid=4426, process="com.amazon.venezia:sync", state="started"),
        ),
        (
            "com.truecaller",
            (
                "04-01 10:00:00.000   977   990 I ActivityManager: Start proc com.truecaller for service "
                "com.truecaller/.service.ClipboardService: pid=593 uid=10113 gids={50113, 9997}"
            ),
            ProcessSeen(pid=593, process="com.truecaller", state="started"),
        ),
        (
            "com.google.android.talk",
            (
                "10-01 18:07:07.357  4600  4614 I am_proc_start: [0,20381,10056,com.google.android.talk,"
                "service,com.google.android.talk/com.google.android.libraries.Service]"
            ),
            ProcessSeen(pid=20381, process="com.google.android.talk", state="started"),
        ),
        (
            "com.motorola.coresettingsext",
            "08-20 05:02:45.216  1759  8211 I am_proc_died: [0,3968,com.motorola.coresettingsext,920,19]",
            ProcessSeen(pid=3968, process="com.motorola.coresettingsext", state="exited"),
        ),
        (
            "com.ximalaya.ting.kid",
            "06-21 14:34:48.468 1000 1764 2416 I am_proc_died: [0,12111,com.ximalaya.ting.kid,700,16]",
            ProcessSeen(pid=12111, process="com.ximalaya.ting.kid", state="exited"),
        ),
        (
            "com.android.chrome",
            (
                "09-12 04:43:05.470   731  1215 I am_kill : [0,20481,com.android.chrome:sandboxed_process0,"
                "0,isolated not needed,0]"
            ),
            ProcessSeen(
                pid=20481,
                process="com.android.chrome:sandboxed_process0",
                state="exited",
                reason="killed: isolated not needed",
            ),
        ),
        (
            "com.amazon.sync.service",
            (
                "08-21 15:29:07.975   582  1266 I ActivityManager: Killing 4299:com.amazon.sync.service"
                "/u0a22112 (adj 12): empty #13"
            ),
            ProcessSeen(
                pid=4299,
                process="com.amazon.sync.service",
                state="exited",
                reason="killed: empty #13",
            ),
        ),
        (
            "com.futsch1.medtimer",
            (
                "09-12 04:43:07.000   731   762 I am_anr  : [10229,4243,com.futsch1.medtimer,955725381,"
                "Input dispatching timed out (x, y)]"
            ),
            Crash(process="com.futsch1.medtimer", reason="ANR: Input dispatching timed out (x, y)"),
        ),
    ],
)
def test_one_line(package: str, line: str, expected: LogFact) -> None:
    assert facts(package, line) == [expected]
    assert facts(package + ".other", line) == [] == facts(package[:-1], line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--------- beginning of main",
        "03-07 18:09:43.199   860  2059 I am_crash: [",
        "03-07 18:09:43.199   860  2059 I am_proc_start: [0,x,1,com.android.settings]",
        "03-07 18:09:43.199  1  1 I MyApp: Start proc 1:com.android.settings/u0 for nothing",
        "03-07 18:09:43.199  1  1 E MyApp: FATAL EXCEPTION: main",
        "03-07 18:09:43.199  1  1 E AndroidRuntime: " + "A" * 1_000_000,
    ],
)
def test_lines_that_say_nothing(line: str) -> None:
    assert facts(APP, line) == []


async def test_the_log_is_kept_to_its_bound(folder_of_recording: Path) -> None:
    async def lines() -> AsyncIterator[str]:
        for line in FATAL:
            yield line
        for _ in range(100):
            yield "03-07 18:09:44.000  1  1 I Tag: \udcff\n" + "x" * 50_000

    device = StreamWriter(folder_of_recording, Stream.DEVICE)
    recorder = LogcatRecorder(folder_of_recording, device, APP, most_bytes=100_000)
    await recorder.follow(lines())
    device.close()
    log = (folder_of_recording / "logcat.txt").read_bytes()
    assert 80_000 < len(log) <= 100_000 and log.startswith(FATAL[0].encode() + b"\n")
    said = [event.body for event in Recording.open(folder_of_recording).events(Stream.DEVICE)]
    assert [type(body) for body in said] == [Crash, ProcessSeen, DeviceNote, DeviceNote]
