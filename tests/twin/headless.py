"""A runtime half without processes or a screen, for tests of the system half alone."""

import json

from farm.twin.contracts import ProcessInfo, StartResult, SystemHalf
from farm.twin.runtime.http import serve_http

UIAUTOMATOR_PORT = 9008


class HeadlessRuntime:
    """Keeps which apps run and what was asked of it; draws nothing."""

    def __init__(self, system: SystemHalf) -> None:
        self.system = system
        self.running: dict[str, ProcessInfo] = {}
        self.front: tuple[str, str] | None = None
        self.asked: list[tuple[object, ...]] = []
        self.boots = 0
        self.clipboard = system.identity.clipboard

    async def boot(self) -> None:
        self.boots += 1
        self.front = ("com.android.launcher3", "com.android.launcher3.Launcher")

    async def shutdown(self) -> None:
        self.running.clear()

    async def start_activity(
        self, package: str, activity: str, extras: dict[str, str]
    ) -> StartResult:
        installed = self.system.package(package)
        assert installed is not None
        known = package in self.running
        self.running[package] = ProcessInfo(
            pid=3_000_000 + installed.uid, name=package, package=package, uid=installed.uid
        )
        self.front = (package, activity)
        self.asked.append(("start", package, activity, extras))
        return StartResult(already_running=known, component=f"{package}/{activity}")

    async def broadcast(self, action: str, package: str = "") -> None:
        self.asked.append(("broadcast", action, package))

    async def force_stop(self, package: str) -> None:
        self.running.pop(package, None)

    def processes(self) -> list[ProcessInfo]:
        return list(self.running.values())

    async def kill(self, pid: int) -> bool:
        for name, process in list(self.running.items()):
            if process.pid == pid:
                del self.running[name]
                return True
        return False

    async def tap(self, x: int, y: int) -> None:
        self.asked.append(("tap", x, y))

    async def swipe(self, x1: int, y1: int, x2: int, y2: int, milliseconds: int) -> None:
        self.asked.append(("swipe", x1, y1, x2, y2, milliseconds))

    async def key(self, code: str) -> None:
        self.asked.append(("key", code))

    async def text(self, text: str) -> None:
        self.asked.append(("text", text))

    async def screenshot(self) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + bytes(range(256))

    async def hierarchy(self) -> str:
        return "<?xml version='1.0' encoding='UTF-8'?><hierarchy rotation=\"0\"/>"

    def focused(self) -> tuple[str, str] | None:
        return self.front

    def dump_windows(self) -> str:
        package, activity = self.front or ("", "")
        return f"  mCurrentFocus=Window{{1a2b3c u0 {package}/{activity}}}\n"

    def dump_activities(self) -> str:
        package, activity = self.front or ("", "")
        return f"    mResumedActivity: ActivityRecord{{1a2b u0 {package}/{activity} t1}}\n"

    async def show_system_dialog(self, name: str) -> None:
        self.asked.append(("dialog", name))

    async def start_uiautomator(self) -> None:
        self.asked.append(("uiautomator", "start"))
        self.system.listen(UIAUTOMATOR_PORT, lambda r, w: serve_http(r, w, self._automator))

    async def stop_uiautomator(self) -> None:
        self.asked.append(("uiautomator", "stop"))
        self.system.unlisten(UIAUTOMATOR_PORT)

    async def _automator(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        """uiautomator2's server without a screen: it lives, and has the clipboard."""
        if path == "/ping":
            return 200, "text/plain", b"pong"
        asked = json.loads(body)
        result: object = None
        if asked["method"] == "setClipboard":
            self.clipboard = asked["params"][1]
        elif asked["method"] == "getClipboard":
            result = self.clipboard
        elif asked["method"] == "deviceInfo":
            result = {"screenOn": True, "sdkInt": self.system.sdk}
        answer = {"jsonrpc": "2.0", "id": asked["id"], "result": result}
        return 200, "application/json", json.dumps(answer).encode()

    async def start_frida(self, port: int) -> None:
        async def silent(reader: object, writer: object) -> None:
            return None

        self.port = port
        self.system.listen(port, silent)

    async def stop_frida(self) -> None:
        self.system.unlisten(self.port)

    async def crash(self, package: str) -> None:
        await self.force_stop(package)
