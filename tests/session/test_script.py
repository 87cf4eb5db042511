"""A script that is cancelled: it ends, ends late, or is left behind without the phone."""

import asyncio
import contextlib

import pytest

from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.profiles import load_profiles
from farm.model.errors import DeviceGone
from farm.model.session import DeviceInfo
from farm.model.vocabulary import AccessMode
from farm.paths import DEVICE_PROFILES
from farm.session import script as module
from farm.session.script import Script


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 2.0)


def made_phone() -> Phone:
    """A phone that nobody is connected to."""
    info = DeviceInfo(
        serial="b7c1", manufacturer="", brand="", model="", device="", android_version="9", sdk=28,
        abi="arm64-v8a", build_fingerprint="", screen=(1080, 1920), profile="",
        access=AccessMode.SU,
    )  # fmt: skip
    return Phone(Adb(port=1), info, load_profiles(DEVICE_PROFILES)[0])


async def cancelled(script: Script, swallowing: int, done: asyncio.Event) -> None:
    """Run a script that swallows so many cancellations, and cancel it."""

    async def deaf() -> None:
        swallowed = 0
        while not done.is_set():
            try:
                await done.wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > swallowing:
                    raise

    async with asyncio.timeout(20):
        task = asyncio.get_running_loop().create_task(script.run(deaf()))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("swallowing", [0, 1, 3])
async def test_a_script_that_ends_keeps_nothing_and_loses_nothing(swallowing: int) -> None:
    script = Script(made_phone().hold())
    await cancelled(script, swallowing, asyncio.Event())
    assert not script.left_behind
    assert not script.hold.gone.is_set()


async def test_a_script_that_does_not_end_loses_the_phone_and_the_recording() -> None:
    phone = made_phone()
    script = Script(phone.hold())
    done = asyncio.Event()
    await cancelled(script, 10**9, done)
    assert script.left_behind
    with pytest.raises(DeviceGone, match="b7c1: the time of this scenario is over"):
        await script.hold.tap(1, 1)
    with pytest.raises(DeviceGone):
        script.check()
    assert not phone.gone.is_set()  # the session still has it, to clean it
    done.set()
    await asyncio.sleep(0.01)


async def test_what_a_script_raises_comes_out() -> None:
    script = Script(made_phone().hold())

    async def fails() -> None:
        raise DeviceGone("away")

    with pytest.raises(DeviceGone, match="away"):
        await script.run(fails())


async def test_a_phone_that_vanished_is_gone_for_its_holds_too() -> None:
    phone = made_phone()
    hold = phone.hold()
    phone.gone.set()
    with pytest.raises(DeviceGone, match="vanished"), contextlib.suppress(OSError):
        await hold.press("home")
