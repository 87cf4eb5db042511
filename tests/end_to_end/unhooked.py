"""A twin app on a phone of the pool without a session: real adb, uiautomator2 and app, no hooks."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from farm import paths
from farm.cli.embedded import EmbeddedTwins, TwinDescription
from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.pool import DevicePool
from farm.devices.profiles import load_profiles

_SHOWN = re.compile(r"maze\s*: screen (\d+)")


class UnhookedApp:
    """The process of an app that is installed, as scenarios control it."""

    def __init__(self, phone: Phone, package: str, activity: str) -> None:
        self._phone = phone
        self.package = package
        self._activity = activity

    async def alive(self) -> bool:
        return bool(await self._phone.pids(self.package))

    async def restart(self) -> bool:
        await self._phone.force_stop(self.package)
        await self.foreground()
        return True

    async def home(self) -> None:
        await self._phone.press("home")

    async def foreground(self) -> None:
        await self._phone.start_app(self.package, self._activity)

    async def stop(self) -> None:
        await self._phone.force_stop(self.package)


@asynccontextmanager
async def phones(*profiles: str) -> AsyncIterator[DevicePool]:
    """A pool over twins of these profiles, each behind the real adb server."""
    twins = [TwinDescription(profile=each) for each in profiles]
    async with (
        EmbeddedTwins(twins) as embedded,
        Adb(port=embedded.adb_port) as adb,
        DevicePool(load_profiles(paths.DEVICE_PROFILES), adb) as pool,
    ):
        await pool.settled()
        yield pool


@asynccontextmanager
async def installed(
    phone: Phone, apk: Path, package: str, activity: str
) -> AsyncIterator[UnhookedApp]:
    """The maze, installed and started, and gone afterwards.

    It says in its log that it showed a screen: a dialog of the system may cover it at once.
    """
    await phone.start_screen()
    await phone.install([apk])
    app = UnhookedApp(phone, package, activity)
    try:
        await app.home()
        await app.foreground()
        async with asyncio.timeout(60):
            while not await shown(phone):
                await asyncio.sleep(0.05)
        yield app
    finally:
        await phone.uninstall(package)


async def shown(phone: Phone) -> set[int]:
    """The screens of a maze that the app itself says it showed."""
    log = (await phone.shell("logcat", "-d", "-s", "maze")).stdout
    return {int(each) for each in _SHOWN.findall(log)}
