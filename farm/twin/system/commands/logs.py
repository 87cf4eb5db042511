"""`logcat` and `log`: printing, following, clearing and writing the phone's log."""

import asyncio
import re

from farm.twin.system.logcat import BUFFERS, PRIORITIES, Entry, format_entry
from farm.twin.system.shell_context import Context, Program

STYLES = {"brief", "tag", "process", "raw", "time", "threadtime", "long"}


class _Query:
    """The options of one `logcat`."""

    def __init__(self) -> None:
        self.buffers = {"main", "system", "crash"}
        self.style = "threadtime"
        self.modifiers: set[str] = set()
        self.dump = self.clear = False
        self.count: int | None = None
        self.since: int | None = None
        self.pid: int | None = None
        self.pattern: re.Pattern[str] | None = None
        self.levels: dict[str, int] = {}
        self.default_level = 0

    def wants(self, entry: Entry) -> bool:
        if self.pid is not None and entry.pid != self.pid:
            return False
        if self.since is not None and entry.time_ns < self.since:
            return False
        if self.pattern is not None and not self.pattern.search(entry.message):
            return False
        return PRIORITIES.index(entry.priority) >= self.levels.get(entry.tag, self.default_level)


def _parse(context: Context) -> _Query | str:
    query = _Query()
    buffers: set[str] = set()
    words = list(context.args[1:])
    long = {"--buffer": "-b", "--format": "-v", "--pid": "-p", "--regex": "-e", "--tail": "-t"}
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in long:
            word = long[name]
            if equals:
                words.insert(0, value)
        if re.fullmatch(r"-[bvtTe].+", word):
            word, value = word[:2], word[2:]
            words.insert(0, value)
        if word in ("-b", "-v", "-t", "-T", "-p", "-e", "-m") and not words:
            return f"logcat: option requires an argument -- '{word[-1]}'"
        if word == "-b":
            for part in words.pop(0).split(","):
                if part in ("all", "default"):
                    buffers |= set(BUFFERS) if part == "all" else {"main", "system", "crash"}
                elif part in BUFFERS:
                    buffers.add(part)
                else:
                    return f"logcat: Unknown buffer '{part[:50]}'"
        elif word == "-v":
            for part in words.pop(0).split(","):
                if part in STYLES:
                    query.style = part
                else:
                    query.modifiers.add(part)
        elif word == "-d":
            query.dump = True
        elif word in ("-c", "--clear"):
            query.clear = True
        elif word in ("-t", "-T"):
            query.dump = query.dump or word == "-t"
            _since(context, query, words.pop(0))
        elif word == "-p":
            value = words.pop(0)
            query.pid = int(value) if value.isdigit() else -1
        elif word == "-e":
            try:
                query.pattern = re.compile(words.pop(0)[:500])
            except re.error:
                return "logcat: bad regular expression"
        elif word == "-s":
            query.default_level = len(PRIORITIES) - 1
        elif match := re.fullmatch(r"([^:]+):([VDIWEFS*])", word):
            level = max(PRIORITIES.find(match[2]), 0)
            if match[1] == "*":
                query.default_level = level
            else:
                query.levels[match[1]] = level
        elif not word.startswith("-"):
            query.levels[word] = 0
    query.buffers = buffers or query.buffers
    return query


def _since(context: Context, query: _Query, value: str) -> None:
    if value.isdigit():
        query.count = int(value)
    elif match := re.fullmatch(r"(\d{9,12})\.(\d{1,9})", value):
        query.since = int(match[1]) * 10**9 + int(match[2].ljust(9, "0"))
    elif match := re.fullmatch(
        r"(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})", value
    ):
        import calendar
        import time

        year = int(match[1] or time.gmtime(context.system.now_ns() // 10**9).tm_year)
        parts = (year, *(int(match[i]) for i in range(2, 7)))
        seconds = calendar.timegm((*parts, 0, 0, 0)) - 8 * 3600
        query.since = seconds * 10**9 + int(match[7].ljust(9, "0"))


async def logcat(context: Context) -> int:
    query = _parse(context)
    if isinstance(query, str):
        return await context.fail(query)
    buffers, log = query.buffers, context.system.log_buffers
    if query.clear:
        log.clear(buffers)
        return 0
    entries = [e for e in log.entries(buffers) if query.wants(e)]
    if query.count is not None:
        entries = entries[-query.count :] if query.count else []
    for buffer in ("main", "system", "crash", "events") if entries else ():
        if buffer in buffers and query.style != "raw":
            await context.out(f"--------- beginning of {buffer}\n")
    seen = log.last
    await _print(context, query, entries)
    while not query.dump and not context.hangup.is_set():
        await _news(context, seen)
        entries = [e for e in log.entries(buffers, after=seen) if query.wants(e)]
        seen = log.last
        await _print(context, query, entries)
    return 0


async def _print(context: Context, query: _Query, entries: list[Entry]) -> None:
    text = "".join(format_entry(e, query.style, query.modifiers) for e in entries)
    if text:
        await context.out(text)


async def _news(context: Context, seen: int) -> None:
    """Until something is logged or the client hangs up."""
    if context.system.log_buffers.last > seen:
        return
    async with asyncio.TaskGroup() as tasks:
        waiting = {
            tasks.create_task(context.system.log_buffers.wait()),
            tasks.create_task(context.hangup.wait()),
        }
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


async def log(context: Context) -> int:
    words = context.args[1:]
    priority, tag = "I", "log"
    while len(words) > 1 and words[0] in ("-p", "-t"):
        option, value = words[0], words[1]
        priority, tag = (value.upper(), tag) if option == "-p" else (priority, value)
        words = words[2:]
    context.system.log(priority, tag, " ".join(words), 4242)
    return 0


PROGRAMS: dict[str, Program] = {"logcat": logcat, "log": log}
