"""How app processes end, as a phone tells it: logcat lines, events, and error dialogs."""

from farm.twin.contracts import SystemHalf
from farm.twin.runtime.app_process import AppProcess
from farm.twin.runtime.system_windows import anr_dialog, crash_dialog
from farm.twin.runtime.windows import WindowStack

# AppErrors: a second crash within this time is "keeps stopping" (ProcessList.MIN_CRASH_INTERVAL).
_REPEAT_NS = 60 * 1_000_000_000
# Since Android 9 the first crash shows no dialog unless a developer option asks for it.
_SILENT_FIRST_CRASH_SDK = 28


class Endings:
    """Records ends of processes and shows what the system shows."""

    def __init__(self, system: SystemHalf, stack: WindowStack) -> None:
        self._system = system
        self._stack = stack
        self._last_crash: dict[str, int] = {}
        self.not_responding: dict[str, AppProcess] = {}  # window title -> process

    def crashed(self, process: AppProcess, java_class: str, message: str, trace: str) -> None:
        """An uncaught exception ended the process."""
        if process.end_reason:
            return
        log = self._system.log
        log("E", "AndroidRuntime", "FATAL EXCEPTION: main", process.pid)
        log("E", "AndroidRuntime", f"Process: {process.name}, PID: {process.pid}", process.pid)
        head = f"{java_class}: {message}" if message else java_class
        lines = trace.splitlines() or [head]
        if not lines[0].startswith(java_class):
            lines.insert(0, head)
        for line in lines[:200]:
            log("E", "AndroidRuntime", line[:1000], process.pid)
        self._system.log_event(
            "am_crash",
            f"[{process.pid},0,{process.name},948485700,{java_class},{message[:200]},NULL,0]",
        )
        now = self._system.now_ns()
        repeated = now - self._last_crash.get(process.name, -_REPEAT_NS) < _REPEAT_NS
        self._last_crash[process.name] = now
        process.kill("crash")
        hidden = self._system.get_setting("global", "hide_error_dialogs") == "1"
        first = self._system.get_setting("secure", "show_first_crash_dialog_dev_option") == "1"
        silent = self._system.sdk >= _SILENT_FIRST_CRASH_SDK and not (repeated or first)
        package = self._system.package(process.package)
        if not hidden and not silent and package is not None:
            window = crash_dialog(package.label[:200], process.package, repeated=repeated)
            self._stack.system.append(window)
            self._stack.changed()

    def show_not_responding(self, process: AppProcess) -> None:
        """The app stopped answering input."""
        self._system.log_event(
            "am_anr",
            f"[0,{process.pid},{process.package},948485700,Input dispatching timed out]",
        )
        self._system.log("E", "ActivityManager", f"ANR in {process.name}")
        self._system.log("E", "ActivityManager", f"PID: {process.pid}")
        self._system.log(
            "E", "ActivityManager", "Reason: Input dispatching timed out (no focused window)"
        )
        package = self._system.package(process.package)
        window = anr_dialog((package.label if package else process.name)[:200], process.package)
        self.not_responding[window.title] = process
        self._stack.system.append(window)
        self._stack.changed()

    def process_ended(self, process: AppProcess) -> None:
        """Say in the log how it ended."""
        for title, other in list(self.not_responding.items()):
            if other is process:
                del self.not_responding[title]
                self._stack.system = [w for w in self._stack.system if w.title != title]
        if process.end_reason == "shutdown":
            return
        if process.end_reason.startswith("stop "):
            self._system.log(
                "I",
                "ActivityManager",
                f"Killing {process.pid}:{process.name}/u0a{process.uid % 100000 - 10000} "
                f"(adj 0): {process.end_reason}",
            )
            self._system.log_event(
                "am_kill", f"[0,{process.pid},{process.name},0,{process.end_reason}]"
            )
            return
        self._system.log(
            "I", "ActivityManager", f"Process {process.name} (pid {process.pid}) has died: fore TOP"
        )
        self._system.log_event("am_proc_died", f"[0,{process.pid},{process.name},0,2]")
