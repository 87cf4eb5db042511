"""Every conversation with the adb server and through it with adbd.

adbutils blocks, so its calls (`adb_calls`) run on worker threads with a deadline; streams that live
long (device tracking, logcat, device-side ports) are asyncio sockets to the same server
(`adb_streams`).
"""

import asyncio
import contextlib
import os
import shlex
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

import adbutils
from adbutils.errors import AdbError

from farm.devices import adb_calls, adb_streams
from farm.devices.outputs.install import DEVICE_FAULTS, read_install
from farm.devices.values import ShellResult
from farm.devices.workers import Overdue, Workers
from farm.model.errors import AppError, DeviceError, DeviceGone

T = TypeVar("T")

LONGEST_FILE = 256 << 20  # bytes of one pulled file


def default_port() -> int:
    """The adb server's port: ANDROID_ADB_SERVER_PORT or 5037."""
    text = os.environ.get("ANDROID_ADB_SERVER_PORT", "")
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else 5037


class Adb:
    """A client of one adb server. Open it with `async with`; every method has a deadline."""

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, workers: int = 32) -> None:
        self.host = host
        self.port = default_port() if port is None else port
        self._client = adb_calls.Client(host=self.host, port=self.port)
        self.workers = Workers(workers, "adb")

    async def __aenter__(self) -> Self:
        await self.workers.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.workers.__aexit__(*error)

    def device(self, serial: str) -> adbutils.AdbDevice:
        """adbutils' own handle of a phone, for uiautomator2; use it on worker threads only."""
        return self._client.device(serial)

    async def call(self, serial: str, function: Callable[[], T], timeout: float, what: str) -> T:
        """Run a blocking call of adbutils and map its errors.

        Raises:
            DeviceGone: the phone or the server vanished.
            Overdue: no answer in time.
            DeviceError: the phone refused.
        """
        try:
            return await self.workers.run(function, timeout=timeout, what=f"{serial}: {what}")
        except (DeviceError, AppError):
            raise
        except (AdbError, OSError, EOFError, AssertionError, ValueError, struct.error) as error:
            raise adb_calls.map_error(serial, what, error) from error

    async def features(self, serial: str, timeout: float = 10) -> frozenset[str]:
        """What adbd on the phone can do, such as `shell_v2`."""
        text = await self.call(serial, self.device(serial).get_features, timeout, "features")
        return frozenset(text.split(","))

    async def shell(
        self,
        serial: str,
        argv: Sequence[str],
        *,
        timeout: float = 20,
        shell_v2: bool = True,
        stdin: bytes = b"",
    ) -> ShellResult:
        """Run one command on the phone; `argv` is quoted, nothing in it is interpreted.

        Raises:
            DeviceGone: the phone vanished before the command's exit code arrived. (Adbd closes
                the stream of a lost phone without one: taken for success by `adb shell`.)
            Overdue: no exit code in time.
        """
        command = shlex.join(argv)
        device = self.device(serial)
        if shell_v2:
            return await self.call(
                serial, lambda: adb_calls.shell_v2(device, command, stdin), timeout, command[:120]
            )
        return await self.call(
            serial, lambda: adb_calls.shell_v1(device, command), timeout, command[:120]
        )

    async def push(
        self, serial: str, data: bytes | Path, remote: str, mode: int = 0o644, timeout: float = 120
    ) -> None:
        """Write a file on the phone and check its size there."""
        sync = self.device(serial).sync
        await self.call(
            serial, lambda: sync.push(data, remote, mode, check=True), timeout, f"push {remote}"
        )

    async def pull(self, serial: str, remote: str, timeout: float = 120) -> bytes:
        """Return a file of the phone, at most LONGEST_FILE bytes."""
        sync = self.device(serial).sync

        def read() -> bytes:
            content = bytearray()
            for chunk in sync.iter_content(remote):
                content += chunk
                if len(content) > LONGEST_FILE:
                    raise DeviceError(f"{serial}: {remote} is larger than {LONGEST_FILE} bytes")
            return bytes(content)

        return await self.call(serial, read, timeout, f"pull {remote}")

    async def pull_file(
        self, serial: str, remote: str, target: Path, *, largest: int, timeout: float = 1800
    ) -> int:
        """Write a file of the phone to `target` and return its size in bytes.

        Raises:
            DeviceError: it is larger than `largest` bytes, or cannot be read.
        """
        sync = self.device(serial).sync

        def read() -> int:
            size = 0
            with target.open("wb") as file:
                for chunk in sync.iter_content(remote):
                    size += len(chunk)
                    if size > largest:
                        raise DeviceError(f"{serial}: {remote} is larger than {largest} bytes")
                    file.write(chunk)
            return size

        return await self.call(serial, read, timeout, f"pull {remote}")

    async def install(
        self, serial: str, apks: Sequence[Path], *, grant: bool = False, timeout: float = 300
    ) -> None:
        """Install an app from its base APK and splits, streamed (Android 7 and later).

        Raises:
            AppError: the package manager refuses this app.
            DeviceError: the phone is the reason (storage, policy, package manager).
        """
        device = self.device(serial)
        options = ["-r", "-t"] + (["-g"] if grant else [])
        output = await self.call(
            serial, lambda: adb_calls.install(device, apks, options), timeout, "install"
        )
        result = read_install(output)
        if not result.code:
            return
        reason = f"{result.code}: {result.message}" if result.message else result.code
        if result.code in DEVICE_FAULTS:
            raise DeviceError(f"{serial}: {reason}: {DEVICE_FAULTS[result.code]}")
        if result.code == "NO_ANSWER":
            raise DeviceError(f"{serial}: install gave no readable answer: {result.message!r}")
        raise AppError(f"{serial} refuses the app: {reason}")

    async def forward(self, serial: str, remote_port: int, timeout: float = 10) -> int:
        """Open a host port that leads to a device-side one; the adb server picks it."""
        reply = await adb_streams.ask(
            self.host, self.port, f"host-serial:{serial}:forward:tcp:0;tcp:{remote_port}", timeout
        )
        return int(reply)

    async def remove_forward(self, serial: str, local_port: int, timeout: float = 10) -> None:
        """Close a forwarded host port; a port that is not forwarded is not an error."""
        with contextlib.suppress(DeviceError):
            await adb_streams.ask(
                self.host,
                self.port,
                f"host-serial:{serial}:killforward:tcp:{local_port}",
                timeout,
                False,
            )

    async def reverse(self, serial: str, remote: int, local: int, timeout: float = 10) -> None:
        """Let the phone's port `remote` lead to the host's port `local`."""
        await self._ask_phone(serial, f"reverse:forward:tcp:{remote};tcp:{local}", timeout)

    async def remove_reverse(self, serial: str, remote: int, timeout: float = 10) -> None:
        """Close a device-side port opened by `reverse`; one that is not open is not an error."""
        try:
            await self._ask_phone(serial, f"reverse:killforward:tcp:{remote}", timeout)
        except DeviceGone:
            raise
        except DeviceError as error:
            if "not found" not in str(error) and "cannot remove listener" not in str(error):
                raise

    async def connect(self, address: str, timeout: float = 15) -> str:
        """`adb connect HOST:PORT`; returns the server's sentence."""
        return await self.call(
            address, lambda: str(self._client.connect(address)), timeout, "connect"
        )

    async def disconnect(self, address: str, timeout: float = 15) -> None:
        """`adb disconnect HOST:PORT`; an unknown address is not an error."""
        await self.call(address, lambda: self._client.disconnect(address), timeout, "disconnect")

    async def become_root(self, serial: str, timeout: float = 10) -> str:
        """`adb root`: adbd restarts as root and the phone is away for a moment."""
        return await self.call(serial, lambda: str(self.device(serial).root()), timeout, "root")

    async def track_devices(self) -> AsyncGenerator[dict[str, str], None]:
        """Yield `{serial: state}` now and after every change, until the server ends.

        States: device, offline, unauthorized, authorizing, connecting, recovery and others.

        Raises:
            DeviceGone: no server answers.
        """
        reader, writer = await adb_streams.open_service(
            self.host, self.port, "host:track-devices", 10
        )
        try:
            while True:
                try:
                    length = int(await reader.readexactly(4), 16)
                    text = (await reader.readexactly(length)).decode("utf-8", "replace")
                except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                    return
                pairs = (line.split("\t", 1) for line in text.splitlines() if "\t" in line)
                yield {serial: state.strip() for serial, state in pairs}
        finally:
            await adb_streams.close(writer)

    @contextlib.asynccontextmanager
    async def stream(
        self, serial: str, service: str, timeout: float = 10
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a service of adbd (`tcp:27042`, `shell:logcat`) as a pair of asyncio streams.

        Raises:
            DeviceGone: the phone or the server is away.
            DeviceError: adbd refuses the service, such as a port nobody listens on.
        """
        reader, writer = await adb_streams.open_service(
            self.host, self.port, f"host:transport:{serial}", timeout
        )
        try:
            try:
                await adb_streams.send(reader, writer, service, timeout)
            except DeviceGone as error:
                if service.startswith("tcp:") and "closed" in str(error):
                    raise DeviceError(f"{serial}: nobody listens on {service}") from error
                raise
            yield reader, writer
        finally:
            await adb_streams.close(writer)

    async def _ask_phone(self, serial: str, service: str, timeout: float) -> None:
        # Adbd answers the request itself after the server has opened the stream to it.
        async with self.stream(serial, service, timeout) as (reader, _):
            try:
                async with asyncio.timeout(timeout):
                    status = await reader.readexactly(4)
                    if status == b"OKAY":
                        return
                    reason = (await reader.read(4096))[4:].decode("utf-8", "replace")
            except TimeoutError:
                raise Overdue(f"{serial}: {service}: no answer in {timeout:g} s") from None
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise DeviceGone(f"{serial}: {service}: the phone closed the stream") from error
        raise DeviceError(f"{serial}: {service}: {reason}")
