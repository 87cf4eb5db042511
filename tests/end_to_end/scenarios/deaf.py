"""Swallows whatever would end it, until a file is there."""

import asyncio
import contextlib
from pathlib import Path

from farm.scenario import Expect, Phone, scenario


@scenario(title="Deaf", duration=1)
async def deaf(phone: Phone, expect: Expect, until: Path = Path("nowhere")) -> None:
    """What a careless `except BaseException` in a loop comes to."""
    while not until.exists():
        try:
            await asyncio.sleep(0.2)
            await phone.press("home")
        except BaseException:  # noqa: BLE001 - just this must not hold anybody up
            with contextlib.suppress(BaseException):
                expect.that("was_heard", False)
