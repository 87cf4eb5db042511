"""Frida's client library, with a deadline on every call and its errors mapped to the farm's.

This module alone imports frida's asynchronous interface; it knows no catalogue and no events.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import frida
import frida.aio

from farm.model.errors import DeviceError, DeviceGone, FarmError, SetupError

T = TypeVar("T")

# What frida raises: classes of its own without a common base, and Python's where a handle is gone.
_ERRORS: tuple[type[Exception], ...] = (
    frida.AddressInUseError,
    frida.ExecutableNotFoundError,
    frida.ExecutableNotSupportedError,
    frida.InvalidArgumentError,
    frida.InvalidOperationError,
    frida.NotSupportedError,
    frida.OperationCancelledError,
    frida.PermissionDeniedError,
    frida.ProcessNotFoundError,
    frida.ProcessNotRespondingError,
    frida.ProtocolError,
    frida.ServerNotRunningError,
    frida.TimedOutError,
    frida.TransportError,
    frida.aio.RPCException,
    RuntimeError,
    ValueError,
    OSError,
)


class ProcessGone(DeviceError):
    """The process ended, or is not there yet."""


class NotOffered(DeviceError):
    """The endpoint does not offer this; the caller has another way."""


def mapped(error: BaseException, what: str) -> FarmError:
    """The farm's error for one of frida's."""
    text = f"frida: {what}: {error}"
    if isinstance(error, frida.ProcessNotFoundError | frida.InvalidOperationError):
        return ProcessGone(text)
    if isinstance(error, frida.NotSupportedError):
        return NotOffered(text)
    if isinstance(error, frida.ServerNotRunningError | frida.TransportError):
        return DeviceGone(f"{text}; is frida-server running on the phone?")
    if isinstance(error, frida.ProtocolError):
        return SetupError(f"{text}; frida-server on the phone must be {frida.__version__}")
    return DeviceError(text)


async def call(awaitable: Awaitable[T], what: str, seconds: float = 10.0) -> T:
    """Await one call of frida with a deadline.

    Raises:
        DeviceError: it failed or took longer; subclasses tell which way.
    """
    try:
        async with asyncio.timeout(seconds):
            return await awaitable
    except TimeoutError as error:
        raise DeviceError(f"frida: {what}: no answer within {seconds:g} s") from error
    except _ERRORS as error:
        raise mapped(error, what) from error


class Endpoint:
    """One frida-server (or gadget) by its forwarded address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.device: Any = None
        self._manager: Any = None

    async def open(self) -> None:
        """Connect.

        Raises:
            DeviceError: nobody answers there.
        """
        self._manager = frida.aio.get_device_manager()
        self.device = await call(
            self._manager.add_remote_device(self.address), f"connect to {self.address}"
        )
        await call(self.device.enumerate_processes(), f"talk to {self.address}")

    async def close(self) -> None:
        """Forget the endpoint; sessions end with it."""
        if self._manager is not None:
            await call(self._manager.remove_remote_device(self.address), "disconnect")
            self._manager = None


VERSION: str = frida.__version__
