"""An adb server of its own for tests, and its client."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path
from typing import NamedTuple

import adbutils


class Answer(NamedTuple):
    """What an adb client printed."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return (self.out + self.err).decode("utf-8", "replace")


def bundled_adb() -> str:
    """The adb that adbutils carries."""
    return str(Path(adbutils.__file__).parent / "binaries" / "adb")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class AdbServer:
    """Runs one adb binary against a server on a port of its own."""

    def __init__(self, binary: str = "adb") -> None:
        self.binary = binary
        self.port = free_port()
        self._environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(self.port)}

    async def run(self, *arguments: str, data: bytes = b"", seconds: float = 30.0) -> Answer:
        process = await asyncio.create_subprocess_exec(
            self.binary,
            *arguments,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(seconds):
                out, err = await process.communicate(data)
        except BaseException:  # also when the test itself gives up waiting
            if process.returncode is None:
                process.kill()
            await process.wait()
            raise
        return Answer(process.returncode or 0, out, err)

    async def wait_for_state(self, serial: str, state: str, seconds: float = 20.0) -> None:
        """Until `adb devices` lists the phone in the state, reconnecting when it is gone."""
        async with asyncio.timeout(seconds):
            while True:
                listed = (await self.run("devices")).text
                if f"{serial}\t{state}" in listed:
                    return
                if state == "device":
                    await self.run("disconnect", serial)
                    await self.run("connect", serial)
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        await self.run("kill-server")
