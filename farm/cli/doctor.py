"""`farm doctor`: what is missing on this machine and on its phones, and what to do about it."""

import asyncio
from pathlib import Path

import typer

from farm.cli.output import EXIT_USAGE, emit_json, plain, say
from farm.devices.adb import Adb
from farm.devices.checks import Check, check_host, check_phones
from farm.devices.profiles import load_profiles
from farm.paths import DEVICE_PROFILES, HOOK_BUNDLE


async def _examine() -> list[Check]:
    checks = await check_host(bundle=HOOK_BUNDLE, workspace=Path.cwd())
    profiles = await asyncio.to_thread(load_profiles, DEVICE_PROFILES)
    async with Adb() as adb:
        return checks + await check_phones(adb, profiles)


def show(checks: list[Check]) -> None:
    """Print checks for people, faults with what to do."""
    for check in checks:
        mark = "ok  " if check.ok else ("FAIL" if check.required else "note")
        say(f"{mark} {plain(check.subject, 60)}: {check.name}: {plain(check.found)}")
        if check.todo:
            say(f"     -> {plain(check.todo)}")


def doctor(
    as_json: bool = typer.Option(False, "--json", help="Print JSON on stdout."),
) -> None:
    """Check adb, phones, root or gadget, Frida, CA, proxy, clock, fonts, disk and tools.

    Exit codes: 0 everything that is needed is there, 2 something is missing.
    """
    checks = asyncio.run(_examine())
    if as_json:
        emit_json(checks)
    else:
        show(checks)
    if any(not check.ok and check.required for check in checks):
        raise typer.Exit(EXIT_USAGE)
