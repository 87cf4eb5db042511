"""Plants a photo where the camera's lie, has it indexed, and removes file and index entry."""

import asyncio
import time

from farm.devices.phone import Phone
from farm.devices.seeding.content import Content, gone, quoted
from farm.devices.seeding.photo import draw
from farm.devices.seeding.plan import Marks, SeedPlan
from farm.model.errors import DeviceError
from farm.model.events import PhoneIdentity
from farm.model.vocabulary import DataType

FOLDER = "/sdcard/DCIM"
_REAL_FOLDER = "/storage/emulated/0/DCIM"  # as the media provider writes paths of the first user
_IMAGES = "content://media/external/images/media"
_SCAN_METHOD = 30
"""From this API level on the media provider is asked by `scan_file` (MediaStore); before, by the
broadcast MEDIA_SCANNER_SCAN_FILE."""

_TRIES, _PAUSE_SECONDS = 8, 0.4


async def plant(phone: Phone, plan: SeedPlan) -> list[PhoneIdentity]:
    """Write the photo and have it indexed; the values that can then be read.

    Raises:
        DeviceError: the phone takes no file there, or its index does not show it.
    """
    photo = plan.photo
    taken = time.strftime("%Y:%m:%d %H:%M:%S", time.localtime())
    data = await asyncio.to_thread(draw, photo, taken)
    await phone.push(data, f"{FOLDER}/{photo.name}", 0o660)
    content = Content(phone)
    path = f"{_REAL_FOLDER}/{photo.name}"
    if phone.info.sdk >= _SCAN_METHOD:
        await content.call("content://media", "scan_file", path)
    else:
        scan = "android.intent.action.MEDIA_SCANNER_SCAN_FILE"
        await phone.check("am", "broadcast", "-a", scan, "-d", f"file://{path}")
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_PAUSE_SECONDS)
        if await content.column(_IMAGES, "_display_name", _where(photo.name)) == [photo.name]:
            break
    else:
        raise DeviceError("the phone's media index does not show it")
    return [
        PhoneIdentity(data_type=data_type, value=value, how="seeded", name=name)
        for data_type, value, name in (
            (DataType.PHOTO_LOCATION, photo.place.text, "place of the photo"),
            (DataType.MEDIA, photo.unique_id, "identifier in the photo"),
            (DataType.MEDIA, photo.name, "name of the photo"),
        )
    ]


async def remove(phone: Phone, marks: Marks) -> bool:
    """Remove file and index entry; whether both are gone."""
    content = Content(phone)
    path = f"{FOLDER}/{marks.photo}"
    where = _where(marks.photo)
    if not await gone(content, _IMAGES, where):
        await content.delete(_IMAGES, where)
    await phone.shell("rm", "-f", path)
    there = await phone.shell("ls", path)
    return there.exit_code != 0 and await gone(content, _IMAGES, where)


def _where(name: str) -> str:
    return f"_display_name={quoted(name)}"
