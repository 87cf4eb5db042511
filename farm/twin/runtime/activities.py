"""The activity manager: starting apps, what their windows show, lifecycle, permission requests.

It joins processes, windows and permission dialogs; input is `touch.py`, Frida `frida_endpoint.py`.
"""

from collections.abc import Callable
from typing import Any

from farm.twin.contracts import InstalledPackage, StartResult, SystemHalf
from farm.twin.runtime.app_process import AppProcess, Message
from farm.twin.runtime.binding import bind_message
from farm.twin.runtime.endings import Endings
from farm.twin.runtime.permission_requests import PermissionRequests
from farm.twin.runtime.processes import Processes, ProcessStartError
from farm.twin.runtime.roms import rom_of
from farm.twin.runtime.services import ServiceError, Services
from farm.twin.runtime.system_windows import SETTINGS, battery_question, settings_page
from farm.twin.runtime.views import decode_view
from farm.twin.runtime.windows import (
    MAX_WINDOWS_PER_PROCESS,
    ActivityRecord,
    Kind,
    Task,
    Window,
    WindowStack,
)

_MAX_ACTIVITIES = 30
IGNORE_BATTERY_OPTIMIZATIONS = "android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS"


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
        self.pending_starts: list[tuple[str, str, dict[str, str]]] = []

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
            return self._start_running(running, name, extras, component)
        task = self._front_task(package_name)
        try:
            process = await self.processes.start(package, package_name, name, extras)
        except ProcessStartError as error:
            self.system.log("E", "ActivityManager", str(error))
            if not task.activities and task in self.stack.tasks:
                self.stack.tasks.remove(task)
                self.stack.at_home = True
            return StartResult(error=str(error), component=component)
        self._add_record(task, name, process.pid)
        await prepare(process, package)
        self.bind_unless_held(process)
        return StartResult(component=component)

    def _start_running(
        self, process: AppProcess, name: str, extras: dict[str, str], component: str
    ) -> StartResult:
        task = self._front_task(process.package)
        top = task.top
        if top is not None and top.name == name:
            self._set_state(top, "resume")
            return StartResult(component=component, already_running=True)
        if top is None and not process.bound:
            process.activity, process.cause = name, "activity"
        else:
            if top is not None:
                self._set_state(top, "pause")
            process.send({"op": "start_activity", "activity": name, "extras": extras})
        self._add_record(task, name, process.pid)
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
            self._set_state(front.top, "pause")
            self._set_state(front.top, "stop")
        self.stack.at_home = True
        self.stack.changed()

    def _front_task(self, package: str) -> Task:
        """The app's task, brought to the front."""
        front = self.stack.front
        if front is not None and front.package != package and front.top is not None:
            self._set_state(front.top, "pause")
            self._set_state(front.top, "stop")
        task = self.stack.task(package) or Task(package)
        if task in self.stack.tasks:
            self.stack.tasks.remove(task)
        self.stack.tasks.append(task)
        self.stack.at_home = False
        self.stack.changed()
        return task

    def _add_record(self, task: Task, name: str, pid: int) -> ActivityRecord:
        record = ActivityRecord(name, pid)
        task.activities.append(record)
        if len(task.activities) > _MAX_ACTIVITIES:
            del task.activities[0]
        self.stack.changed()
        return record

    def _set_state(self, record: ActivityRecord, state: str) -> None:
        if record.state == state:
            return
        record.state = state
        process = self.processes.by_pid(record.pid)
        if process is not None and process.bound:
            process.send({"op": "lifecycle", "activity": record.name, "state": state})

    # what apps say

    def received(self, process: AppProcess, message: Message) -> None:
        """Act on one message of an app; nonsense is logged and dropped."""
        handlers: dict[str, Callable[[AppProcess, Message], None]] = {
            "window": self._window,
            "window_gone": self._window_gone,
            "call": self._call,
            "log": self._log,
            "request_permissions": self._request_permissions,
            "start_activity": self._start_activity,
            "system_activity": self._system_activity,
            "finish": self._finish,
            "exit": self._exit,
            "crash": self._crash,
            "toast": self._toast,
            "attach": lambda process, message: None,
        }
        handler = handlers.get(str(message.get("op")))
        try:
            if handler is None:
                raise ValueError(f"unknown op {str(message.get('op'))[:50]!r}")
            handler(process, message)
        except (ValueError, TypeError, KeyError) as error:
            self.system.log("W", "ActivityManager", f"{process.name}: {error!r}"[:500], process.pid)

    def ended(self, process: AppProcess) -> None:
        """A process is gone."""
        self.permissions.process_ended(process)
        self.endings.process_ended(process)
        self.stack.remove_process(process.pid)
        front = self.stack.front
        if front is not None and front.top is not None:
            self._set_state(front.top, "resume")

    def _window(self, process: AppProcess, message: Message) -> None:
        kind: Kind = "dialog" if message.get("type") == "dialog" else "activity"
        window_id = str(message["id"])[:100]
        title = str(message.get("title") or "")[:1000]
        root = decode_view(message["tree"])
        window = self.stack.window(process.pid, window_id)
        if window is not None:
            window.replace(title, root)
            self.stack.changed()
            return
        if self.stack.count(process.pid) >= MAX_WINDOWS_PER_PROCESS:
            raise ValueError("too many windows")
        name = full_name(process.package, str(message.get("activity") or "")[:300])
        task = self.stack.task(process.package)
        if task is None:
            task = Task(process.package)  # drawn while another app is in front: behind it
            self.stack.tasks.insert(0, task)
        record = task.activity(name, process.pid)
        if record is None and kind == "dialog" and task.top is not None:
            record = task.top
        if record is None:
            record = self._add_record(task, name, process.pid)
        window = Window(window_id, kind, process.package, record.name, title, root)
        window.pid = process.pid
        if kind == "activity":
            record.windows.insert(0, window)
        else:
            above = [w for w in record.windows if w.kind == "permission"]
            record.windows = [w for w in record.windows if w not in above] + [window, *above]
        self.stack.changed()

    def _window_gone(self, process: AppProcess, message: Message) -> None:
        window = self.stack.window(process.pid, str(message["id"])[:100])
        if window is not None:
            self.stack.remove_window(window)

    def _call(self, process: AppProcess, message: Message) -> None:
        reply: Message = {"op": "reply", "id": message["id"]}
        package = self.system.package(process.package)
        try:
            if package is None:
                raise ServiceError("java.lang.SecurityException", "the app is not installed")
            args = message.get("args") or []
            reply["value"] = self.services.call(
                package, str(message.get("service")), str(message.get("method")), args
            )
        except ServiceError as error:
            reply["error"] = {"class": error.java_class, "message": str(error)}
        process.send(reply)

    def _log(self, process: AppProcess, message: Message) -> None:
        priority = str(message.get("priority") or "I")[:1]
        self.system.log(
            priority if priority in "VDIWEF" else "I",
            str(message.get("tag") or "")[:128],
            str(message.get("message") or "")[:4000],  # logd's LOGGER_ENTRY_MAX_PAYLOAD
            process.pid,
        )

    def _request_permissions(self, process: AppProcess, message: Message) -> None:
        names = [str(name)[:200] for name in list(message.get("permissions") or [])[:100]]
        task = self.stack.task(process.package)
        record = task.top if task is not None else None
        package = self.system.package(process.package)
        if package is None or record is None:
            return
        self.permissions.request(process, package, record, int(message["request"]), names)

    def _start_activity(self, process: AppProcess, message: Message) -> None:
        package = str(message.get("package") or process.package)[:300]
        name = full_name(package, str(message.get("activity") or "")[:300])
        if package == process.package:
            installed = self.system.package(package)
            if installed is not None and name in (installed.main_activity, *installed.activities):
                extras = {str(k): str(v) for k, v in dict(message.get("extras") or {}).items()}
                self._start_running(process, name, extras, "")
            return
        self.system.log(
            "I", "ActivityManager", f"START u0 {{cmp={package}/{name}}} from uid {process.uid}"
        )
        if package == SETTINGS[0]:
            self._open_settings()

    def _open_settings(self) -> None:
        task = self._front_task(SETTINGS[0])
        task.activities.clear()
        record = self._add_record(task, SETTINGS[1], 0)
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
            self._set_state(front.top, "resume")

    def _system_activity(self, process: AppProcess, message: Message) -> None:
        """An app asks for one of the system's dialogs by its action."""
        action = str(message.get("action") or "")[:300]
        self.system.log("I", "ActivityManager", f"START u0 {{act={action}}} uid {process.uid}")
        package = self.system.package(process.package)
        if package is not None and action == IGNORE_BATTERY_OPTIMIZATIONS:
            rom = rom_of(self.system.manufacturer, self.system.sdk)
            self.stack.system.append(battery_question(rom.battery, package.label))
            self.stack.changed()

    def _finish(self, process: AppProcess, message: Message) -> None:
        task = self.stack.task(process.package)
        if task is None:
            return
        record = task.activity(
            full_name(process.package, str(message.get("activity") or "")), process.pid
        )
        if record is None:
            return
        self.stack.remove_activity(task, record)
        if task.top is not None:
            self._set_state(task.top, "resume")

    def _exit(self, process: AppProcess, message: Message) -> None:
        process.kill("exit")

    def _crash(self, process: AppProcess, message: Message) -> None:
        self.endings.crashed(
            process,
            str(message.get("class") or "java.lang.RuntimeException")[:300],
            str(message.get("message") or "")[:2000],
            str(message.get("trace") or "")[:20_000],
        )

    def _toast(self, process: AppProcess, message: Message) -> None:
        self.last_toast = str(message.get("text") or "")[:1000]


def full_name(package: str, activity: str) -> str:
    """An activity's class with its package: `.Main` is short for `pkg.Main`."""
    if activity.startswith("."):
        return package + activity
    return activity if "." in activity or not activity else f"{package}.{activity}"
