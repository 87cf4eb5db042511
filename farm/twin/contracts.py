"""How the two halves of a twin meet: the system (adbd, shell, files, packages) and the runtime.

The system half answers what adb clients ask and keeps the phone's state; the runtime half hosts
app processes, windows, the uiautomator2 server, the Frida endpoint and the phone's network.
Each half sees the other only through the protocols below.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec

ContentValue = str | int | float | None
"""A value of a row that a content provider holds."""

PortHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class ContentError(Exception):
    """A content provider's refusal: the Java exception that its caller gets."""

    def __init__(self, java_class: str, message: str) -> None:
        super().__init__(message)
        self.java_class = java_class


class InstalledPackage(msgspec.Struct, kw_only=True):
    """One app as the package manager knows it; APK files lie in the twin's sandbox."""

    package: str
    label: str
    version_name: str
    version_code: int
    target_sdk: int
    uid: int
    apks: list[Path]  # base first, then splits
    main_activity: str
    activities: list[str]
    requested_permissions: list[str]
    receivers: dict[str, list[str]] = {}  # class to the actions its filters name
    stopped: bool = True  # never started, or ended by force: it hears no broadcast
    granted_permissions: set[str]
    signer_sha256: str
    network_security_config: str = ""  # XML text, empty if the app has none
    trust_anchors: list[str] = []  # PEM certificates inside the app that the configuration names
    debuggable: bool = False
    first_install_time: int = 0  # ns, phone clock
    last_update_time: int = 0


class ProcessInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A running app process; `pid` is the process id on the host, so that Frida can attach."""

    pid: int
    name: str  # package, or package:suffix
    package: str
    uid: int


class StartResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `am start` answers; `error` is empty when the start was accepted."""

    error: str = ""
    already_running: bool = False
    component: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes this phone this phone; drawn from the seed of the twin, never a real value."""

    imei: str
    imei2: str
    meid: str
    imsi: str
    iccid: str
    phone_number: str
    serial: str
    android_id: str
    oaid: str
    advertising_id: str
    wifi_mac: str
    bluetooth_mac: str
    wifi_ssid: str
    wifi_bssid: str
    latitude: float
    longitude: float
    operator: str  # MCC and MNC
    contacts: list[tuple[str, str]]  # name, number
    messages: list[tuple[str, str]]  # number, text
    clipboard: str


class SystemHalf(Protocol):
    """What the runtime may ask of the system half."""

    serial: str
    root: Path  # the sandbox that holds the phone's files
    identity: Identity
    sdk: int
    model: str
    manufacturer: str
    screen: tuple[int, int]  # pixels
    density: int  # dpi

    def now_ns(self) -> int:
        """The phone's clock: skewed and drifting against the host's."""

    def clock_skew(self) -> tuple[int, float, int]:
        """`(offset ns, drift ppm, host reference ns)`: phone = host + offset + drift."""

    def get_property(self, name: str) -> str:
        """A system property, empty if unset."""

    def get_setting(self, namespace: str, key: str) -> str | None:
        """A value of `settings get`; namespace is global, secure or system."""

    def package(self, name: str) -> InstalledPackage | None:
        """The installed package of that name."""

    def packages(self) -> list[InstalledPackage]:
        """All installed packages."""

    def save_permissions(self, package: InstalledPackage) -> None:
        """Keep changed `granted_permissions`."""

    def log(self, priority: str, tag: str, message: str, pid: int = 0) -> None:
        """Write to logcat (main buffer)."""

    def log_event(self, tag: str, message: str, pid: int = 0) -> None:
        """Write to logcat's events buffer, such as am_proc_start."""

    def listen(self, port: int, handler: PortHandler) -> None:
        """Serve a device-side TCP port (frida-server 27042, uiautomator2 9008)."""

    def unlisten(self, port: int) -> None:
        """Stop serving a device-side port."""

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a device-side loopback port: a service of the phone or an adb reverse.

        Raises:
            ConnectionRefusedError: nobody listens there.
        """

    def query_content(
        self,
        uri: str,
        projection: list[str] | None,
        selection: str,
        arguments: list[str],
        order: str,
    ) -> tuple[list[str], list[list[ContentValue]]]:
        """Columns and rows of a content provider's table; who may ask is the caller's business.

        Raises:
            ContentError: what the app catches.
        """

    def content_file(self, uri: str) -> Path:
        """The host file behind a content URI of the media provider.

        Raises:
            ContentError: there is none.
        """

    def mocked_position(self, provider: str) -> tuple[float, float] | None:
        """Latitude and longitude that a test provider was given; None where the phone's own is."""

    def trusted_certificates(self, package: InstalledPackage) -> list[str]:
        """PEM certificates the app trusts: system store, user store where its config allows."""


class RuntimeHalf(Protocol):
    """What the system half may ask of the runtime."""

    async def boot(self) -> None:
        """Start: launcher in front, no app running. Called again after a reboot."""

    async def shutdown(self) -> None:
        """End every app process (SIGKILL) and service."""

    async def start_activity(
        self, package: str, activity: str, extras: dict[str, str]
    ) -> StartResult:
        """`am start`: returns once the process exists, not once it drew."""

    async def broadcast(self, action: str, package: str = "") -> None:
        """Hand a broadcast to every manifest receiver that hears it, starting its process.

        Args:
            action: the intent's action.
            package: the only app that gets it; empty: all that Android gives it to.
        """

    async def force_stop(self, package: str) -> None:
        """`am force-stop`: kill the app's processes and remove its windows."""

    def processes(self) -> list[ProcessInfo]:
        """Running app processes."""

    async def kill(self, pid: int) -> bool:
        """`kill PID` from a shell with the right to do so."""

    async def tap(self, x: int, y: int) -> None:
        """`input tap`."""

    async def swipe(self, x1: int, y1: int, x2: int, y2: int, milliseconds: int) -> None:
        """`input swipe`."""

    async def key(self, code: str) -> None:
        """`input keyevent`: KEYCODE_BACK, KEYCODE_HOME, KEYCODE_WAKEUP, or a number."""

    async def text(self, text: str) -> None:
        """`input text` into the focused field."""

    async def screenshot(self) -> bytes:
        """PNG of the screen as it is."""

    async def hierarchy(self) -> str:
        """XML of the screen as `uiautomator dump` and uiautomator2 print it."""

    def focused(self) -> tuple[str, str] | None:
        """Package and activity of the focused window."""

    def dump_windows(self) -> str:
        """Text of `dumpsys window windows` as far as clients read it."""

    def dump_activities(self) -> str:
        """Text of `dumpsys activity activities` as far as clients read it."""

    async def show_system_dialog(self, name: str) -> None:
        """Fault: a dialog from the system (low_battery, update, crash, anr, wifi_sign_in)."""

    async def start_uiautomator(self) -> None:
        """Serve uiautomator2's JSON-RPC on device port 9008 until `stop_uiautomator`."""

    async def stop_uiautomator(self) -> None:
        """End uiautomator2's server."""

    async def start_frida(self, port: int) -> None:
        """Serve the Frida endpoint on a device-side port (a pushed frida-server was run)."""

    async def stop_frida(self) -> None:
        """End the Frida endpoint; attached sessions detach."""

    async def crash(self, package: str) -> None:
        """Fault: the app's process dies as by an uncaught exception."""
