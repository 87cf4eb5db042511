"""`farm devices`: the phones at this host's adb server, and the whole fleet in the inventory."""

import asyncio
import getpass
from typing import Annotated

import typer

from farm.campaign.fleet import inventory
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.options import JsonOption
from farm.cli.output import emit_json, plain, say
from farm.devices.adb import Adb
from farm.devices.pool import DevicePool
from farm.devices.pool_entry import DeviceStatus
from farm.devices.profiles import load_profiles
from farm.paths import DEVICE_PROFILES

_CHECK_SECONDS = 60.0

app = typer.Typer(invoke_without_command=True)

_Serial = Annotated[str, typer.Argument(help="The phone's serial.")]


async def _look() -> list[DeviceStatus]:
    profiles = await asyncio.to_thread(load_profiles, DEVICE_PROFILES)
    async with Adb() as adb, DevicePool(profiles, adb) as pool:
        await pool.settled(_CHECK_SECONDS)
        return pool.snapshot()


@app.callback()
def devices(context: typer.Context, as_json: JsonOption = False) -> None:
    """List phones with their profile and state.

    The commands below speak of the fleet: phones of all hosts that run `farm worker`.

    Exit codes: 0 at least one phone is usable or none is attached, 2 no adb.
    """
    if context.invoked_subcommand is not None:
        return
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


@app.command()
def fleet(json: JsonOption = False, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """List the phones of all hosts: what holds them, and how they are."""

    async def work() -> list[inventory.PhoneLine]:
        async with campaign_database(database, home) as opened:
            return await inventory.fleet(opened)

    found = asyncio.run(work())
    if json:
        emit_json(found)
        return
    if not found:
        say("no phone is in the inventory: start `farm worker` where phones are")
    for one in found:
        say(f"{plain(one.host, 40)}  {plain(one.serial, 60)}  {one.state}  {_about(one)}")


def _about(one: inventory.PhoneLine) -> str:
    parts = [plain(one.model, 40), f"sdk {one.sdk}", one.profile, one.access]
    if one.battery is not None:
        parts.append(f"battery {one.battery} %")
    if one.temperature is not None:
        parts.append(f"{one.temperature:.1f} °C")
    if one.storage_free is not None:
        parts.append(f"{one.storage_free / (1 << 30):.1f} GiB free")
    for word, text in (
        ("runs", one.holder),
        ("rests", one.rest_reason),
        (f"quarantined by {one.quarantined_by}:", one.quarantine_reason),
        ("", one.reason),
    ):
        if text:
            parts.append(f"{word} {plain(text, 120)}".strip())
    if one.reserved_for and one.reserved_until:
        parts.append(f"reserved for {one.reserved_for} until {one.reserved_until:%Y-%m-%d %H:%M}")
    return ", ".join(part for part in parts if part)


@app.command()
def history(
    serial: _Serial,
    json: JsonOption = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Show what happened to a phone: rests, failures, quarantines, with its health then."""

    async def work() -> list[inventory.HealthLine]:
        async with campaign_database(database, home) as opened:
            return await inventory.history(opened, serial)

    found = asyncio.run(work())
    if json:
        emit_json(found)
        return
    for line in found:
        told = [f"{line.at:%Y-%m-%d %H:%M:%S}", line.event, plain(line.detail, 200)]
        if line.battery is not None:
            told.append(f"battery {line.battery} %")
        if line.temperature is not None:
            told.append(f"{line.temperature:.1f} °C")
        if line.storage_free is not None:
            told.append(f"{line.storage_free / (1 << 30):.1f} GiB free")
        say("  ".join(word for word in told if word))


@app.command()
def quarantine(
    serial: _Serial,
    reason: Annotated[str, typer.Option(help="Why; the next person reads it.")],
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Take a phone out of use until it is released; what runs on it ends first."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await inventory.quarantine(opened, serial, getpass.getuser(), reason)

    asyncio.run(work())
    say(f"{serial} is in quarantine")


@app.command()
def release(serial: _Serial, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """Let a phone back into use: from quarantine, reservation and rest."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await inventory.release(opened, serial, getpass.getuser())

    asyncio.run(work())
    say(f"{serial} is released")


@app.command()
def reserve(
    serial: _Serial,
    person: Annotated[str, typer.Option("--for", help="Who needs it.")],
    hours: Annotated[float, typer.Option(help="For how long.")] = 8.0,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Keep a phone for a tester for a while; it comes back by itself."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await inventory.reserve(opened, serial, person, hours)

    asyncio.run(work())
    say(f"{serial} is reserved for {person} for {hours:g} h")
