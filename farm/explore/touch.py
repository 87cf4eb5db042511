"""One tap and its record: between which host times it reached the phone, and on what."""

import time

from farm.explore.dialogs import Button
from farm.explore.driver import Driver, Journal
from farm.explore.hierarchy import clean
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import DeviceNote, Tap
from farm.model.vocabulary import ConsentAnswer, DialogKind


async def touch(
    driver: Driver,
    journal: Journal,
    button: Button,
    dialog: DialogKind,
    answer: ConsentAnswer | None = None,
) -> bool:
    """Tap a button and record it; False if the phone refused the command.

    A tap whose outcome is unknown is recorded too, with the widest interval and a note: a border
    between phases that might lie there must not be lost.

    Raises:
        DeviceGone: the phone vanished, after the tap was recorded as above.
    """
    before = time.time_ns()
    try:
        sent, confirmed = await driver.tap(button.x, button.y)
    except DeviceError as error:
        journal.emit(
            DeviceNote(
                name="tap_uncertain", detail=f"{button.text[:60]}: {clean(str(error))[:300]}"
            )
        )
        journal.emit(
            Tap(
                x=button.x,
                y=button.y,
                text=button.text,
                sent=before,
                confirmed=time.time_ns(),
                dialog=dialog,
                answer=answer,
            )
        )
        if isinstance(error, DeviceGone):
            raise
        return False
    journal.emit(
        Tap(
            x=button.x,
            y=button.y,
            text=button.text,
            sent=sent,
            confirmed=confirmed,
            dialog=dialog,
            answer=answer,
        )
    )
    return True
