"""What the phone's log says about processes: starts, ends, crashes, ANRs. Pure, line by line.

Reads `logcat -v threadtime` with or without year, microseconds and user column. The event
buffer's formats are those of AOSP `services/core/java/com/android/server/am/EventLogTags.logtags`;
the others are the texts of `ActivityManagerService`, `RuntimeInit` and debuggerd.
"""

import re
from collections.abc import Iterator

from farm.model.events import Crash, ProcessSeen

LogFact = Crash | ProcessSeen

_LINE = re.compile(
    r"(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9}(?: [+-]\d{4})?"
    r"(?:\s+[\w-]+)??\s+(?P<pid>\d+)\s+\d+ (?P<level>[VDIWEFAS]) (?P<tag>.*?)\s*: (?P<text>.*)"
)
_LONGEST_TRACE_LINES = 120
_LONGEST_LINE = 1000
_OPEN_TRACES = 16
_PATIENCE = 400  # lines after which a trace counts as finished
_REMEMBERED = 4096

_STARTED = re.compile(r"Start proc (?P<pid>\d+):(?P<process>[^/\s]+)/")
_STARTED_BEFORE_6 = re.compile(r"Start proc (?P<process>\S+) for .*?: pid=(?P<pid>\d+) ")
_DIED = re.compile(r"Process (?P<process>\S+) \(pid (?P<pid>\d+)\) has died\b:?(?P<why>.*)")
_KILLING = re.compile(r"Killing (?P<pid>\d+):(?P<process>[^/\s]+)/\S+ \(adj -?\d+\): ?(?P<why>.*)")
_ANR = re.compile(r"ANR in (?P<process>[^\s(]+)")
_CRASHED_PROCESS = re.compile(r"Process: (?P<process>\S+?), PID: (?P<pid>\d+)")
_NATIVE = re.compile(r"pid: (?P<pid>\d+), tid: \d+, name: .*?>>> (?P<process>\S+) <<<")


class _Trace:
    """An uncaught exception whose lines are still coming."""

    def __init__(self, first: str) -> None:
        self.process = ""
        self.lines = [first]
        self.patience = _PATIENCE


class LogReader:
    """Turns lines into facts about the processes of one package."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._traces: dict[str, _Trace] = {}
        self._crashed: set[tuple[str, str]] = set()
        self._ended: set[str] = set()
        self._running: set[str] = set()

    def read(self, line: str) -> Iterator[LogFact]:
        """Yield what one line says, if anything."""
        match = _LINE.match(line[: 4 * _LONGEST_LINE])
        if match is None:
            return
        pid, tag, text = match["pid"], match["tag"], match["text"][:_LONGEST_LINE]
        yield from self._waiting(pid, tag)
        if tag == "AndroidRuntime":
            self._runtime(pid, text)
        elif tag == "DEBUG" and (native := _NATIVE.search(text)):
            yield from self._crash(native["pid"], native["process"], "native crash", "")
        elif tag.startswith("am_"):
            yield from self._event(tag, text)
        elif tag in {"ActivityManager", "ActivityTaskManager"}:
            yield from self._manager(text)

    def finish(self) -> Iterator[LogFact]:
        """Yield the crashes whose lines were still coming when the log ended."""
        for pid in list(self._traces):
            yield from self._finish_trace(pid)

    def _ours(self, process: str) -> bool:
        return process == self._package or process.startswith(f"{self._package}:")

    def _waiting(self, pid: str, tag: str) -> Iterator[LogFact]:
        for waiting, trace in list(self._traces.items()):
            trace.patience -= 1
            if (waiting == pid and tag != "AndroidRuntime") or trace.patience < 0:
                yield from self._finish_trace(waiting)

    def _runtime(self, pid: str, text: str) -> None:
        trace = self._traces.get(pid)
        if text.startswith("FATAL EXCEPTION"):
            if len(self._traces) < _OPEN_TRACES:
                self._traces[pid] = _Trace(text)
        elif trace is not None and len(trace.lines) < _LONGEST_TRACE_LINES:
            named = _CRASHED_PROCESS.match(text)
            if named and not trace.process:
                trace.process = named["process"]
            else:
                trace.lines.append(text)

    def _finish_trace(self, pid: str) -> Iterator[LogFact]:
        trace = self._traces.pop(pid, None)
        if trace is not None:
            reason = trace.lines[1] if len(trace.lines) > 1 else trace.lines[0]
            yield from self._crash(pid, trace.process, reason, "\n".join(trace.lines))

    def _event(self, tag: str, text: str) -> Iterator[LogFact]:
        fields = text.strip().removeprefix("[").removesuffix("]").split(",")
        if tag == "am_crash" and len(fields) >= 5:  # pid, user, process, flags, class, message...
            pid, process = fields[0], fields[2]
            if pid not in self._traces:  # the trace says more, and will end this crash
                yield from self._crash(pid, process, ": ".join(fields[4:6]), "")
        elif tag == "am_anr" and len(fields) >= 5:  # user, pid, package, flags, reason
            yield from self._crash(fields[1], fields[2], "ANR: " + ",".join(fields[4:]), "")
        elif tag == "am_proc_start" and len(fields) >= 4:  # user, pid, uid, process, ...
            yield from self._started(fields[1], fields[3])
        elif tag == "am_proc_died" and len(fields) >= 3:  # user, pid, process, ...
            yield from self._over(fields[1], fields[2], "")
        elif tag == "am_kill" and len(fields) >= 5:  # user, pid, process, adj, reason, ...
            yield from self._over(fields[1], fields[2], f"killed: {fields[4]}")

    def _manager(self, text: str) -> Iterator[LogFact]:
        if match := _STARTED.match(text) or _STARTED_BEFORE_6.match(text):
            yield from self._started(match["pid"], match["process"])
        elif match := _DIED.match(text):
            yield from self._over(match["pid"], match["process"], match["why"].strip())
        elif match := _KILLING.match(text):
            yield from self._over(match["pid"], match["process"], f"killed: {match['why']}")
        elif match := _ANR.match(text):
            yield from self._crash("", match["process"], text, "")

    def _started(self, pid: str, process: str) -> Iterator[LogFact]:
        if self._ours(process) and pid.isdigit() and pid not in self._running:
            self._running.add(pid)
            self._ended.discard(pid)
            yield ProcessSeen(pid=int(pid), process=process, state="started")

    def _over(self, pid: str, process: str, why: str) -> Iterator[LogFact]:
        yield from self._finish_trace(pid)
        if self._ours(process) and pid.isdigit() and pid not in self._ended:
            self._ended.add(pid)
            self._running.discard(pid)
            yield ProcessSeen(pid=int(pid), process=process, state="exited", reason=why[:300])

    def _crash(self, pid: str, process: str, reason: str, trace: str) -> Iterator[LogFact]:
        """One crash is told by several buffers: the first one counts."""
        kind = "anr" if reason.startswith("ANR") else "crash"
        if not self._ours(process):
            return
        known = (process if kind == "anr" else pid, kind)
        if known in self._crashed:
            return
        if len(self._crashed) < _REMEMBERED:
            self._crashed.add(known)
        yield Crash(process=process, reason=reason[:300], trace=trace)
