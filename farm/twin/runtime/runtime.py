"""The running half of a twin, put together: `Runtime` implements `farm.twin.contracts.RuntimeHalf`.

This module only wires the parts; each part says in its own module what it does.
"""

import asyncio
from collections.abc import Coroutine

from farm.twin.contracts import ProcessInfo, StartResult, SystemHalf
from farm.twin.runtime import dumps
from farm.twin.runtime.activities import Activities
from farm.twin.runtime.app_messages import AppMessages
from farm.twin.runtime.app_process import AppProcess, Message
from farm.twin.runtime.broadcasts import Broadcasts
from farm.twin.runtime.frida_servers import FridaServers
from farm.twin.runtime.gateway import Gateway
from farm.twin.runtime.gestures import Gestures
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.processes import Processes, ProcessStartError
from farm.twin.runtime.screen import ScreenView
from farm.twin.runtime.services import Services
from farm.twin.runtime.system_windows import alert, launcher_window
from farm.twin.runtime.touch import Touch
from farm.twin.runtime.uiautomator import UiAutomator
from farm.twin.runtime.windows import WindowStack

UIAUTOMATOR_PORT = 9008


class Runtime:
    """Hosts app processes, windows, uiautomator2, Frida and the network of one twin."""

    def __init__(self, system: SystemHalf, options: RuntimeOptions) -> None:
        self._system = system
        self._options = options
        self._gateway = Gateway(system, options.routes)
        self._uiautomator = False
        self._starting: set[str] = set()  # names of service processes on their way
        self._running = False
        self._build()

    def _build(self) -> None:
        system = self._system
        launcher = launcher_window(system.manufacturer, [])
        self._stack = WindowStack(system.screen, system.density, launcher)
        self._activities = Activities(
            system,
            self._stack,
            lambda process: self._frida.holds(process),
            lambda: self._gateway.port,
            self._options.world_certificates,
        )
        self._processes = Processes(system, self._options, self)
        self._activities.processes = self._processes
        self._activities.services = Services(system, self._processes.running)
        self._messages = AppMessages(self._activities)
        self._frida = FridaServers(system, self._processes, self._activities.bind_unless_held)
        self._broadcasts = Broadcasts(
            system, self._processes, self._activities, self._frida.prepare
        )
        self._touch = Touch(self._activities, self._launch_from_home)
        self._screen = ScreenView(system, self._stack, self._activities, self._touch)
        self._automator = UiAutomator(self._screen, Gestures(self._touch, self._stack))

    # life

    async def boot(self) -> None:
        """Start: launcher in front, no app running. Called again after a reboot."""
        if self._running:
            await self.shutdown()
        self._build()
        await self._processes.open()
        await self._gateway.open()
        self._running = True

    async def shutdown(self) -> None:
        """End every app process (SIGKILL) and service."""
        await self.stop_uiautomator()
        await self._frida.close()
        await self._processes.close()
        await self._gateway.close()
        self._running = False

    # processes

    async def start_activity(
        self, package: str, activity: str, extras: dict[str, str]
    ) -> StartResult:
        """`am start`: returns once the process exists and Frida can see it."""
        return await self._activities.start(package, activity, extras, self._frida.prepare)

    async def broadcast(self, action: str, package: str = "") -> None:
        """Hand a broadcast to the manifest receivers that hear it (`broadcasts.py`)."""
        await self._broadcasts.send(action, package)

    async def force_stop(self, package: str) -> None:
        """Kill the app's processes and remove its windows; it hears no broadcast from then on."""
        installed = self._system.package(package)
        if installed is not None:
            installed.stopped = True
        await self._end(self._processes.of(package), f"stop {package}")

    async def kill(self, pid: int) -> bool:
        """`kill PID`; whether there was such a process."""
        process = self._processes.by_pid(pid)
        if process is None:
            return False
        await self._end([process], "kill")
        return True

    async def crash(self, package: str) -> None:
        """Fault: the app's process dies as by an uncaught exception."""
        for process in self._processes.of(package):
            trace = "\tat android.app.ActivityThread.main(ActivityThread.java:6669)"
            name, message = "java.lang.RuntimeException", "fault injected by the twin's operator"
            self._activities.endings.crashed(process, name, message, f"{name}: {message}\n{trace}")
            await self._end([process], "crash")

    def processes(self) -> list[ProcessInfo]:
        """Running app processes."""
        return self._processes.running()

    async def _end(self, processes: list[AppProcess], reason: str) -> None:
        for process in processes:
            process.kill(reason)
        for process in processes:
            await process.reap()
            for _ in range(100):  # its connection's handler takes the windows away
                if process.token not in self._processes.tokens():
                    break
                await asyncio.sleep(0.01)

    def received(self, process: AppProcess, message: Message) -> Coroutine[None, None, None] | None:
        """A message came from a process (Observer)."""
        if message.get("op") == "start_service":
            return self._start_service(process, message)
        self._messages.received(process, message)
        return None

    async def _start_service(self, process: AppProcess, message: Message) -> None:
        """A service in a process of its own: `pkg:name` starts, if it does not run."""
        name = str(message.get("process") or "")[:200]
        name = process.package + name if name.startswith(":") else name
        service = str(message.get("service") or "")[:200]
        package = self._system.package(process.package)
        known = name in self._starting or self._processes.named(name) is not None
        if package is None or known or not name.startswith(f"{process.package}:"):
            return
        self._starting.add(name)
        try:
            started = await self._processes.start(package, name, service, {}, cause="service")
            await self._frida.prepare(started, package)
            self._activities.bind_unless_held(started)
        except ProcessStartError as error:
            self._system.log("E", "ActivityManager", str(error)[:500])
        finally:
            self._starting.discard(name)

    def ended(self, process: AppProcess) -> None:
        """A process is gone (Observer)."""
        self._activities.ended(process)
        self._frida.process_ended(process)

    # Frida

    async def start_frida(self, port: int) -> None:
        """Serve the Frida endpoint on a device-side port (a pushed frida-server was run)."""
        await self._frida.start(port)

    async def stop_frida(self) -> None:
        """End the Frida endpoint; attached sessions detach."""
        await self._frida.stop()

    # input and sight

    async def tap(self, x: int, y: int) -> None:
        """`input tap`."""
        await self._touch.tap(x, y)

    async def swipe(self, x1: int, y1: int, x2: int, y2: int, milliseconds: int) -> None:
        """`input swipe`; a swipe on the spot is a tap."""
        await asyncio.sleep(min(max(milliseconds, 0), 10_000) / 1000)
        await Gestures(self._touch, self._stack).up((x1, y1), (x2, y2))

    async def key(self, code: str) -> None:
        """`input keyevent`."""
        await self._touch.key(code)

    async def text(self, text: str) -> None:
        """`input text`."""
        self._touch.text(text)

    async def screenshot(self) -> bytes:
        """PNG of the screen."""
        return await self._screen.png()

    async def hierarchy(self) -> str:
        """XML of the active window."""
        return self._screen.hierarchy_xml(all_windows=False)

    def focused(self) -> tuple[str, str] | None:
        """Package and activity of the focused window."""
        window = self._stack.focused()
        return (window.package, window.activity) if window is not None else None

    def dump_windows(self) -> str:
        """Text of `dumpsys window windows`."""
        return dumps.dump_windows(self._stack, self._system.sdk)

    def dump_activities(self) -> str:
        """Text of `dumpsys activity activities`."""
        return dumps.dump_activities(self._stack, self._processes, self._system.sdk)

    async def show_system_dialog(self, name: str) -> None:
        """Fault: a dialog from the system (low_battery, update, crash, anr, wifi_sign_in).

        Raises:
            ValueError: an unknown name.
        """
        front = self._stack.front
        if name in ("crash", "anr"):
            if front is None:
                return
            if name == "crash":
                await self.crash(front.package)
                return
            for process in self._processes.of(front.package)[:1]:
                self._activities.endings.show_not_responding(process)
            return
        window = alert(name)
        if window is None:
            raise ValueError(f"unknown system dialog {name!r}")
        self._stack.system.append(window)
        self._stack.changed()

    async def start_uiautomator(self) -> None:
        """Serve uiautomator2's JSON-RPC on device port 9008."""
        if not self._uiautomator:
            self._system.listen(UIAUTOMATOR_PORT, self._automator.serve)
            self._uiautomator = True

    async def stop_uiautomator(self) -> None:
        """End uiautomator2's server."""
        if self._uiautomator:
            self._system.unlisten(UIAUTOMATOR_PORT)
            self._uiautomator = False

    async def _launch_from_home(self, package: str) -> None:
        installed = self._system.package(package)
        if installed is not None:
            await self.start_activity(package, installed.main_activity, {})
