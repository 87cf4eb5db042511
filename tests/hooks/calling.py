"""Run the app that calls the whole catalogue under the real recorder; pair calls with records."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.model.events import Call, HooksReady
from farm.paths import HOOK_BUNDLE, HOOK_CATALOGUE
from farm.recorders.api import ApiRecorder
from farm.recorders.api.build import build_bundle
from farm.twin.building.apk import APKS, SAMPLES, build_app
from farm.twin.world import World
from tests.recorders.api.victim import MemoryWriter
from tests.twin.android.sample_phone import sample_phone

_SECONDS = 200.0
PACKAGE = "com.example.catalogue"


class Told(msgspec.Struct, frozen=True):
    """What the app itself says about one call that it made."""

    api: str
    name: str  # of the generated method
    matches: bool  # False: the entry must stay silent
    error: str  # class of what was thrown
    result: str  # "*": described by its class, which is not compared
    arguments: list[str]
    values: list[str]


class Calls(msgspec.Struct, frozen=True):
    """Everything that the app said and the recorder wrote."""

    told: list[Told]
    recorded: dict[str, list[Call]]  # name of the generated method -> calls under it
    ready: HooksReady


async def call_everything(folder: Path, catalogue: Sequence[Path] = (HOOK_CATALOGUE,)) -> Calls:
    """Install the app on a twin, start it with the hooks in place, and wait until it is done."""
    await asyncio.to_thread(build_bundle)
    await asyncio.to_thread(build_app, SAMPLES / "catalogue", APKS / "catalogue.apk")
    writer = MemoryWriter()
    async with World() as world, sample_phone(folder, world) as phone:
        phone.install("catalogue")
        await phone.runtime.start_frida(27042)
        recorder = ApiRecorder(
            address=f"127.0.0.1:{await phone.phone.expose(27042)}",
            bundle=HOOK_BUNDLE,
            writer=writer,
            package=PACKAGE,
            catalogue=catalogue[0],
        )

        async def processes() -> dict[int, str]:
            return {one.pid: one.name for one in phone.runtime.processes()}

        await recorder.start()
        try:
            await recorder.launch(lambda: phone.start("catalogue"), processes)
            await phone.logged("Catalogue: done", _SECONDS)
            assert await recorder.canary("all-there", 10)
        finally:
            await recorder.stop()
        told = [_told(line) for _, tag, line, _ in phone.phone.lines if tag == "Catalogue"]
    recorded: dict[str, list[Call]] = defaultdict(list)
    bodies = [event.body for event in writer.events]
    for body in bodies:
        if isinstance(body, Call):
            recorded[_caller(body.stack)].append(body)
    [ready] = [body for body in bodies if isinstance(body, HooksReady)]
    return Calls(told=[one for one in told if one is not None], recorded=recorded, ready=ready)


def _told(line: str) -> Told | None:
    if not line.startswith("call\x1f"):
        return None
    _, api, name, matches, error, result, arguments, values = line.split("\x1f")
    return Told(
        api=api,
        name=name,
        matches=matches == "true",
        error=error,
        result=result,
        arguments=arguments.split("\x1e") if arguments else [],
        values=values.split("\x1e") if values else [],
    )


def _caller(stack: list[str]) -> str:
    """The generated method that the call came from; empty if the stack leads elsewhere first."""
    for frame in stack:
        name = frame.partition("(")[0].rpartition("/")[2]
        if name.startswith(f"{PACKAGE}.Calls."):
            return name.rpartition(".")[2]
        if name.startswith("com.example."):
            return ""
    return ""
