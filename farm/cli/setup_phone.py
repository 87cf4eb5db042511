"""`farm setup-phone SERIAL`: takes a real phone through what it needs, once, step by step."""

import asyncio
from pathlib import Path

import typer

from farm.cli.doctor import show
from farm.cli.output import EXIT_USAGE, emit_json, plain, say
from farm.devices.adb import Adb
from farm.devices.checks import Check, check_phones
from farm.devices.identity import identify, prove_access
from farm.devices.phone import Phone
from farm.devices.preparation import PreparationPlan, clean, prepare
from farm.devices.profiles import load_profiles
from farm.model.errors import FarmError
from farm.model.vocabulary import AccessMode
from farm.paths import DEVICE_PROFILES


async def _rehearse(phone: Phone) -> Check:
    """Prepare as a session does (without capture) and put everything back."""
    plan = PreparationPlan(frida=phone.profile.access is not AccessMode.GADGET)
    try:
        prepared = await prepare(phone, plan)
        await phone.start_screen()
        await phone.hierarchy()
        found = "prepared and cleaned"
        if prepared.frida_address:
            found += f", frida-server answered at {prepared.frida_address}"
        return Check(name="rehearsal", subject=phone.serial, ok=True, found=found)
    except FarmError as error:
        return Check(
            name="rehearsal",
            subject=phone.serial,
            ok=False,
            found=str(error),
            todo="do what the message says and run this command again",
        )
    finally:
        await clean(phone)
        await phone.release()


async def _set_up(serial: str) -> list[Check]:
    profiles = await asyncio.to_thread(load_profiles, DEVICE_PROFILES)
    async with Adb() as adb:
        checks = await check_phones(adb, profiles, only=serial)
        if not all(
            check.ok for check in checks if check.name in ("phone", "connection", "profile")
        ):
            return checks
        phone = await identify(adb, serial, profiles)
        for note in phone.profile.notes:
            say(f"{plain(serial, 60)}: {note}")
        try:
            await prove_access(phone)
        except FarmError:
            return checks  # `access` says so already, with what to do
        if all(check.ok or not check.required for check in checks):
            checks.append(await _rehearse(phone))
        return checks


def setup_phone(
    serial: str = typer.Argument(help="The phone's name in `adb devices`."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON on stdout."),
) -> None:
    """Check a phone step by step, then rehearse a preparation and put everything back.

    Exit codes: 0 the phone is ready, 2 something is left to do.
    """
    checks = asyncio.run(_set_up(serial))
    if as_json:
        emit_json(checks)
    else:
        show(checks)
        if all(check.ok or not check.required for check in checks):
            say(f"{plain(serial, 60)} is ready: farm run APP.apk --phone {plain(serial, 60)}")
            say(f"frida-server files: {Path.home() / '.farm' / 'frida'}")
    if any(not check.ok and check.required for check in checks):
        raise typer.Exit(EXIT_USAGE)
