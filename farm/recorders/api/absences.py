"""When a process's calls may have gone unseen: its link was cut, or its bundle fell silent.

Writes events and gaps of the api stream; never touches a process.
"""

import time

from farm.model.events import ProcessSeen
from farm.model.vocabulary import GapCause
from farm.recorders.api.journal import Journal
from farm.recorders.api.process import HookedProcess

_SILENCE_SECONDS = 5.0  # the bundle says something every second


class Absences:
    """The open gaps of processes, by process id."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lost: dict[int, str] = {}
        self._silent: dict[int, str] = {}

    def detached(self, process: HookedProcess, reason: str) -> None:
        """Say so, and open a gap: from the last message on, calls may have gone unseen.

        An app that ends itself says so first and its calls are fetched: nothing is missing then.
        """
        state = "exited" if "terminated" in reason else "detached"
        self._journal.write(
            ProcessSeen(pid=process.pid, process=process.name, state=state, reason=reason[:200])
        )
        if process.exiting:
            return
        gap = self._open(process, reason)
        if state == "exited":
            self._journal.close_gap(gap)
        else:
            self._lost[process.pid] = gap

    def over(self, pid: int) -> None:
        """The process is hooked again, or gone: nothing more of it can be missed."""
        if pid in self._lost:
            self._journal.close_gap(self._lost.pop(pid))

    def listen(self, process: HookedProcess) -> None:
        """Open or close the gap of a bundle that should say something every second."""
        pid = process.pid
        silent = time.monotonic() - process.last_heard > _SILENCE_SECONDS
        if silent and pid not in self._silent:
            self._silent[pid] = self._open(process, "the bundle says nothing any more")
        elif not silent and pid in self._silent:
            self._journal.close_gap(self._silent.pop(pid))

    def _open(self, process: HookedProcess, detail: str) -> str:
        return self._journal.open_gap(
            GapCause.FRIDA_DETACHED,
            scope=f"{process.name} ({process.pid})",
            detail=detail,
            start=process.last_heard_ns or None,
        )
