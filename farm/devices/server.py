"""Finds the adb program and starts the adb server where none answers. Nothing about phones."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import adbutils
import msgspec

from farm.model.errors import SetupError

OLDEST_PROTOCOL = 41  # 1.0.41
OLDEST_RELEASE = 29  # platform-tools 29: shell_v2, streamed installation and features are sure
_RELEASE = re.compile(r"^Version (\d+)\.", re.MULTILINE)
_PROTOCOL = re.compile(r"version 1\.0\.(\d+)")


class AdbVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What `adb version` says."""

    path: str
    protocol: int  # 41 of 1.0.41
    release: int  # 29 of 29.0.6, 0 if it says none
    text: str  # "1.0.41 (29.0.6-debian)"


def read_version(path: str, output: str) -> AdbVersion | None:
    """Return the version from the output of `adb version`, None if it is none."""
    protocol = _PROTOCOL.search(output)
    if protocol is None:
        return None
    release = _RELEASE.search(output)
    full = re.search(r"^Version (\S+)", output, re.MULTILINE)
    text = f"1.0.{protocol[1]}" + (f" ({full[1]})" if full else "")
    return AdbVersion(
        path=path,
        protocol=int(protocol[1]),
        release=int(release[1]) if release else 0,
        text=text,
    )


def check_version(version: AdbVersion) -> None:
    """Refuse an adb that is too old.

    Raises:
        SetupError: names the program and what to install.
    """
    if version.protocol < OLDEST_PROTOCOL or version.release < OLDEST_RELEASE:
        raise SetupError(
            f"{version.path} is adb {version.text}, expected platform-tools {OLDEST_RELEASE} or "
            "later: install a newer adb (Debian: apt install adb) or put it first in PATH"
        )


def find_adb() -> str:
    """Return the adb program: the one in PATH, else the one that adbutils brings along.

    Raises:
        SetupError: there is none.
    """
    found = shutil.which("adb")
    if found:
        return found
    bundled = Path(adbutils.__file__).parent / "binaries" / "adb"
    if bundled.is_file() and os.access(bundled, os.X_OK):
        return str(bundled)
    raise SetupError("no adb program in PATH: install it (Debian: apt install adb)")


def adb_version(path: str) -> AdbVersion:
    """Ask an adb program for its version; blocks, at most 15 s.

    Raises:
        SetupError: it cannot be run or is not adb.
    """
    try:
        answer = subprocess.run(
            [path, "version"], capture_output=True, timeout=15, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"{path} cannot be run: {error}") from error
    version = read_version(path, answer.stdout)
    if version is None:
        raise SetupError(f"{path} version did not answer like adb: {answer.stdout[:100]!r}")
    return version


def server_answers(host: str, port: int) -> bool:
    """Whether something listens where the adb server should; blocks, at most 2 s."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def _start(host: str, port: int, start: bool) -> AdbVersion:
    path = find_adb()
    version = adb_version(path)
    check_version(version)
    if server_answers(host, port):
        return version
    if not start or host not in ("127.0.0.1", "localhost"):
        raise SetupError(f"no adb server answers at {host}:{port}: start it there")
    environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(port)}
    environment.pop("ADB_SERVER_SOCKET", None)
    try:
        answer = subprocess.run(
            [path, "-P", str(port), "start-server"],
            capture_output=True,
            timeout=30,
            check=False,
            text=True,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"{path} start-server failed: {error}") from error
    if not server_answers(host, port):
        raise SetupError(
            f"{path} could not start an adb server on port {port}: "
            f"{(answer.stderr or answer.stdout).strip()[-300:]}"
        )
    return version


async def ensure_server(host: str, port: int, *, start: bool = True) -> AdbVersion:
    """Start the adb server if none answers; return the version of the adb program.

    Args:
        host: where it is; one on another machine is never started.
        port: where it listens.
        start: False where another program owns the server: it ends with that, and for good.

    Raises:
        SetupError: no adb, too old, or it does not start.
    """
    return await asyncio.to_thread(_start, host, port, start)
