"""What apps say to the phone: their windows, calls of system services, logs, requests and ends.

The app is not trusted: every text is cut, and nonsense is logged and dropped.
"""

from collections.abc import Callable

from farm.twin.runtime.activities import Activities, full_name
from farm.twin.runtime.app_process import AppProcess, Message
from farm.twin.runtime.roms import rom_of
from farm.twin.runtime.services import ServiceError
from farm.twin.runtime.system_windows import SETTINGS, battery_question
from farm.twin.runtime.views import decode_view
from farm.twin.runtime.windows import MAX_WINDOWS_PER_PROCESS, Kind, Task, Window

IGNORE_BATTERY_OPTIMIZATIONS = "android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS"


class AppMessages:
    """Acts on the messages of app processes, for one phone's activity manager."""

    def __init__(self, activities: Activities) -> None:
        self._activities = activities
        self._system = activities.system
        self._stack = activities.stack

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
            self._system.log(
                "W", "ActivityManager", f"{process.name}: {error!r}"[:500], process.pid
            )

    def _window(self, process: AppProcess, message: Message) -> None:
        kind: Kind = "dialog" if message.get("type") == "dialog" else "activity"
        window_id = str(message["id"])[:100]
        title = str(message.get("title") or "")[:1000]
        root = decode_view(message["tree"])
        window = self._stack.window(process.pid, window_id)
        if window is not None:
            window.replace(title, root)
            self._stack.changed()
            return
        if self._stack.count(process.pid) >= MAX_WINDOWS_PER_PROCESS:
            raise ValueError("too many windows")
        name = full_name(process.package, str(message.get("activity") or "")[:300])
        task = self._stack.task(process.package)
        if task is None:
            task = Task(process.package)  # drawn while another app is in front: behind it
            self._stack.tasks.insert(0, task)
        record = task.activity(name, process.pid)
        if record is None and kind == "dialog" and task.top is not None:
            record = task.top
        if record is None:
            record = self._activities.add_record(task, name, process.pid)
        window = Window(window_id, kind, process.package, record.name, title, root)
        window.pid = process.pid
        if kind == "activity":
            record.windows.insert(0, window)
        else:
            above = [w for w in record.windows if w.kind == "permission"]
            record.windows = [w for w in record.windows if w not in above] + [window, *above]
        self._stack.changed()

    def _window_gone(self, process: AppProcess, message: Message) -> None:
        window = self._stack.window(process.pid, str(message["id"])[:100])
        if window is not None:
            self._stack.remove_window(window)

    def _call(self, process: AppProcess, message: Message) -> None:
        reply: Message = {"op": "reply", "id": message["id"]}
        package = self._system.package(process.package)
        try:
            if package is None:
                raise ServiceError("java.lang.SecurityException", "the app is not installed")
            args = message.get("args") or []
            reply["value"] = self._activities.services.call(
                package, str(message.get("service")), str(message.get("method")), args
            )
        except ServiceError as error:
            reply["error"] = {"class": error.java_class, "message": str(error)}
        process.send(reply)

    def _log(self, process: AppProcess, message: Message) -> None:
        priority = str(message.get("priority") or "I")[:1]
        self._system.log(
            priority if priority in "VDIWEF" else "I",
            str(message.get("tag") or "")[:128],
            str(message.get("message") or "")[:4000],  # logd's LOGGER_ENTRY_MAX_PAYLOAD
            process.pid,
        )

    def _request_permissions(self, process: AppProcess, message: Message) -> None:
        names = [str(name)[:200] for name in list(message.get("permissions") or [])[:100]]
        task = self._stack.task(process.package)
        record = task.top if task is not None else None
        package = self._system.package(process.package)
        if package is None or record is None:
            return
        self._activities.permissions.request(
            process, package, record, int(message["request"]), names
        )

    def _start_activity(self, process: AppProcess, message: Message) -> None:
        package = str(message.get("package") or process.package)[:300]
        name = full_name(package, str(message.get("activity") or "")[:300])
        if package == process.package:
            installed = self._system.package(package)
            if installed is not None and name in (installed.main_activity, *installed.activities):
                extras = {str(k): str(v) for k, v in dict(message.get("extras") or {}).items()}
                self._activities.start_running(process, name, extras, "")
            return
        self._system.log(
            "I", "ActivityManager", f"START u0 {{cmp={package}/{name}}} from uid {process.uid}"
        )
        if package == SETTINGS[0]:
            self._activities.open_settings()

    def _system_activity(self, process: AppProcess, message: Message) -> None:
        """An app asks for one of the system's dialogs by its action."""
        action = str(message.get("action") or "")[:300]
        self._system.log("I", "ActivityManager", f"START u0 {{act={action}}} uid {process.uid}")
        package = self._system.package(process.package)
        if package is not None and action == IGNORE_BATTERY_OPTIMIZATIONS:
            rom = rom_of(self._system.manufacturer, self._system.sdk)
            self._stack.system.append(battery_question(rom.battery, package.label))
            self._stack.changed()

    def _finish(self, process: AppProcess, message: Message) -> None:
        task = self._stack.task(process.package)
        if task is None:
            return
        record = task.activity(
            full_name(process.package, str(message.get("activity") or "")), process.pid
        )
        if record is None:
            return
        self._stack.remove_activity(task, record)
        if task.top is not None:
            self._activities.set_state(task.top, "resume")

    def _exit(self, process: AppProcess, message: Message) -> None:
        process.kill("exit")

    def _crash(self, process: AppProcess, message: Message) -> None:
        self._activities.endings.crashed(
            process,
            str(message.get("class") or "java.lang.RuntimeException")[:300],
            str(message.get("message") or "")[:2000],
            str(message.get("trace") or "")[:20_000],
        )

    def _toast(self, process: AppProcess, message: Message) -> None:
        self._activities.last_toast = str(message.get("text") or "")[:1000]
