"""`farm doctor`: what is missing on this machine and on its phones, and what to do about it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from farm.cli.options import JsonOption
from farm.cli.output import EXIT_USAGE, emit_json, plain, say
from farm.devices.adb import Adb
from farm.devices.checks import Check, check_host
from farm.devices.phone_checks import PhoneTools, check_phones
from farm.devices.profiles import load_profiles
from farm.session.settings import LabSettings, default_home


async def _examine(settings: LabSettings) -> AsyncIterator[Check]:
    for check in await check_host(
        bundle=settings.bundle,
        workspace=settings.recordings,
        frida_folder=settings.frida_files_folder,
        authority=settings.certificate_authority,
    ):
        yield check
    tools = PhoneTools(
        profiles=await asyncio.to_thread(load_profiles, settings.profiles),
        frida_folder=settings.frida_files_folder,
    )
    async with Adb(port=settings.adb_port) as adb:
        async for check in check_phones(adb, tools):
            yield check


def show(check: Check, before: str = "") -> None:
    """Print one check for people, a fault with what to do."""
    mark = "ok  " if check.ok else ("FAIL" if check.required else "note")
    say(f"{before}{mark} {plain(check.subject, 60)}: {check.name}: {plain(check.found)}")
    if check.todo:
        say(f"{' ' * len(before)}     -> {plain(check.todo)}")


def missing(check: Check) -> bool:
    """Whether something that is needed is not there."""
    return not check.ok and check.required


def doctor(
    home: Annotated[
        Path | None, typer.Option(help="The lab's folder [default: $FARM_HOME or ~/.farm].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check adb, phones, root or gadget, Frida, CA, proxy, clock, fonts, disk and tools.

    Each fault comes with what to do about it. Lines with `note` cost something and stop nothing.

    Exit codes: 0 everything that is needed is there, 2 something is missing.
    """
    settings = LabSettings(home=home or default_home())

    async def work() -> list[Check]:
        checks: list[Check] = []
        async for check in _examine(settings):
            checks.append(check)
            if not as_json:
                show(check)
        return checks

    checks = asyncio.run(work())
    if as_json:
        emit_json(checks)
    if any(map(missing, checks)):
        raise typer.Exit(EXIT_USAGE)
