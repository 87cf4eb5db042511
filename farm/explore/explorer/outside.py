"""Drivers of other explorers: Android's own monkey, and Fastbot2 where the operator has it.

Both run on the phone and report nothing of what they tap. Their run is recorded as one touch on
something unknown, after which no phase is certain unless the consent was agreed to before.
"""

import re
import time
from pathlib import PurePosixPath

import msgspec

from farm.explore.driver import Driver, Journal
from farm.model.errors import DeviceError, SetupError
from farm.model.events import DeviceNote, Tap
from farm.model.vocabulary import DialogKind

_FASTBOT_FILES = (
    "/sdcard/monkeyq.jar",
    "/sdcard/framework.jar",
    "/sdcard/fastbot-thirdpart.jar",
)
"""Where Fastbot_Android's handbook has the operator push its files (its libraries beside them)."""

_INJECTED = re.compile(r"Events injected: (\d{1,9})")
_CRASHED = re.compile(r"// CRASH: (\S{1,300})|// NOT RESPONDING: (\S{1,300})")
_PERCENT = ("--pct-syskeys", "0", "--pct-anyevent", "0")
_MOST_EVENTS = 1_000_000


class OutsideReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the tool itself said."""

    tool: str
    events: int
    crashes: list[str]
    exit_code: int


async def run_monkey(
    driver: Driver,
    journal: Journal,
    package: str,
    *,
    events: int,
    seed: int = 0,
    throttle_ms: int = 300,
    timeout: float = 1800.0,
) -> OutsideReport:
    """Let Android's monkey send events to the app.

    Args:
        driver: the phone.
        journal: where the run is noted.
        package: the only app it may touch.
        events: how many, at most 1,000,000.
        seed: of its random generator.
        throttle_ms: pause between events.
        timeout: seconds after which it is cut off.

    Raises:
        ValueError: the number of events is out of range.
        DeviceError: the phone refuses, or the monkey outlived its time.
    """
    _check(events)
    argv = ["monkey", "-p", package, "-s", str(seed), "--throttle", str(throttle_ms), *_PERCENT]
    argv += ["--ignore-crashes", "--ignore-timeouts", "-v", str(events)]
    return await _run(driver, journal, "monkey", argv, timeout)


async def run_fastbot(
    driver: Driver,
    journal: Journal,
    package: str,
    *,
    minutes: int,
    throttle_ms: int = 500,
) -> OutsideReport:
    """Let Fastbot2 explore the app for so many minutes.

    Raises:
        SetupError: its files are not on the phone.
        DeviceError: the phone refuses, or it outlived its time.
    """
    if not 1 <= minutes <= 24 * 60:
        raise ValueError(f"minutes: expected 1 to {24 * 60}, got {minutes}")
    for path in _FASTBOT_FILES:
        listed = await driver.shell("ls", path)
        if listed.exit_code != 0:
            name = PurePosixPath(path).name
            raise SetupError(
                f"{path}: not on the phone; push {name} of Fastbot_Android as its handbook says"
            )
    argv = [
        "env",
        f"CLASSPATH={':'.join(_FASTBOT_FILES)}",
        "app_process",
        "/system/bin",
        "com.android.commands.monkey.Monkey",
        "-p",
        package,
        "--agent",
        "reuseq",
        "--running-minutes",
        str(minutes),
        "--throttle",
        str(throttle_ms),
        "-v",
    ]
    return await _run(driver, journal, "fastbot2", argv, minutes * 60.0 + 120)


async def _run(
    driver: Driver, journal: Journal, tool: str, argv: list[str], timeout: float
) -> OutsideReport:
    journal.emit(DeviceNote(name=f"{tool}_begins", detail=" ".join(argv)[:400]))
    now = time.time_ns()
    latest = now + round(timeout * 1e9)
    # Of unknown text: whatever it agrees to makes what follows undetermined (farm.detect.phases).
    journal.emit(Tap(x=0, y=0, text="", sent=now, confirmed=latest, dialog=DialogKind.OTHER))
    try:
        result = await driver.shell(*argv, timeout=timeout)
    except DeviceError:
        journal.emit(DeviceNote(name=f"{tool}_ends", detail="cut off, or the phone was lost"))
        raise
    text = f"{result.stdout}\n{result.stderr}"
    injected = _INJECTED.findall(text)
    crashes = [one or other for one, other in _CRASHED.findall(text)]
    report = OutsideReport(
        tool=tool,
        events=int(injected[-1]) if injected else 0,
        crashes=crashes[:100],
        exit_code=result.exit_code,
    )
    detail = f"{report.events} events, {len(crashes)} crashes, exit {report.exit_code}"
    journal.emit(DeviceNote(name=f"{tool}_ends", detail=detail))
    if not injected:
        words = " ".join(text.split())[:300]
        raise DeviceError(f"{tool}: did nothing (exit {result.exit_code}): {words}")
    return report


def _check(events: int) -> None:
    if not 1 <= events <= _MOST_EVENTS:
        raise ValueError(f"events: expected 1 to {_MOST_EVENTS}, got {events}")
