"""The system's dialogs of each maker and Android version, over adb: recognised and answered."""

import asyncio
from pathlib import Path

import pytest

from farm.devices.phone import Phone
from farm.devices.states import Wants
from farm.explore.dialogs import Button, Recognised, ScreenState, classify
from farm.explore.hierarchy_xml import parse
from farm.model.vocabulary import DialogKind
from farm.twin.mazes.apps import ACTIVITY, build_maze, package_of
from farm.twin.mazes.maze import Item, Maze, MazeScreen, Spec, load_specs
from farm.twin.runtime.roms import load_roms, rom_of
from farm.twin.system.profile import load_profile, profile_names
from tests.end_to_end.unhooked import UnhookedApp, installed, phones

SPEC = Spec(name="rom-dialogs", label="权限迷宫", screens=2, seed=0, consent=False)
PACKAGE = package_of(SPEC)
LOOKS, PAUSE = 200, 0.05
LOCATION = "android.permission.ACCESS_FINE_LOCATION"
MAZE = Maze(
    spec=SPEC,
    screens=(
        MazeScreen(
            id=0, kind="menu", title="首页", items=(Item("下一页", 1),), dialog="permission"
        ),
        MazeScreen(id=1, kind="leaf", title="设置", text="没有更多内容", dialog="battery"),
    ),
)


def test_each_rom_has_a_profile_and_each_profile_but_the_plain_ones_a_maze() -> None:
    played = set()
    for name in profile_names():
        profile = load_profile(name)
        maker = profile.properties["ro.product.manufacturer"]
        played.add(rom_of(maker, profile.sdk).name)
    assert played == {rom.name for rom in load_roms()}
    assert {load_profile(name).sdk for name in profile_names()} >= {28, 29, 30, 31, 33, 34, 35, 36}
    assert {spec.profile for spec in load_specs()} <= set(profile_names())


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_the_dialogs_of_every_rom_are_told_apart_and_answered(tmp_path: Path) -> None:
    apk = build_maze(SPEC, tmp_path / "maze.apk", MAZE)
    names = profile_names()
    failed: dict[str, str] = {}
    async with phones(*names) as pool:
        models = {load_profile(name).properties["ro.product.model"]: name for name in names}
        statuses = {status.serial: status for status in pool.snapshot()}

        async def check(serial: str) -> None:
            async with slots, pool.lease(Wants(serial=serial), timeout=120) as phone:
                name = models[phone.info.model]
                async with installed(phone, apk, PACKAGE, ACTIVITY) as app:
                    try:
                        await _answer_all(phone, app)
                    except AssertionError as error:
                        failed[name] = str(error)[:1000]

        slots = asyncio.Semaphore(3)
        assert len(statuses) == len(names)
        async with asyncio.TaskGroup() as group:
            for serial in statuses:
                group.create_task(check(serial))
    assert failed == {}


async def _answer_all(phone: Phone, app: UnhookedApp) -> None:
    found = await _dialog(phone, DialogKind.PERMISSION)
    await _answer(phone, found.decline)
    await _app_shows(phone, "下一页")
    assert not await _granted(phone)
    await app.restart()
    found = await _dialog(phone, DialogKind.PERMISSION)
    await _answer(phone, found.accept)
    await phone.tap(*await _app_shows(phone, "下一页"))
    assert await _granted(phone)
    found = await _dialog(phone, DialogKind.BATTERY_SAVER)
    await _answer(phone, found.decline)
    await _app_shows(phone, "没有更多内容")


async def _dialog(phone: Phone, kind: DialogKind) -> Recognised:
    """The system's dialog of this kind, once it is there."""
    found = Recognised(kind=DialogKind.NONE)
    for _ in range(LOOKS):
        package, activity = await phone.current()
        hierarchy = parse(await phone.hierarchy())
        found = classify(ScreenState(hierarchy=hierarchy, package=package, activity=activity))
        assert found.kind is not DialogKind.PRIVACY_CONSENT, found.reasons
        if found.kind is kind:
            assert found.package != PACKAGE
            return found
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"expected {kind}, saw {found.kind}: {found.text} {found.reasons}")


async def _answer(phone: Phone, button: Button | None) -> None:
    assert button is not None
    await phone.tap(button.x, button.y)


async def _app_shows(phone: Phone, label: str) -> tuple[int, int]:
    """Where the app itself shows a label, with nothing over it."""
    for _ in range(LOOKS):
        nodes = parse(await phone.hierarchy()).nodes
        for node in nodes:
            if node.label == label and node.package == PACKAGE:
                return node.bounds.centre
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"the app does not show {label!r} but {[n.label for n in nodes]}")


async def _granted(phone: Phone) -> bool:
    dump = (await phone.shell("dumpsys", "package", PACKAGE)).stdout
    return f"{LOCATION}: granted=true" in dump
