"""Every process of an app is hooked before its first instruction, the later ones too."""

import asyncio
from pathlib import Path

from farm.model.events import Call, HooksReady
from farm.paths import HOOK_BUNDLE
from farm.recorders.api import ApiRecorder
from farm.recorders.api.build import build_bundle
from farm.twin.world import World
from tests.recorders.api.hooked import until
from tests.recorders.api.victim import MemoryWriter
from tests.twin.android.sample_phone import sample_phone

PACKAGE = "com.example.multiprocess"


async def test_a_second_process_is_hooked_before_its_own_code_runs(tmp_path: Path) -> None:
    await asyncio.to_thread(build_bundle)
    writer = MemoryWriter()
    async with World() as world, sample_phone(tmp_path, world) as phone:
        phone.install("multiprocess")
        await phone.runtime.start_frida(27042)
        recorder = ApiRecorder(
            address=f"127.0.0.1:{await phone.phone.expose(27042)}",
            bundle=HOOK_BUNDLE,
            writer=writer,
            package=PACKAGE,
        )

        async def processes() -> dict[int, str]:
            return {one.pid: one.name for one in phone.runtime.processes()}

        async with recorder:
            await recorder.launch(lambda: phone.start("multiprocess"), processes)
            await until(lambda: calls(writer, f"{PACKAGE}:push"), 60)
    ready = [event.body for event in writer.events if isinstance(event.body, HooksReady)]
    assert {one.process: one.early for one in ready} == {PACKAGE: True, f"{PACKAGE}:push": True}
    # The service reads as it is created: a hook that came later would have missed that.
    assert "settings.secure.android_id" in {call.api for call in calls(writer, f"{PACKAGE}:push")}
    assert not [call for call in calls(writer, PACKAGE) if call.api == "settings.secure.android_id"]


def calls(writer: MemoryWriter, process: str) -> list[Call]:
    """Calls of one process so far."""
    bodies = [event.body for event in writer.events]
    return [one for one in bodies if isinstance(one, Call) and one.process == process]
