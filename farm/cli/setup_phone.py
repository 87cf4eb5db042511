"""`farm setup-phone SERIAL`: takes a real phone through what it needs, once, step by step."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer

from farm.cli.doctor import missing, show
from farm.cli.options import JsonOption
from farm.cli.output import EXIT_USAGE, emit_json, plain, say
from farm.cli.stopping import until_stopped
from farm.devices.adb import Adb
from farm.devices.checks import Check
from farm.devices.identity import identify
from farm.devices.phone_checks import PhoneTools, check_phones
from farm.devices.profiles import DeviceProfile, load_profiles
from farm.devices.rehearsal import RehearsalPlan, rehearse
from farm.model.vocabulary import AccessMode
from farm.recorders.network.authority import ensure_authority
from farm.session.settings import LabSettings, default_home


async def _steps(settings: LabSettings, serial: str) -> AsyncGenerator[Check, None]:
    """Checks first; the rehearsal only on a phone that passed them."""
    profiles = await asyncio.to_thread(load_profiles, settings.profiles)
    tools = PhoneTools(profiles=profiles, frida_folder=settings.frida_files_folder)
    plan = RehearsalPlan(
        ca_pem=await asyncio.to_thread(ensure_authority, settings.certificate_authority),
        frida_folder=settings.frida_files_folder,
        state_folder=settings.ledgers,
    )
    async with Adb(port=settings.adb_port) as adb:
        faults = False
        async with aclosing(check_phones(adb, tools, only=serial)) as checks:
            async for check in checks:
                faults = faults or missing(check)
                yield check
        if faults:
            return
        phone = await identify(adb, serial, profiles)
        _advise(serial, phone.profile)
        async with aclosing(rehearse(phone, plan)) as checks:
            async for check in checks:
                yield check


def _advise(serial: str, profile: DeviceProfile) -> None:
    """What only a person can do on this kind of phone."""
    for note in profile.notes:
        say(f"{plain(serial, 60)}: {note}")
    if profile.access is AccessMode.GADGET:
        say(f"{plain(serial, 60)}: without root apps are repackaged; docs/phones.md says how")


def setup_phone(
    serial: Annotated[str, typer.Argument(help="The phone's name in `adb devices`.")],
    home: Annotated[
        Path | None, typer.Option(help="The lab's folder [default: $FARM_HOME or ~/.farm].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a phone step by step, then rehearse a preparation and put everything back.

    The rehearsal does what each session does before the app is installed: it sets the proxy and
    sends something through it, adds the certificate, starts frida-server and asks it, reads the
    screen, and undoes all of it. Run it again until every step says ok.

    Exit codes: 0 the phone is ready, 2 something is left to do.
    """
    settings = LabSettings(home=home or default_home())

    async def work() -> list[Check]:
        checks: list[Check] = []
        async with aclosing(_steps(settings, serial)) as steps:
            async for check in steps:
                checks.append(check)
                if not as_json:
                    show(check, f"step {len(checks):>2} ")
        return checks

    checks = asyncio.run(until_stopped(work()))
    if as_json:
        emit_json(checks)
    if any(map(missing, checks)):
        raise typer.Exit(EXIT_USAGE)
    if not as_json:
        say(f"{plain(serial, 60)} is ready: farm run APP.apk --phone {plain(serial, 60)}")
