"""Threads for blocking libraries: every call has a deadline, and none can hold the loop.

A call that outlives its deadline is abandoned: the sockets it opened are shut down, which wakes
its thread with an error, so that the thread comes back instead of leaking. Knows no library.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from farm.model.errors import DeviceError

T = TypeVar("T")


class Overdue(DeviceError):
    """A call outlived its deadline and was abandoned; the phone is suspect from then on."""


class Call:
    """One running call and the sockets it holds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._abandoned = False

    def own(self, opened: socket.socket) -> None:
        """Shut `opened` down when this call is abandoned; at once if it already was."""
        with self._lock:
            self._sockets.append(opened)
            abandoned = self._abandoned
        if abandoned:
            _shut(opened)

    def release(self, closed: socket.socket) -> None:
        """Forget a socket that the call closed itself."""
        with self._lock, contextlib.suppress(ValueError):
            self._sockets.remove(closed)

    def close(self) -> None:
        """Close the sockets of a call that failed."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for opened in sockets:
            opened.close()

    def abandon(self) -> None:
        """Wake the call's thread by shutting its sockets down."""
        with self._lock:
            self._abandoned = True
            sockets = list(self._sockets)
        for opened in sockets:
            _shut(opened)


def _shut(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


_current = threading.local()


def current_call() -> Call | None:
    """The call that runs on this thread, None on a thread that is not a worker."""
    return getattr(_current, "call", None)


class Workers:
    """A bounded set of threads; `run` is the only way in."""

    def __init__(self, size: int = 32, name: str = "device") -> None:
        self._size = size
        self._name = name
        self._executor: ThreadPoolExecutor | None = None
        self._calls: set[Call] = set()

    async def __aenter__(self) -> Self:
        self._executor = ThreadPoolExecutor(self._size, thread_name_prefix=f"farm-{self._name}")
        return self

    async def __aexit__(self, *_: object) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for call in list(self._calls):
            call.abandon()
        # The waiting thread is a daemon's job of at most one deadline: sockets are shut already.
        executor.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(executor.shutdown, True)

    async def run(self, function: Callable[[], T], *, timeout: float, what: str) -> T:
        """Run `function` on a worker thread.

        Args:
            function: the blocking call, without arguments.
            timeout: seconds, from now until it must have returned.
            what: how an error names the call.

        Raises:
            Overdue: it did not return in time.
            DeviceError: the workers are closed.
        """
        if self._executor is None:
            raise DeviceError(f"{what}: the connection to the adb server is closed")
        call = Call()

        def work() -> T:
            _current.call = call
            try:
                return function()
            except BaseException:
                call.close()  # adbutils leaves a connection open when the server refuses it
                raise
            finally:
                _current.call = None

        self._calls.add(call)
        future = asyncio.wrap_future(self._executor.submit(work))
        # The call leaves the set when its thread is done with it, also if nobody waits any more.
        future.add_done_callback(lambda done: self._forget(call, done))
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.shield(future)
        except TimeoutError:
            if future.done():  # the function's own TimeoutError
                raise Overdue(f"{what}: no answer in time") from None
            raise Overdue(f"{what}: no answer within {timeout:g} s") from None
        finally:
            if not future.done():
                call.abandon()
                future.cancel()

    def _forget(self, call: Call, future: "asyncio.Future[T]") -> None:
        self._calls.discard(call)
        if not future.cancelled():
            future.exception()  # retrieved, so that an abandoned call's error is not reported late
