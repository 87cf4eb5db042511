"""The adb server's own protocol on asyncio streams, for what lives long or has no blocking call.

A request is four hex digits of length and its text; the answer OKAY, or FAIL with a reason. AOSP
packages/modules/adb, OVERVIEW.TXT. Knows nothing of phones.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from adbutils.errors import AdbError

from farm.devices.adb_calls import map_error
from farm.devices.workers import Overdue
from farm.model.errors import DeviceGone

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_LONGEST_LINE = 64 * 1024


async def open_service(host: str, port: int, request: str, timeout: float) -> Streams:
    """Connect to the server and have it serve `request`.

    Raises:
        DeviceGone: no server answers, or it hung up.
        Overdue: no answer in time.
        DeviceError: it refused.
    """
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    except (OSError, TimeoutError) as error:
        raise DeviceGone(f"no adb server answers at {host}:{port}") from error
    try:
        await send(reader, writer, request, timeout)
    except BaseException:
        await close(writer)
        raise
    return reader, writer


async def send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str, timeout: float
) -> None:
    """Send one more request on a connection; returns once it is granted.

    Raises:
        DeviceGone, Overdue, DeviceError: as `open_service`.
    """
    encoded = request.encode()
    try:
        async with asyncio.timeout(timeout):
            writer.write(b"%04x" % len(encoded) + encoded)
            await writer.drain()
            status = await reader.readexactly(4)
            if status == b"OKAY":
                return
            length = int(await reader.readexactly(4), 16) if status == b"FAIL" else 0
            reason = (await reader.readexactly(length)).decode("utf-8", "replace")
    except TimeoutError:
        raise Overdue(f"{request}: the adb server did not answer in {timeout:g} s") from None
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise DeviceGone(f"{request}: the adb server hung up") from error
    raise map_error("", request, AdbError(reason or repr(status)))


async def ask(host: str, port: int, request: str, timeout: float, has_reply: bool = True) -> str:
    """Send a request that is answered twice, and return the reply.

    Raises:
        DeviceGone, Overdue, DeviceError: as `open_service`.
    """
    # forward is answered twice: the server has heard, and it has listened.
    reader, writer = await open_service(host, port, request, timeout)
    try:
        async with asyncio.timeout(timeout):
            status = await reader.readexactly(4)
            length = int((await reader.readexactly(4)) if has_reply else b"0", 16)
            reply = (await reader.readexactly(length)).decode("utf-8", "replace")
    except TimeoutError:
        raise Overdue(f"{request}: the adb server did not answer in {timeout:g} s") from None
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise DeviceGone(f"{request}: the adb server hung up") from error
    finally:
        await close(writer)
    if status != b"OKAY":
        raise map_error("", request, AdbError(reply))
    return reply


async def lines(reader: asyncio.StreamReader) -> AsyncGenerator[str, None]:
    """Yield lines of text until the stream ends; each is cut at 64 KiB, and an unended one left."""
    rest = b""
    while chunk := await reader.read(_LONGEST_LINE):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line[:_LONGEST_LINE].decode("utf-8", "replace").rstrip("\r")
        rest = rest[:_LONGEST_LINE]


async def close(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whatever state it is in."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
