"""The activity manager: starting apps, which of them is in front, and their life cycle.

What apps say is `app_messages.py`, input `touch.py`, Frida `frida_servers.py`.
"""

from collections.abc import Callable
from typing import Any

from farm.twin.contracts import InstalledPackage, StartResult, SystemHalf
from farm.twin.runtime.app_process import AppProcess
from farm.twin.runtime.binding import bind_message
from farm.twin.runtime.endings import Endings
from farm.twin.runtime.permission_requests import PermissionRequests
from farm.twin.runtime.processes import Processes, ProcessStartError
from farm.twin.runtime.services import Services
from farm.twin.runtime.system_windows import SETTINGS, settings_page
from farm.twin.runtime.windows import ActivityRecord, Task, Window, WindowStack

_MAX_ACTIVITIES = 30


class Activities:
    """Runs apps. `held` says whether a process must wait before its app's code may load."""

    def __init__(
        self,
        system: SystemHalf,
        stack: WindowStack,
        held: Callable[[AppProcess], bool],
        gateway_port: Callable[[], int],
        certificates: list[str],
    ) -> None:
        self.system = system
        self.stack = stack
        self.processes: Processes  # set by the runtime right after both exist
        self.services: Services
        self.permissions = PermissionRequests(system, stack)
        self.endings = Endings(system, stack)
        self._held = held
        self._gateway_port = gateway_port
        self._certificates = certificates
        self.last_toast: str | None = None

    # starting

    async def start(
        self,
        package_name: str,
        activity: str,
        extras: dict[str, str],
        prepare: Callable[[AppProcess, InstalledPackage], Any],
    ) -> StartResult:
        """Start an activity; `prepare` is awaited between the process's birth and its code."""
        package = self.system.package(package_name)
        name = full_name(package_name, activity)
        component = f"{package_name}/{name}"
        if package is None or (name != package.main_activity and name not in package.activities):
            return StartResult(
                error=f"Activity class {{{component}}} does not exist.", component=component
            )
        package.stopped = False
        running = self.processes.named(package_name)
        if running is not None:
            return self.start_running(running, name, extras, component)
        task = self.front_task(package_name)
        try:
            process = await self.processes.start(package, package_name, name, extras)
        except ProcessStartError as error:
            self.system.log("E", "ActivityManager", str(error))
            if not task.activities and task in self.stack.tasks:
                self.stack.tasks.remove(task)
                self.stack.at_home = True
            return StartResult(error=str(error), component=component)
        self.add_record(task, name, process.pid)
        await prepare(process, package)
        self.bind_unless_held(process)
        return StartResult(component=component)

    def start_running(
        self, process: AppProcess, name: str, extras: dict[str, str], component: str
    ) -> StartResult:
        """Start an activity of an app that runs already."""
        task = self.front_task(process.package)
        top = task.top
        if top is not None and top.name == name:
            self.set_state(top, "resume")
            return StartResult(component=component, already_running=True)
        if top is None and not process.bound:
            process.activity, process.cause = name, "activity"
        else:
            if top is not None:
                self.set_state(top, "pause")
            process.send({"op": "start_activity", "activity": name, "extras": extras})
        self.add_record(task, name, process.pid)
        return StartResult(component=component)

    def bind_unless_held(self, process: AppProcess) -> None:
        """Let the app's code load, unless somebody gates it."""
        if process.bound or not process.alive or self._held(process):
            return
        package = self.system.package(process.package)
        if package is None:
            process.kill("uninstalled")
            return
        process.bound = True
        trust = self.system.trusted_certificates(package)
        process.send(
            bind_message(
                self.system,
                process,
                package,
                self._gateway_port(),
                [*trust, *(pem for pem in self._certificates if pem not in trust)],
            )
        )
        self.system.log_event("am_proc_bound", f"[0,{process.pid},{process.name}]")
        for message in process.after_bind:
            process.send(message)
        process.after_bind.clear()

    # the front

    def home(self) -> None:
        """Show the launcher."""
        front = self.stack.front
        if front is not None and front.top is not None:
            self.set_state(front.top, "pause")
            self.set_state(front.top, "stop")
        self.stack.at_home = True
        self.stack.changed()

    def front_task(self, package: str) -> Task:
        """The app's task, brought to the front."""
        front = self.stack.front
        if front is not None and front.package != package and front.top is not None:
            self.set_state(front.top, "pause")
            self.set_state(front.top, "stop")
        task = self.stack.task(package) or Task(package)
        if task in self.stack.tasks:
            self.stack.tasks.remove(task)
        self.stack.tasks.append(task)
        self.stack.at_home = False
        self.stack.changed()
        return task

    def add_record(self, task: Task, name: str, pid: int) -> ActivityRecord:
        """Put an activity on top of a task; the oldest of very many is forgotten."""
        record = ActivityRecord(name, pid)
        task.activities.append(record)
        if len(task.activities) > _MAX_ACTIVITIES:
            del task.activities[0]
        self.stack.changed()
        return record

    def set_state(self, record: ActivityRecord, state: str) -> None:
        """Give an activity a state of its life cycle (resume, pause, stop), and tell its app."""
        if record.state == state:
            return
        record.state = state
        process = self.processes.by_pid(record.pid)
        if process is not None and process.bound:
            process.send({"op": "lifecycle", "activity": record.name, "state": state})

    # the end, and pages of the system's own

    def ended(self, process: AppProcess) -> None:
        """A process is gone."""
        self.permissions.process_ended(process)
        self.endings.process_ended(process)
        self.stack.remove_process(process.pid)
        front = self.stack.front
        if front is not None and front.top is not None:
            self.set_state(front.top, "resume")

    def open_settings(self) -> None:
        """Show the page of the settings app."""
        task = self.front_task(SETTINGS[0])
        task.activities.clear()
        record = self.add_record(task, SETTINGS[1], 0)
        record.windows.append(settings_page())
        self.stack.changed()

    def close_page(self, window: Window) -> None:
        """Back on a page of the system's own: what was behind it shows again."""
        task = self.stack.task(window.package)
        if task is None:
            return
        self.stack.tasks.remove(task)
        self.stack.changed()
        front = self.stack.front
        if front is not None and front.top is not None:
            self.set_state(front.top, "resume")


def full_name(package: str, activity: str) -> str:
    """An activity's class with its package: `.Main` is short for `pkg.Main`."""
    if activity.startswith("."):
        return package + activity
    return activity if "." in activity or not activity else f"{package}.{activity}"
