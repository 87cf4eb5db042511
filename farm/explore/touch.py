"""One tap and its record: between which host times it reached the phone, and on what."""

import asyncio
import time

from farm.explore.app_text import clean
from farm.explore.dialogs import Button
from farm.explore.driver import Driver, Journal
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import DeviceNote, Tap
from farm.model.vocabulary import ConsentAnswer, DialogKind

ENTER = "[enter]"
"""What stands as the text of a tap that was the enter key."""

_LATEST_ARRIVAL_NS = 5_000_000_000  # a tap whose command failed may reach the phone this much later


async def touch(
    driver: Driver,
    journal: Journal,
    button: Button,
    dialog: DialogKind,
    answer: ConsentAnswer | None = None,
    allowed: bool | None = None,
) -> bool:
    """Tap a button and record it; False if the phone refused the command.

    A tap whose outcome is unknown is recorded too, with the widest interval and a note: a border
    between phases that might lie there must not be lost.

    Raises:
        DeviceGone: the phone vanished, after the tap was recorded as above. The same holds for
            a cancelled wait.
    """
    before = time.time_ns()
    doubt: BaseException | None = None
    try:
        sent, confirmed = await driver.tap(button.x, button.y)
    except (DeviceError, asyncio.CancelledError) as error:
        doubt = error
        # The command may still be under way on the phone's side.
        sent, confirmed = before, time.time_ns() + _LATEST_ARRIVAL_NS
        detail = f"{button.text[:60]}: {clean(str(error) or type(error).__name__)[:300]}"
        journal.emit(DeviceNote(name="tap_uncertain", detail=detail))
    journal.emit(
        Tap(
            x=button.x,
            y=button.y,
            text=button.text,
            sent=sent,
            confirmed=confirmed,
            dialog=dialog,
            answer=answer,
            allowed=allowed,
        )
    )
    if isinstance(doubt, DeviceGone | asyncio.CancelledError):
        raise doubt
    return doubt is None


async def press_enter(driver: Driver, journal: Journal) -> None:
    """Press the enter key, recorded as a tap without a place: it works the button with the focus.

    Raises:
        DeviceError: the phone refused it; recorded all the same.
    """
    sent = time.time_ns()
    late = _LATEST_ARRIVAL_NS
    try:
        await driver.press("enter")
        late = 0
    finally:
        confirmed = time.time_ns() + late
        journal.emit(Tap(x=0, y=0, text=ENTER, sent=sent, confirmed=confirmed))
