"""The phone's log: bounded buffers, the text formats of logcat, and waiting for new lines.

Formats: AOSP system/logging, `liblog/logprint.cpp`.
"""

import asyncio
import time
from collections import deque
from typing import NamedTuple

MAX_ENTRIES = 20_000
MAX_MESSAGE = 4_000
"""Longest message in characters (LOGGER_ENTRY_MAX_PAYLOAD is about 4,068 bytes)."""

PRIORITIES = "VDIWEFS"
BUFFERS = ("main", "system", "radio", "events", "crash", "kernel")


class Entry(NamedTuple):
    """One entry; `number` counts all entries of the phone since its boot."""

    number: int
    time_ns: int
    buffer: str
    pid: int
    tid: int
    uid: int
    priority: str
    tag: str
    message: str


class Log:
    """All buffers of one phone."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._count = 0
        self._news = asyncio.Event()

    def write(
        self,
        time_ns: int,
        buffer: str,
        priority: str,
        tag: str,
        message: str,
        pid: int = 0,
        uid: int = 1000,
    ) -> None:
        """Append an entry; overlong text is cut as the logger does."""
        self._count += 1
        self._entries.append(
            Entry(
                self._count,
                time_ns,
                buffer,
                pid,
                pid,
                uid,
                priority if priority in PRIORITIES else "I",
                tag[:128],
                message[:MAX_MESSAGE],
            )
        )
        news, self._news = self._news, asyncio.Event()
        news.set()

    def entries(self, buffers: set[str], after: int = 0) -> list[Entry]:
        """Entries of the buffers with a number above `after`, oldest first."""
        if self._entries and after >= self._entries[-1].number:
            return []
        return [e for e in self._entries if e.number > after and e.buffer in buffers]

    @property
    def last(self) -> int:
        """The number of the newest entry."""
        return self._count

    async def wait(self) -> None:
        """Until something is written."""
        await self._news.wait()

    def clear(self, buffers: set[str]) -> None:
        """`logcat -c`."""
        kept = [e for e in self._entries if e.buffer not in buffers]
        self._entries.clear()
        self._entries.extend(kept)


def format_entry(entry: Entry, style: str, modifiers: set[str]) -> str:
    """The lines that logcat prints for an entry; one line per line of its message."""
    seconds, nanoseconds = divmod(entry.time_ns, 1_000_000_000)
    digits = {"usec": (6, 1_000), "nsec": (9, 1)}
    width, divisor = next((digits[m] for m in ("nsec", "usec") if m in modifiers), (3, 1_000_000))
    fraction = f"{nanoseconds // divisor:0{width}d}"
    if "epoch" in modifiers:
        stamp = f"{seconds:10d}.{fraction}"
    else:
        when = time.gmtime(seconds + 8 * 3600)  # the phones are set to China Standard Time
        year = "%Y-" if "year" in modifiers else ""
        stamp = time.strftime(f"{year}%m-%d %H:%M:%S", when) + f".{fraction}"
        if "zone" in modifiers:
            stamp += " +0800"
    tag, pid, tid, level = entry.tag, entry.pid, entry.tid, entry.priority
    uid = f"{entry.uid:5d} " if "uid" in modifiers else ""
    lines = entry.message.split("\n")
    if style == "brief":
        head = f"{level}/{tag:<8}({pid:5d}): "
    elif style == "tag":
        head = f"{level}/{tag:<8}: "
    elif style == "process":
        return "".join(f"{level}({pid:5d}) {line}  ({tag})\n" for line in lines)
    elif style == "raw":
        head = ""
    elif style == "time":
        head = f"{stamp} {level}/{tag:<8}({pid:5d}): "
    elif style == "long":
        return f"[ {stamp} {pid:5d}:{tid:5d} {level}/{tag:<8} ]\n{entry.message}\n\n"
    else:
        head = f"{stamp} {uid}{pid:5d} {tid:5d} {level} {tag:<8}: "
    return "".join(f"{head}{line}\n" for line in lines)
