"""Build an app that calls chosen entries of the catalogue, and run it on a twin in a session."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import yaml

from farm.cli.one_session import lab_on, load_bound
from farm.cli.output import say
from farm.devices.states import Wants
from farm.model.events import Call
from farm.recorders.api.catalogue import CATALOGUE_VERSION
from farm.recorders.api.entry import Api
from farm.session.lab import Lab, Order, inspect_apk
from farm.session.live import follow
from farm.session.plan import SessionPlan, SessionResult
from farm.session.settings import LabSettings
from farm.twin.building.apk import SAMPLES, build_app
from farm.twin.building.calls import PACKAGE
from farm.twin.building.hooked import read_hooked, read_signatures
from farm.twin.building.native_calls import CLASS
from farm.twin.building.native_entry import check_callable, read_native

_WATCH_SECONDS = 4
_FRAMES = (f"{PACKAGE}.Calls.", f"{PACKAGE}.{CLASS}.")


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the entries."""

    fired: dict[str, int]
    silent: list[str]
    uncalled: dict[str, str]  # entry -> why the app could not call it


async def try_entries(
    apis: Sequence[Api], hooks: tuple[Path, ...], show: Callable[[Call], None]
) -> Tried:
    """Run the session; `show` is told each recorded call of the app as it reaches the disk.

    Raises:
        UsageError: an entry cannot be read, or names a native function that cannot be called.
        BuildError: the app that calls them does not compile.
        DeviceError: the twin does not come up.
    """
    fired = {api.id: 0 for api in apis}
    with tempfile.TemporaryDirectory(prefix="farm-hooks-") as name:
        folder = Path(name)
        chosen = folder / "chosen.yaml"
        entries = [msgspec.to_builtins(api) for api in apis]
        chosen.write_text(
            yaml.safe_dump({"version": CATALOGUE_VERSION, "apis": entries}, allow_unicode=True)
        )
        check_callable(read_native([chosen]))
        uncalled = await asyncio.to_thread(_uncalled, chosen)
        say("building an app that makes the calls")
        apk = folder / "try.apk"
        await asyncio.to_thread(build_app, SAMPLES / "catalogue", apk, [chosen])
        order = Order(
            apks=(apk,),
            app=await inspect_apk(apk),
            scenario=load_bound("launch_idle", {"watched": str(_WATCH_SECONDS)}, None),
            wants=Wants(),
            settle_seconds=1.0,
            grant_permissions=True,
            attempts=1,
            wait_seconds=60.0,
        )

        def note(call: Call) -> None:
            if call.api in fired and any(frame.startswith(_FRAMES) for frame in call.stack):
                fired[call.api] += 1
                show(call)

        async with lab_on("twin", LabSettings(home=folder / "home", hooks=hooks)) as lab:
            await _inspect(lab, order, note)
    silent = [one for one, count in fired.items() if count == 0 and one not in uncalled]
    return Tried(
        fired={one: count for one, count in fired.items() if count},
        silent=silent,
        uncalled=uncalled,
    )


def _uncalled(chosen: Path) -> dict[str, str]:
    known = read_signatures()
    reason = "its signature is not known; give it `overloads`"
    return {api.id: reason for api in read_hooked([chosen]) if not api.signatures(known)}


async def _inspect(lab: Lab, order: Order, note: Callable[[Call], None]) -> SessionResult:
    finished = asyncio.Event()

    async def watch(folder: Path) -> None:
        async for event in follow(folder, finished):
            if isinstance(event.body, Call):
                note(event.body)

    async with asyncio.TaskGroup() as group:

        def begin(plan: SessionPlan, serial: str) -> None:
            say(f"calling them on {serial}")
            group.create_task(watch(plan.folder))

        try:
            return await lab.inspect(order, begin)
        finally:
            finished.set()
