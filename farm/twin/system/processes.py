"""The phone's process table: system processes, shell jobs and the app processes of the runtime."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from farm.twin.contracts import ProcessInfo
from farm.twin.system.actor import SHELL, user_name

SYSTEM_PROCESSES: tuple[tuple[int, int, str], ...] = (
    (1, 0, "init"),
    (2, 0, "kthreadd"),
    (411, 1000, "servicemanager"),
    (520, 0, "zygote64"),
    (521, 0, "zygote"),
    (560, 1000, "surfaceflinger"),
    (742, 2000, "adbd"),
    (1290, 1000, "system_server"),
    (1688, 10042, "com.android.systemui"),
    (1720, 1001, "com.android.phone"),
)
FIRST_JOB_PID = 5000
MAX_JOBS = 500


@dataclass
class Job:
    """A program started from a shell."""

    pid: int
    uid: int
    name: str
    arguments: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Listed:
    """One line of `ps`."""

    pid: int
    uid: int
    parent: int
    name: str
    arguments: str

    @property
    def user(self) -> str:
        """The user's name as `ps` prints it."""
        return user_name(self.uid)


class ProcessTable:
    """Knows every process of one phone."""

    def __init__(self, apps: Callable[[], list[ProcessInfo]]) -> None:
        self._apps = apps
        self._jobs: dict[int, Job] = {}
        self._next = FIRST_JOB_PID

    def start_job(self, name: str, arguments: str = "", uid: int = SHELL) -> Job:
        """Enter a program.

        Raises:
            OSError: too many run already.
        """
        if len(self._jobs) >= MAX_JOBS:
            raise OSError(11, "Try again")
        taken = {p.pid for p in self._apps()} | self._jobs.keys()
        while self._next in taken:
            self._next += 1
        job = Job(self._next, uid, name, arguments or name)
        self._jobs[job.pid] = job
        self._next = FIRST_JOB_PID if self._next > 30_000 else self._next + 1
        return job

    def end_job(self, job: Job) -> None:
        """Remove a program that ended."""
        self._jobs.pop(job.pid, None)

    def job(self, pid: int) -> Job | None:
        """The shell job of that id."""
        return self._jobs.get(pid)

    def stop_all(self) -> None:
        """Ask every shell job to end (reboot)."""
        for job in self._jobs.values():
            job.stop.set()

    def listed(self) -> list[Listed]:
        """Everything `ps -A` shows, by pid."""
        rows = [Listed(pid, uid, 1 if pid > 2 else 0, n, n) for pid, uid, n in SYSTEM_PROCESSES]
        rows += [Listed(j.pid, j.uid, 742, j.name, j.arguments) for j in self._jobs.values()]
        rows += [Listed(p.pid, p.uid, 520, p.name, p.name) for p in self._apps()]
        return sorted(rows, key=lambda row: row.pid)
