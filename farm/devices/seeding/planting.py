"""Plants everything of a plan at once; whatever a phone does not allow becomes a fact.

What was planted is written into the ledger before, by its token, so that it can be removed whatever
happens to the session.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from farm.devices.ledger import Ledger, Seeds, ShellRight
from farm.devices.phone import Phone
from farm.devices.seeding import (
    calendars,
    clipboard,
    contacts,
    messages,
    photos,
    positions,
    rights,
)
from farm.devices.seeding.content import Content
from farm.devices.seeding.plan import Marks, SeedPlan, is_token, marks_of
from farm.devices.seeding.rights import WRITE_SMS
from farm.devices.together import together
from farm.devices.workers import Overdue
from farm.model.errors import DeviceError, DeviceGone, UsageError
from farm.model.events import NotSeeded, PhoneIdentity
from farm.model.vocabulary import AccessMode, DataType

Fact = PhoneIdentity | NotSeeded
_Facts = list[Fact]
_Sow = Callable[[Content, SeedPlan], Awaitable[list[PhoneIdentity]]]
_Take = Callable[[Content, Marks], Awaitable[bool]]

_ROWS: tuple[tuple[DataType, _Sow, _Take], ...] = (
    (DataType.CONTACTS, contacts.plant, contacts.remove),
    (DataType.CALENDAR, calendars.plant, calendars.remove),
    (DataType.SMS, messages.plant, messages.remove),
)
"""What is planted through the phone's content providers."""

_PHOTO = (DataType.MEDIA, DataType.PHOTO_LOCATION)
TYPES = (
    *(kind for kind, _, _ in _ROWS),
    *_PHOTO,
    *(DataType.CLIPBOARD, DataType.LOCATION, DataType.WIFI_SSID),
)
"""Everything that a session would plant."""

_LANDING_SECONDS = 2.0
_WIFI = "the name is the access point's own and cannot be planted over adb; at most it is read"


async def plant(phone: Phone, plan: SeedPlan, ledger: Ledger) -> list[Fact]:
    """Plant all of it; what can now be read from the phone, and what cannot be planted and why.

    Raises:
        DeviceGone: the phone vanished.
        SetupError: the ledger cannot be written.
    """
    before = await _sms_right(phone)
    # Rights above the seeds: cleaning goes backwards and needs them until the seeds are gone.
    right = [] if before in {"", "allow"} else [ShellRight(operation=WRITE_SMS, before=before)]
    await ledger.add(*right, Seeds(token=plan.token))
    if right:
        with contextlib.suppress(DeviceError):  # then the message is not kept, which is told
            await rights.allow(phone, WRITE_SMS)
    work = [_attempt(_rows(phone, plan, sow, take), kind) for kind, sow, take in _ROWS]
    work += [
        _attempt(photos.plant(phone, plan), *_PHOTO),
        _attempt(clipboard.plant(phone, plan, ledger), DataType.CLIPBOARD),
        _attempt(_position(phone, plan, ledger), DataType.LOCATION),
    ]
    try:
        facts = [fact for found in await together(*work) for fact in found]
    except asyncio.CancelledError:
        # A command that the phone has begun goes on; cleaning must not look before it ended.
        await asyncio.sleep(_LANDING_SECONDS)
        raise
    return [*facts, wifi()]


def wifi() -> NotSeeded:
    """The one kind that no phone lets anybody plant."""
    return NotSeeded(data_type=DataType.WIFI_SSID, reason=_WIFI)


def nothing(reason: str) -> list[Fact]:
    """What is on record where nothing is to be planted."""
    return [NotSeeded(data_type=data_type, reason=reason) for data_type in TYPES]


def moves(facts: Sequence[Fact]) -> bool:
    """Whether the phone's position was taken over, so that it can be moved."""
    return any(
        isinstance(one, PhoneIdentity) and one.data_type is DataType.LOCATION for one in facts
    )


async def remove(phone: Phone, token: str) -> None:
    """Remove what `plant` put into providers and folders, and see that it is gone.

    Raises:
        UsageError: the token is none of the farm's.
        DeviceGone: the phone vanished.
        DeviceError: something is still there, or it cannot be told.
    """
    if not is_token(token):
        raise UsageError(f"the ledger names data that is none of the farm's: {token[:40]!r}")
    marks = marks_of(token)

    async def rows(kind: DataType, take: _Take) -> str:
        return "" if await _taken(phone, marks, take) else kind.value

    async def photo() -> str:
        return "" if await photos.remove(phone, marks) else DataType.MEDIA.value

    left = await together(*(rows(kind, take) for kind, _, take in _ROWS), photo())
    if any(left):
        names = ", ".join(name for name in left if name)
        raise DeviceError(f"{phone.serial}: planted data is still on the phone: {names}")


async def _attempt(
    work: Coroutine[object, object, list[PhoneIdentity]], *kinds: DataType
) -> _Facts:
    try:
        return [*await work]
    except DeviceGone:
        raise
    except DeviceError as error:
        return [NotSeeded(data_type=kind, reason=str(error)[:500]) for kind in kinds]


async def _rows(phone: Phone, plan: SeedPlan, sow: _Sow, take: _Take) -> list[PhoneIdentity]:
    try:
        return await sow(Content(phone), plan)
    except (DeviceGone, Overdue):
        raise
    except DeviceError as error:
        if phone.profile.access is AccessMode.GADGET:
            raise
        first = error
    # Some vendors let the shell write nothing. What a first try left is not to be there twice.
    await _taken(phone, marks_of(plan.token), take)
    try:
        return await sow(Content(phone, root=True), plan)
    except DeviceGone:
        raise
    except DeviceError as error:
        raise DeviceError(f"{first}; as root: {error}") from error


async def _taken(phone: Phone, marks: Marks, take: _Take) -> bool:
    """Remove rows as the shell or, where that is not enough and there is root, as root."""
    if await take(Content(phone), marks):
        return True
    rooted = phone.profile.access is not AccessMode.GADGET
    return rooted and await take(Content(phone, root=True), marks)


async def _position(phone: Phone, plan: SeedPlan, ledger: Ledger) -> list[PhoneIdentity]:
    await positions.plant(phone, plan.track[0], ledger)
    return [positions.known(plan.track[0], 0)]


async def _sms_right(phone: Phone) -> str:
    """The mode of the right to write messages; empty where the phone does not tell."""
    try:
        return await rights.mode(phone, WRITE_SMS) or ""
    except DeviceGone:
        raise
    except DeviceError:
        return ""
