"""Plants people into the address book and removes them.

They belong to no account, and are written as a sync adapter writes, so that the phone neither
moves them to the user's account nor sends them anywhere (ContactsContract, CALLER_IS_SYNCADAPTER).
"""

from collections.abc import Iterator

from farm.devices.seeding.content import Content, gone, quoted
from farm.devices.seeding.plan import Contact, Marks, SeedPlan, marks_of
from farm.devices.together import together
from farm.model.errors import DeviceError
from farm.model.events import PhoneIdentity
from farm.model.vocabulary import DataType

_RAW = "content://com.android.contacts/raw_contacts"
_DATA = "content://com.android.contacts/data"
_OURS = "?caller_is_syncadapter=true"
_NAME = "vnd.android.cursor.item/name"
_NUMBER = "vnd.android.cursor.item/phone_v2"
_MOBILE = 2  # CommonDataKinds.Phone.TYPE_MOBILE


async def plant(content: Content, plan: SeedPlan) -> list[PhoneIdentity]:
    """Add the people; the values that can then be read.

    Raises:
        DeviceError: they cannot be added or are not there afterwards.
    """
    where = _where(marks_of(plan.token))
    sources = [_source(marks_of(plan.token), number) for number in range(len(plan.contacts))]
    await together(*(content.insert(_RAW + _OURS, sourceid=source) for source in sources))
    ids = await content.column(_RAW, "_id", where, sort="sourceid")
    if len(ids) != len(plan.contacts) or not all(one.isdecimal() for one in ids):
        raise DeviceError("the address book did not keep them")
    rows = [row for raw, one in zip(ids, plan.contacts, strict=True) for row in _rows(raw, one)]
    await together(*(content.insert(_DATA + _OURS, **row) for row in rows))
    kept = await content.column(_DATA, "data1", f"raw_contact_id IN ({', '.join(ids)})")
    values = [value for one in plan.contacts for value in (one.name, one.number)]
    if not set(values) <= set(kept):
        raise DeviceError("the address book does not show them as they were written")
    return [
        PhoneIdentity(data_type=DataType.CONTACTS, value=value, how="seeded", name=name)
        for number, one in enumerate(plan.contacts, 1)
        for value, name in (
            (one.name, f"contact {number} name"),
            (one.number, f"contact {number} phone number"),
        )
    ]


async def remove(content: Content, marks: Marks) -> bool:
    """Remove them; whether they are gone."""
    where = _where(marks)
    if await gone(content, _RAW, where):
        return True
    await content.delete(_RAW + _OURS, where)
    return await gone(content, _RAW, where)


def _rows(raw: str, contact: Contact) -> Iterator[dict[str, str | int]]:
    yield {"raw_contact_id": int(raw), "mimetype": _NAME, "data1": contact.name}
    number: dict[str, str | int] = {"data1": contact.number, "data2": _MOBILE}
    yield {"raw_contact_id": int(raw), "mimetype": _NUMBER, **number}


def _source(marks: Marks, number: int) -> str:
    return f"{marks.contacts}-{number}"


def _where(marks: Marks) -> str:
    return f"sourceid LIKE {quoted(marks.contacts + '-%')}"
