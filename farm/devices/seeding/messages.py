"""Plants a text message into the inbox and removes it.

Since Android 4.4 only the messaging app writes messages; for others the provider ignores what they
write, unless the operation WRITE_SMS is allowed to them (AOSP, SmsProvider and AppOpsManager).
"""

import contextlib
import time

from farm.devices.seeding import rights
from farm.devices.seeding.content import Content, Refused, gone, quoted
from farm.devices.seeding.plan import Marks, SeedPlan, marks_of
from farm.model.errors import DeviceError
from farm.model.events import PhoneIdentity
from farm.model.vocabulary import DataType

_SMS = "content://sms"
_INBOX = "content://sms/inbox"
_MINUTES_AGO_MS = 17 * 60_000


async def plant(content: Content, plan: SeedPlan) -> list[PhoneIdentity]:
    """Add the message; the values that can then be read.

    Raises:
        DeviceError: it cannot be added or is not there afterwards.
    """
    message = plan.message
    await content.insert(
        _INBOX,
        address=message.sender,
        body=message.body,
        date=time.time_ns() // 1_000_000 - _MINUTES_AGO_MS,
        read=1,
        seen=1,
    )
    if await content.column(_SMS, "body", _where(marks_of(plan.token))) != [message.body]:
        raise DeviceError("the phone keeps no messages but those of its messaging app")
    return [
        PhoneIdentity(data_type=DataType.SMS, value=value, how="seeded", name=name)
        for value, name in ((message.body, "message text"), (message.sender, "message sender"))
    ]


async def remove(content: Content, marks: Marks) -> bool:
    """Remove it; whether it is gone."""
    where = _where(marks)
    if await gone(content, _SMS, where):
        return True
    with contextlib.suppress(Refused):  # systems before Android 4.4 know no such right
        await rights.allow(content.phone, rights.WRITE_SMS)
    await content.delete(_SMS, where)
    return await gone(content, _SMS, where)


def _where(marks: Marks) -> str:
    return f"body LIKE {quoted('%' + marks.message + '%')}"
