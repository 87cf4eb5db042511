"""The one room of uiautomator2: the phone's screen and touch.

Every call runs on a worker thread with a deadline. uiautomator2 restarts its server on the phone
by itself once when it died; what still fails is an error here.
"""

import asyncio
import atexit
import base64
import contextlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
import uiautomator2
from uiautomator2 import exceptions as u2

from farm.devices.adb import Adb
from farm.model.errors import DeviceError, DeviceGone

T = TypeVar("T")
LONGEST_HIERARCHY = 8 << 20  # characters
LARGEST_SCREENSHOT = 32 << 20  # bytes
_DEPTH = 50


class Screen:
    """uiautomator2 on one phone; it is started at the first call."""

    def __init__(self, adb: Adb, serial: str) -> None:
        self._adb = adb
        self._serial = serial
        self._device: Any = None
        self._starting = asyncio.Lock()  # one server for all that ask at once

    async def hierarchy(self, timeout: float = 20) -> str:
        """XML of the screen.

        Raises:
            DeviceError: the server on the phone does not answer, or with too much.
            DeviceGone: the phone vanished.
        """
        xml = await self._call(
            lambda d: d.jsonrpc.dumpWindowHierarchy(False, _DEPTH), timeout, "hierarchy"
        )
        if not isinstance(xml, str) or len(xml) > LONGEST_HIERARCHY:
            raise DeviceError(f"{self._serial}: hierarchy: no text of a sensible size")
        return xml or '<hierarchy rotation="0" />'

    async def screenshot(self, timeout: float = 20) -> bytes:
        """PNG or JPEG of the screen."""
        encoded = await self._call(lambda d: d.jsonrpc.takeScreenshot(1, 80), timeout, "screenshot")
        if not encoded:  # secure windows and some ROMs: the shell's own picture is all there is
            raise DeviceError(f"{self._serial}: screenshot: the screen cannot be captured")
        data = base64.b64decode(encoded)
        if len(data) > LARGEST_SCREENSHOT:
            raise DeviceError(f"{self._serial}: screenshot: larger than {LARGEST_SCREENSHOT} bytes")
        return data

    async def tap(self, x: int, y: int, timeout: float = 10) -> tuple[int, int]:
        """Tap; return the host times (ns) right before and after the request."""

        def touch(device: Any) -> tuple[int, int]:
            sent = time.time_ns()
            device.jsonrpc.click(x, y)
            return sent, time.time_ns()

        return await self._call(touch, timeout, "tap")

    async def press(self, key: str, timeout: float = 10) -> None:
        """Press a key by uiautomator2's name: back, home, enter."""
        await self._call(lambda d: d.jsonrpc.pressKey(key), timeout, f"press {key}")

    async def type_text(self, text: str, timeout: float = 20) -> None:
        """Set the text of the focused field."""

        def write(device: Any) -> None:
            device(focused=True).set_text(text, timeout=5)

        await self._call(write, timeout, "type")

    async def clipboard(self, timeout: float = 10) -> str:
        """Text of the clipboard; empty where it holds none, or none that may be read."""
        text = await self._call(lambda d: d.jsonrpc.getClipboard(), timeout, "clipboard")
        return text if isinstance(text, str) else ""

    async def set_clipboard(self, text: str, timeout: float = 10) -> None:
        """Replace the clipboard's text."""
        await self._call(lambda d: d.jsonrpc.setClipboard("", text), timeout, "set clipboard")

    async def start(self, timeout: float = 60) -> None:
        """Push and start the server on the phone, if it does not answer yet."""
        async with self._starting:
            if self._device is None:
                self._device = await self._adb.call(
                    self._serial,
                    lambda: _mapped(self._serial, "start", self._connect),
                    timeout,
                    "uiautomator2",
                )

    async def stop(self) -> None:
        """End the server that this object started; a phone that vanished needs none."""
        device, self._device = self._device, None
        if device is None:
            return
        # It would be kept alive until the program's end otherwise.
        atexit.unregister(device.stop_uiautomator)
        with contextlib.suppress(DeviceError):
            await self._adb.call(
                self._serial, lambda: device.stop_uiautomator(wait=False), 10, "uiautomator2 stop"
            )

    def _connect(self) -> Any:
        return uiautomator2.connect(self._adb.device(self._serial))

    async def _call(self, function: Callable[[Any], T], timeout: float, what: str) -> T:
        await self.start()
        device = self._device
        return await self._adb.call(
            self._serial,
            lambda: _mapped(self._serial, what, lambda: function(device)),
            timeout,
            what,
        )


def _mapped(serial: str, what: str, function: Callable[[], T]) -> T:
    try:
        return function()
    except (u2.BaseException, requests.RequestException) as error:
        text = " ".join(str(error).split())[:300]
        if ("not found" in text and "device" in text) or "offline" in text:
            raise DeviceGone(f"{serial}: {what}: {text}") from error
        raise DeviceError(f"{serial}: {what}: {type(error).__name__}: {text}") from error
