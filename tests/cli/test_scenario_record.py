"""`farm scenario record`: fingers on a twin become a scenario."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from farm.cli.scenario import app
from farm.cli.scenario_record import TouchRecorder
from farm.devices.phone import Phone
from farm.devices.states import Wants
from farm.explore.checking import check
from farm.explore.dialogs import ScreenState, classify
from farm.explore.hierarchy_xml import parse
from farm.explore.script_writer import write_script
from farm.model.vocabulary import DialogKind
from farm.session.lab import inspect_apk
from farm.twin.building.apk import APKS
from farm.twin.system.touch_panel import PATH, RAW
from tests.end_to_end.twin_lab import twin_lab


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("x = 1\n")
    result = CliRunner().invoke(app, ["record", str(path)])
    assert result.exit_code != 0 and "exists already" in str(result.exception)
    result = CliRunner().invoke(app, ["record", str(tmp_path / "Mine.txt")])
    assert "lower-case" in str(result.exception)


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_fingers_on_a_twin_become_a_scenario(tmp_path: Path) -> None:
    apk = APKS / "compliant.apk"
    described = await inspect_apk(apk)
    recorder = TouchRecorder()
    async with twin_lab(tmp_path) as lab, lab.lab.pool.lease(Wants(), timeout=60) as phone:
        await phone.install([apk])
        await phone.start_app(described.package, described.main_activity)
        async with asyncio.timeout(60):
            while True:
                found = classify(
                    ScreenState(hierarchy=parse(await phone.hierarchy()), package=described.package)
                )
                if found.kind is DialogKind.PRIVACY_CONSENT and found.accept is not None:
                    break
                await asyncio.sleep(0.3)
        async with asyncio.TaskGroup() as group:
            following = group.create_task(recorder.follow(phone))
            await asyncio.sleep(2.5)
            await _touch(phone, found.accept.x, found.accept.y)
            async with asyncio.timeout(30):
                while not recorder.made:
                    await asyncio.sleep(0.2)
            following.cancel()
    script = tmp_path / "again.py"
    script.write_text(write_script("again", "Again", recorder.made, recorder.typed()))
    assert 'await consent.get_past("accept")' in script.read_text()
    assert check(script) == []


async def _touch(phone: Phone, x: int, y: int) -> None:
    """A finger, as the kernel sees it."""
    width, height = phone.info.screen
    raw_x, raw_y = x * RAW // (width - 1), y * RAW // (height - 1)
    for kind, code, value in (
        (3, 0x39, 1), (3, 0x35, raw_x), (3, 0x36, raw_y), (0, 0, 0), (3, 0x39, 0xFFFFFFFF),
        (0, 0, 0),
    ):  # fmt: skip
        await phone.check("sendevent", PATH, str(kind), str(code), str(value))
