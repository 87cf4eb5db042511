"""`farm devices`: the phones at the adb server, as the pool sees them."""

import asyncio

import typer

from farm.cli.output import emit_json, plain, say
from farm.devices.adb import Adb
from farm.devices.pool import DevicePool, DeviceStatus
from farm.devices.profiles import load_profiles
from farm.paths import DEVICE_PROFILES

_CHECK_SECONDS = 60.0


async def _look() -> list[DeviceStatus]:
    profiles = await asyncio.to_thread(load_profiles, DEVICE_PROFILES)
    async with Adb() as adb, DevicePool(profiles, adb) as pool:
        await pool.settled(_CHECK_SECONDS)
        return pool.snapshot()


def devices(
    as_json: bool = typer.Option(False, "--json", help="Print JSON on stdout."),
) -> None:
    """List phones with their profile and state.

    Exit codes: 0 at least one phone is usable or none is attached, 2 no adb.
    """
    found = asyncio.run(_look())
    if as_json:
        emit_json(found)
        return
    if not found:
        say("no phone: plug one in with USB debugging on, or start `farm twin start`")
    for status in found:
        about = ""
        if status.info is not None:
            info = status.info
            about = (
                f"  {plain(info.manufacturer, 30)} {plain(info.model, 40)}, "
                f"Android {plain(info.android_version, 20)}, {info.profile}, {info.access}"
            )
        reason = f": {plain(status.reason)}" if status.reason else ""
        say(f"{plain(status.serial, 60)}  {status.state}{reason}{about}")
