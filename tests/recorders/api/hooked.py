"""A recorder at work on victims, and what it wrote so far."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from farm.model.events import AnyBody, Call, Gap
from farm.paths import HOOK_BUNDLE, HOOK_CATALOGUE
from farm.recorders.api import ApiRecorder
from tests.recorders.api.victim import PACKAGE, MemoryWriter, Phone, Portal, Victim

B = TypeVar("B", bound=AnyBody)
_SECONDS = 15.0


class Hooked:
    """The recorder, started on entry and stopped at the end or by `stop`."""

    def __init__(
        self,
        portal: Portal,
        *victims: Victim,
        bundle: Path = HOOK_BUNDLE,
        catalogue: Path = HOOK_CATALOGUE,
        bypass_pinning: bool = False,
    ) -> None:
        self.writer = MemoryWriter()
        self.phone = Phone(*victims)
        self.recorder = ApiRecorder(
            address=portal.address,
            bundle=bundle,
            writer=self.writer,
            package=PACKAGE,
            catalogue=catalogue,
            bypass_pinning=bypass_pinning,
        )
        self._stopped = False

    async def __aenter__(self) -> "Hooked":
        await self.recorder.start()
        try:
            self.launched = await self.recorder.launch(
                self.phone.start_app, self.phone.find_processes
            )
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop the recorder, once."""
        if not self._stopped:
            self._stopped = True
            await self.recorder.stop()

    def bodies(self, kind: type[B]) -> list[B]:
        """Every event of a kind so far."""
        return [event.body for event in self.writer.events if isinstance(event.body, kind)]

    def calls(self, api: str) -> list[Call]:
        """Every call of one entry of the catalogue so far."""
        return [call for call in self.bodies(Call) if call.api == api]

    def gaps(self, cause: str) -> list[Gap]:
        """Every gap event with this cause so far."""
        return [gap for gap in self.bodies(Gap) if gap.cause == cause]

    async def until_called(self, api: str, count: int = 1) -> list[Call]:
        """The calls of an entry, once there are so many."""
        await until(lambda: len(self.calls(api)) >= count)
        return self.calls(api)


async def until(true: Callable[[], object], seconds: float = _SECONDS) -> None:
    """Wait until something holds; fails the test when it never does."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
