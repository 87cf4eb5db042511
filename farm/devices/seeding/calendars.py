"""Plants an appointment into a calendar of the farm's own and removes both.

A calendar of the account type LOCAL belongs to no account and is never synchronised
(CalendarContract, ACCOUNT_TYPE_LOCAL); only sync adapters may make one.
"""

import time

from farm.devices.seeding.content import Content, gone, quoted
from farm.devices.seeding.plan import Marks, SeedPlan, marks_of
from farm.model.errors import DeviceError
from farm.model.events import PhoneIdentity
from farm.model.vocabulary import DataType

_CALENDARS = "content://com.android.calendar/calendars"
_EVENTS = "content://com.android.calendar/events"
_OWNER = 700  # CalendarContract.Calendars.CAL_ACCESS_OWNER
_BLUE = -16_746_133  # ARGB as Android writes colours: a signed 32-bit number
_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000


async def plant(content: Content, plan: SeedPlan) -> list[PhoneIdentity]:
    """Add the appointment; the values that can then be read.

    Raises:
        DeviceError: it cannot be added or is not there afterwards.
    """
    account = marks_of(plan.token).calendar
    await content.insert(
        _ours(_CALENDARS, account),
        account_name=account,
        account_type="LOCAL",
        name=account,
        calendar_displayName=account,
        calendar_color=_BLUE,
        calendar_access_level=_OWNER,
        ownerAccount=account,
        visible=1,
        sync_events=1,
    )
    ids = await content.column(_CALENDARS, "_id", _where(account))
    if len(ids) != 1 or not ids[0].isdecimal():
        raise DeviceError("the calendar app did not keep a calendar")
    entry = plan.appointment
    begin = (time.time_ns() // 1_000_000 // _HOUR_MS) * _HOUR_MS + entry.days_ahead * _DAY_MS
    await content.insert(
        _ours(_EVENTS, account),
        calendar_id=int(ids[0]),
        title=entry.title,
        eventLocation=entry.place,
        dtstart=begin,
        dtend=begin + _HOUR_MS,
        eventTimezone="Asia/Shanghai",
    )
    kept = await content.column(_EVENTS, "title", f"calendar_id={ids[0]}")
    if kept != [entry.title]:
        raise DeviceError("the calendar does not show the appointment as it was written")
    return [
        PhoneIdentity(data_type=DataType.CALENDAR, value=value, how="seeded", name=name)
        for value, name in ((entry.title, "appointment title"), (entry.place, "appointment place"))
    ]


async def remove(content: Content, marks: Marks) -> bool:
    """Remove calendar and appointment; whether they are gone."""
    account = marks.calendar
    if await gone(content, _CALENDARS, _where(account)):
        return True
    ids = await content.column(_CALENDARS, "_id", _where(account))
    entries = f"calendar_id IN ({', '.join(str(int(one)) for one in ids if one.isdecimal())})"
    await content.delete(_ours(_EVENTS, account), entries)
    await content.delete(_ours(_CALENDARS, account), _where(account))
    return await gone(content, _CALENDARS, _where(account)) and await gone(
        content, _EVENTS, entries
    )


def _ours(uri: str, account: str) -> str:
    return f"{uri}?caller_is_syncadapter=true&account_name={account}&account_type=LOCAL"


def _where(account: str) -> str:
    return f"account_name={quoted(account)}"
