"""Puts a text on the clipboard and gives the old one back, through the screen's server.

The shell has no command for it; uiautomator2's server runs as the shell, which may read and write
the clipboard at any time (READ_CLIPBOARD_IN_BACKGROUND, held by the shell since Android 10).
"""

from farm.devices.ledger import Clipboard, Ledger
from farm.devices.phone import Phone
from farm.devices.seeding.plan import SeedPlan
from farm.model.errors import DeviceError
from farm.model.events import PhoneIdentity
from farm.model.vocabulary import DataType

_LONGEST = 20_000  # characters of the old text that are kept to be given back


async def plant(phone: Phone, plan: SeedPlan, ledger: Ledger) -> list[PhoneIdentity]:
    """Replace the clipboard's text.

    Raises:
        DeviceError: the phone does not let it be written and read back.
    """
    before = await phone.clipboard()
    if len(before) > _LONGEST:
        raise DeviceError("a long text lies on it that could not be given back")
    await ledger.add(Clipboard(planted=plan.clipboard, before=before))
    await phone.set_clipboard(plan.clipboard)
    if await phone.clipboard() != plan.clipboard:
        raise DeviceError("the phone does not show on it what was put there")
    return [
        PhoneIdentity(
            data_type=DataType.CLIPBOARD, value=plan.clipboard, how="seeded", name="clipboard"
        )
    ]


async def restore(phone: Phone, change: Clipboard) -> None:
    """Give the old text back, unless something else lies there by now.

    Raises:
        DeviceError: the planted text stays.
    """
    if await phone.clipboard() not in {change.planted, ""}:
        return
    await phone.set_clipboard(change.before)
    if await phone.clipboard() == change.planted:
        raise DeviceError(f"{phone.serial}: the planted text stays on the clipboard")
