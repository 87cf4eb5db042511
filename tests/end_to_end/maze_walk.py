"""Explorations of mazes as twin apps: over adb and uiautomator2, with the app's own word for it."""

from pathlib import Path

import msgspec

from farm.devices.phone import Phone
from farm.devices.pool import DevicePool
from farm.explore.policy import Policy
from farm.explore.run import Run
from farm.twin.mazes.apps import ACTIVITY, build_maze, package_of
from farm.twin.mazes.maze import Spec, grow
from tests.end_to_end.unhooked import installed, shown
from tests.explore.fake_phone import Diary

# What is not part of an event costs no time; screens and taps keep the pauses they need.
QUICK = msgspec.structs.replace(
    Policy(), observe_interval=0.05, keep_interval=1e9, max_screens=0, screen_opens=0.2
)


async def walk(pool: DevicePool, spec: Spec, strategy: str, events: int, seed: int) -> set[int]:
    """The reachable screens of one maze that the app says it showed to one exploration."""
    apk = build_maze(spec)
    async with pool.lease(timeout=120) as phone:
        return await _explore(phone, spec, apk, strategy, events, seed)


async def _explore(
    phone: Phone, spec: Spec, apk: Path, strategy: str, events: int, seed: int
) -> set[int]:
    await phone.shell("logcat", "-c")
    async with installed(phone, apk, package_of(spec), ACTIVITY) as app:
        run = Run(driver=phone, journal=Diary(), app=app, policy=QUICK)
        await run.explore(events=events, seed=seed, strategy=strategy)
        return await shown(phone) & grow(spec).reachable
