"""`farm scenario record`: use an app by hand, and get a scenario that does the same."""

import asyncio
import contextlib
import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from farm import paths
from farm.cli.output import emit_json, plain, say
from farm.cli.stopping import until_stopped
from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.pool import DevicePool
from farm.devices.profiles import load_profiles
from farm.devices.states import Wants
from farm.explore.app_text import clean
from farm.explore.dialogs import ScreenState
from farm.explore.hierarchy_xml import parse
from farm.explore.script_writer import Made, write_script
from farm.explore.template import check_name, write_new
from farm.explore.touches import Fingers, Panel, read_panels
from farm.model.errors import DeviceError, DeviceGone, UsageError

_LOOK_SECONDS = 0.4
_MOST_TOUCHES = 500
_CHUNK = 64 * 1024


def record_scenario(
    file: Annotated[Path, typer.Argument(help="The scenario to write, such as my_way.py.")],
    phone: Annotated[str, typer.Option(help="A serial of `farm devices`, or `any`.")] = "any",
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="End after so long; Ctrl+C ends it earlier.")
    ] = 300.0,
    title: Annotated[str, typer.Option(help="What it does, in one line.")] = "Recorded touches",
    json: Annotated[bool, typer.Option("--json", help="Print the result on stdout.")] = False,
) -> None:
    """Turn what you do on a phone by hand into a scenario.

    Open the app on the phone, then use it. Taps become `screen.tap("words")`, swipes `scroll`,
    answers to consent and permission dialogs become answers. Texts you type are written into the
    script, passwords never. Nothing is captured of the app's traffic.
    """
    check_name(file)
    if file.exists():
        raise UsageError(f"{file}: exists already; choose another name")
    recorder = TouchRecorder()

    async def work() -> None:
        async with Adb() as adb:
            profiles = await asyncio.to_thread(load_profiles, paths.DEVICE_PROFILES)
            async with DevicePool(profiles, adb) as pool:
                wants = Wants(serial="" if phone == "any" else phone)
                async with pool.lease(wants, timeout=60) as leased:
                    say(f"{leased.serial}: use the app now; Ctrl+C ends")
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(seconds):
                            await recorder.follow(leased)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(until_stopped(work()))
    path = write_new(file, write_script(file.stem, title, recorder.made, recorder.typed()))
    if json:
        emit_json({"path": str(path), "touches": len(recorder.made)})
    else:
        say(f"{path}: {len(recorder.made)} touches; now `farm scenario check {path}`")


class TouchRecorder:
    """Follows fingers and screens of one phone side by side."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        self._state: ScreenState | None = None
        self._after: dict[int, list[ScreenState]] = {}

    async def follow(self, phone: Phone) -> None:
        """Record until cancelled, or until too many touches were made.

        Raises:
            DeviceError: the phone has no touch screen that tells its events.
        """
        panels = read_panels(await phone.check("getevent", "-lp"))
        if not panels:
            raise DeviceError(f"{phone.serial}: getevent names no touch screen")
        await self._look(phone)
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._watch(phone))
            await self._listen(phone, panels)
            looking.cancel()

    def typed(self) -> dict[int, str]:
        """Texts that appeared in a field between the touch that chose it and the next one."""
        found: dict[int, str] = {}
        for number, made in enumerate(self.made):
            before = _field_at(made.state, made.touch.x, made.touch.y)
            if before is None:
                continue
            for state in reversed(self._after.get(number, [])):
                after = _field_at(state, made.touch.x, made.touch.y)
                if after is not None and after != before and after:
                    found[number] = after
                    break
        return found

    async def _watch(self, phone: Phone) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._look(phone)

    async def _look(self, phone: Phone) -> None:
        try:
            xml = await phone.hierarchy()
            package, activity = await phone.current()
        except DeviceGone:
            raise
        except DeviceError:  # a screen in motion; the next look will do
            return
        hierarchy = await asyncio.to_thread(parse, xml)
        self._state = ScreenState(
            hierarchy=hierarchy,
            package=clean(package),
            activity=clean(activity),
            time=time.time_ns(),
        )
        if self.made:
            self._after.setdefault(len(self.made) - 1, []).append(self._state)

    async def _listen(self, phone: Phone, panels: list[Panel]) -> None:
        fingers = Fingers(panels, phone.info.screen)
        command = f"shell:exec {shlex.join(['getevent', '-lt'])}"
        async with phone.adb.stream(phone.serial, command) as (reader, _):
            rest = b""
            while chunk := await reader.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                rest = rest[-_CHUNK:]
                for line in lines:
                    touch = fingers.feed(line.decode("utf-8", "replace").rstrip("\r"))
                    if touch is not None and self._state is not None:
                        self.made.append(Made(touch=touch, state=self._state))
                        say(f"{len(self.made):>3} {touch.kind} {plain(touch.key)}")
                    if len(self.made) >= _MOST_TOUCHES:
                        return


def _field_at(state: ScreenState, x: int, y: int) -> str | None:
    """What stands in the text field at a point; None where there is none."""
    for node in reversed(state.hierarchy.nodes):
        box = node.bounds
        if (
            node.kind.endswith("EditText")
            and box.left <= x < box.right
            and box.top <= y < box.bottom
        ):
            return node.text
    return None
