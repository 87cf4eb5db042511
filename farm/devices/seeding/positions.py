"""Moves the phone along the planned way: test providers of positions, through `cmd location`.

Source: AOSP frameworks/base, LocationShellCommand (Android 12 and later). Older systems offer the
shell nothing of the kind.
"""

import asyncio
from collections.abc import Callable

from farm.devices.ledger import Ledger, MockProvider, ShellRight
from farm.devices.phone import Phone
from farm.devices.seeding import rights
from farm.devices.seeding.places import Place, back_and_forth
from farm.model.errors import DeviceError, DeviceGone, UsageError
from farm.model.events import AnyBody, DeviceNote, PhoneIdentity
from farm.model.vocabulary import DataType

PROVIDERS = ("gps", "network")
STEP_SECONDS = 5.0
_FIRST_LEVEL = 31
_MOST_FAILURES = 3  # in a row, until the phone counts as standing still
_ACCURACY = 8  # metres
_NEVER_OURS = ("Unknown command", "not a test provider")  # so adding it had failed as well
NOTE = "track"


async def plant(phone: Phone, place: Place, ledger: Ledger) -> None:
    """Replace the phone's providers by ours, and stand at a place.

    Raises:
        DeviceError: the phone does not let the shell do that.
    """
    if phone.info.sdk < _FIRST_LEVEL:
        version = phone.info.android_version
        raise DeviceError(f"Android {version} lets no position be set over adb (12 and later do)")
    before = await rights.mode(phone, rights.MOCK_LOCATION)
    if before is None:
        raise DeviceError("the phone does not tell whether the shell may set positions")
    if before != "allow":
        await ledger.add(ShellRight(operation=rights.MOCK_LOCATION, before=before))
        await rights.allow(phone, rights.MOCK_LOCATION)
        if await rights.mode(phone, rights.MOCK_LOCATION) != "allow":
            raise DeviceError("the phone does not let the shell set positions")
    await ledger.add(*(MockProvider(provider=name) for name in PROVIDERS))
    for name in PROVIDERS:
        await _command(phone, "add-test-provider", name)
        await _command(phone, "set-test-provider-enabled", name, "true")
    await _stand(phone, place)


def known(place: Place, point: int) -> PhoneIdentity:
    """The fact that the phone stands, or is about to stand, at a point of its way."""
    name = f"track point {point + 1}"
    return PhoneIdentity(data_type=DataType.LOCATION, value=place.text, how="seeded", name=name)


async def follow(
    phone: Phone, track: list[Place], record: Callable[[AnyBody], object], *, pause: float
) -> None:
    """Walk until cancelled, a step every `pause` seconds; the first point is taken already.

    A point is recorded before the phone is told of it: no app can know it earlier.

    Raises:
        DeviceGone: the phone vanished.
    """
    step = failures = 0
    while failures < _MOST_FAILURES:
        await asyncio.sleep(pause)
        step += 1
        point = back_and_forth(len(track), step)
        record(known(track[point], point))
        try:
            await _stand(phone, track[point])
            failures = 0
        except DeviceGone:
            raise
        except DeviceError as error:
            failures += 1
            detail = f"track point {point + 1} was not taken: {error}"
            record(DeviceNote(name=NOTE, detail=detail[:500]))


async def remove(phone: Phone, provider: str) -> None:
    """Give a provider back to the phone.

    Raises:
        UsageError: none of ours.
        DeviceError: the phone refuses.
    """
    if provider not in PROVIDERS:
        raise UsageError(f"the ledger names an unknown provider of positions: {provider[:40]}")
    # Only who may set positions may give the provider back.
    await rights.allow(phone, rights.MOCK_LOCATION)
    try:
        await _command(phone, "remove-test-provider", provider)
    except DeviceGone:
        raise
    except DeviceError as error:
        if not any(words in str(error) for words in _NEVER_OURS):
            raise


async def _stand(phone: Phone, place: Place) -> None:
    for name in PROVIDERS:
        where = ("--location", place.text, "--accuracy", str(_ACCURACY))
        await _command(phone, "set-test-provider-location", name, *where)


async def _command(phone: Phone, *argv: str) -> None:
    result = await phone.shell("cmd", "location", "providers", *argv)
    words = " ".join((result.stderr + " " + result.stdout).split())
    if result.exit_code or "Exception" in words or "Unknown command" in words:
        raise DeviceError(f"{phone.serial}: cmd location providers {argv[0]}: {words[:200]}")
