"""The web page as a server in a thread of its own, for tests that are not asynchronous."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.web.serving import serving


class Standing:
    """Context manager; `address` is where it listens."""

    def __init__(self, database_url: str, store: Path, settings: WebSettings) -> None:
        self.address = ""
        self._url = database_url
        self._store = store
        self._settings = settings
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="web page")

    def __enter__(self) -> "Standing":
        self._thread.start()
        assert self._ready.wait(60)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Database(self._url, connections=8) as database:
            app = create_app(self._settings, database, Store(str(self._store)))
            async with serving(app) as self.address:
                self._ready.set()
                await self._stop.wait()
