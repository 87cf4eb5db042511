"""The one lab of a pytest run, on an event loop in a thread of its own."""

import asyncio
import contextlib
import hmac
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from farm.cli.embedded import EmbeddedTwins, TwinDescription
from farm.cli.one_session import TWIN_PROFILE, load_bound
from farm.devices.states import Wants
from farm.model.errors import FarmError
from farm.session.lab import Lab, Order, inspect_apk
from farm.session.settings import LabSettings, default_home
from farm.testing.phone import Answer, Question, answer

T = TypeVar("T")
_CLOSE_SECONDS = 60.0
_LEASE_SECONDS = 3600.0
_LONGEST_LINE = 1 << 20
_MOST_TWINS = 16


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario on one app, in absolute paths."""

    apk: str
    scenario: str
    parameters: dict[str, str]
    hints: str = ""


class LabThread:
    """Opens the lab at the first wish; closes it with `close`."""

    def __init__(self, device: str, home: Path | None, twins: int) -> None:
        self._device = device
        self._home = home or default_home()
        self._twins = min(max(twins, 1), _MOST_TWINS)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._lab: asyncio.Future[Lab]
        self._wanted: asyncio.Event
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._stop: Callable[[], None] = lambda: None
        self._token = ""
        self._address = ""
        self._thread = threading.Thread(target=self._serve, name="farm-lab", daemon=True)
        self._thread.start()
        self._ready.wait()

    def ask(self, wish: Wish) -> Path:
        """Play a wish and wait for its recording.

        Raises:
            FarmError: no recording came of it.
        """
        return self._run(self._play(wish)).result()

    def ask_phone(self, question: Question) -> Answer:
        """Ask one of the lab's phones, and wait for its answer.

        Raises:
            FarmError: the phone cannot be had, or cannot answer.
        """
        return self._run(self._ask_phone(question)).result()

    def listen(self, token: str) -> str:
        """Answer workers over loopback; returns `PORT TOKEN`."""
        with self._lock:
            if not self._address:
                self._token = token
                port = self._run(self._listen()).result(30)
                self._address = f"{port} {token}"
            return self._address

    def close(self) -> None:
        """End the lab, its twins and the thread."""
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(_CLOSE_SECONDS)

    def _run(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._live())
        self._loop.close()

    async def _live(self) -> None:
        """Own everything that is opened, until the thread is asked to end.

        Opening and closing happen in this one task: task groups inside the lab ask for that.
        """
        ended = asyncio.Event()
        self._wanted = asyncio.Event()
        self._lab = asyncio.get_running_loop().create_future()

        def stop() -> None:
            ended.set()
            self._wanted.set()

        self._stop = stop
        self._ready.set()
        await self._wanted.wait()
        async with AsyncExitStack() as stack:
            if not ended.is_set():
                try:
                    self._lab.set_result(await self._open(stack))
                except FarmError as error:
                    self._lab.set_exception(error)
            await ended.wait()
            if self._server is not None:
                self._server.close()

    async def _play(self, wish: Wish) -> Path:
        self._wanted.set()
        lab = await self._lab
        apk = Path(wish.apk)
        hints = Path(wish.hints) if wish.hints else None
        serial = "" if self._device in {"twin", "any"} else self._device
        order = Order(
            apks=(apk,),
            app=await inspect_apk(apk),
            scenario=load_bound(wish.scenario, wish.parameters, hints),
            wants=Wants(serial=serial),
            settle_seconds=0.0,
        )
        result = await lab.inspect(order)
        if not result.sealed:
            raise FarmError(f"no sealed recording in {result.folder}: {result.reason}")
        return result.folder

    async def _ask_phone(self, question: Question) -> Answer:
        self._wanted.set()
        lab = await self._lab
        async with lab.pool.lease(Wants(serial=question.serial), timeout=_LEASE_SECONDS) as phone:
            return await answer(phone, question)

    async def _open(self, stack: AsyncExitStack) -> Lab:
        settings = LabSettings(home=self._home)
        if self._device == "twin":
            twins = await stack.enter_async_context(
                EmbeddedTwins([TwinDescription(profile=TWIN_PROFILE)] * self._twins)
            )
            settings = twins.settings(settings)
        return await stack.enter_async_context(Lab(settings))

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0, limit=_LONGEST_LINE)
        return int(self._server.sockets[0].getsockname()[1])

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply: dict[str, Any]
        try:
            request = json.loads(await asyncio.wait_for(reader.readline(), 30))
            if not hmac.compare_digest(str(request.get("token", "")), self._token):
                raise FarmError("wrong token")
            if "phone" in request:
                question = msgspec.convert(request["phone"], Question)
                reply = {"phone": msgspec.to_builtins(await self._ask_phone(question))}
            else:
                wish = msgspec.convert(request.get("wish"), Wish)
                reply = {"folder": str(await self._play(wish))}
        except (FarmError, ValueError, TimeoutError, msgspec.ValidationError) as error:
            reply = {"error": str(error) or type(error).__name__}
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
