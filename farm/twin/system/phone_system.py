"""The system half of a twin: holds the phone's state and answers the runtime (`SystemHalf`)."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from farm.twin.adb.ports import PortTable
from farm.twin.contracts import ContentValue, Identity, InstalledPackage, PortHandler, RuntimeHalf
from farm.twin.system.actor import ROOT_ACTOR, SHELL_ACTOR
from farm.twin.system.clock import PhoneClock
from farm.twin.system.commands.pushed import pushed_program
from farm.twin.system.commands.table import PROGRAMS
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.logcat import Log
from farm.twin.system.packages import PackageManager
from farm.twin.system.proc_files import add_proc_files
from farm.twin.system.processes import ProcessTable
from farm.twin.system.profile import TwinProfile
from farm.twin.system.providers.resolver import ContentProviders
from farm.twin.system.shell_context import Context, Exit, Program
from farm.twin.system.streams import Discard, NoInput
from farm.twin.system.system_image import add_programs, add_system_certificate
from farm.twin.system.touch_panel import TouchPanel
from farm.twin.system.trust import trusted_certificates

PROGRAM_FOLDERS = ("/system/bin/", "/system/xbin/", "/sbin/", "/vendor/bin/", "/bin/")


class PhoneSystem:
    """Everything of the phone that is not an app process, a window or the screen."""

    def __init__(
        self,
        *,
        profile: TwinProfile,
        identity: Identity,
        serial: str,
        root: Path,
        staging: Path,
        clock: PhoneClock,
        certificates: Sequence[str] = (),
    ) -> None:
        self.profile = profile
        self.identity = identity
        self.serial = serial
        self.root = root
        self.sdk = profile.sdk
        self.model = profile.properties["ro.product.model"]
        self.manufacturer = profile.properties["ro.product.manufacturer"]
        self.screen = profile.screen
        self.density = profile.density
        self.size_override: tuple[int, int] | None = None
        self.density_override: int | None = None
        self.clock = clock
        self.root_refused = False  # somebody tapped Deny in the root manager
        self.staging = staging
        self.files = Filesystem(root)
        self.log_buffers = Log()
        self.ports = PortTable()
        self.processes = ProcessTable(lambda: self.runtime.processes())
        self.packages_installed = PackageManager(
            self.files, profile.sdk, self.now_ns, list(profile.system_packages), staging
        )
        self.settings: dict[str, dict[str, str]] = {
            space: dict(profile.settings.get(space, {})) for space in ("global", "secure", "system")
        }
        self.settings["secure"]["android_id"] = identity.android_id
        self.providers = ContentProviders(identity, self.files, profile.sdk, self.now_ns)
        self.app_ops: dict[tuple[str, str], str] = {}  # (package, operation) -> mode
        self.test_providers: dict[str, tuple[float, float] | None] = {}  # positions set over adb
        self.properties: dict[str, str] = {}
        self.persistent: dict[str, str] = {}
        self.adbd_root = False
        self.selinux_enforcing = True
        self.screen_on = True
        self.touch_panel = TouchPanel(lambda: self.clock.uptime_ns())
        self.wifi_on = True
        self.battery: dict[str, str] = {}
        self.idle_whitelist: set[str] = set()
        self.runtime: RuntimeHalf
        self.request_reboot: Callable[[str], None] = lambda _reason: None
        self.before_command: Callable[[], Awaitable[None]]
        self._tasks: asyncio.TaskGroup | None = None
        for pem in certificates:
            add_system_certificate(self.files, profile.sdk, pem)
        add_programs(self.files, profile, PROGRAMS)
        add_proc_files(self)

    # Life

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Set the owner of background jobs and port handlers."""
        self._tasks = tasks
        self.ports.start(tasks)

    def reset_for_boot(self) -> None:
        """What a boot sets back: properties, mounts, root, logs, generated identifiers."""
        self.clock.booted()
        self.battery.clear()
        self.adbd_root = False
        self.screen_on = True
        self.files.remounted = False
        self.files.mounts.clear()
        self.test_providers.clear()
        self.log_buffers.clear({"main", "system", "crash", "events", "radio"})
        self.properties = {
            **self.profile.properties,
            "ro.serialno": self.identity.serial,
            "ro.boot.serialno": self.identity.serial,
            "ro.bootmode": "unknown",
            "sys.boot_completed": "",
            "init.svc.adbd": "running",
            "service.adb.root": "0",
            **self.persistent,
        }
        boot_id = str(uuid.uuid4())
        self.files.generated["/proc/sys/kernel/random/boot_id"] = lambda: f"{boot_id}\n".encode()

    def boot_completed(self) -> None:
        """The boot broadcast went out."""
        self.properties["sys.boot_completed"] = "1"
        self.properties["dev.bootcomplete"] = "1"
        self.properties["init.svc.bootanim"] = "stopped"
        self.log(
            "I", "ActivityManager", "User 0 state changed from RUNNING_LOCKED to RUNNING", 1290
        )

    # SystemHalf

    def now_ns(self) -> int:
        """The phone's time, ns since the epoch."""
        return self.clock.now_ns()

    def clock_skew(self) -> tuple[int, float, int]:
        """`(offset ns, drift ppm, host reference ns)`."""
        return self.clock.skew()

    def get_property(self, name: str) -> str:
        """A system property, empty if unset."""
        return self.properties.get(name, "")

    def get_setting(self, namespace: str, key: str) -> str | None:
        """A setting, None if unset."""
        return self.settings.get(namespace, {}).get(key)

    def package(self, name: str) -> InstalledPackage | None:
        """An installed app."""
        return self.packages_installed.get(name)

    def packages(self) -> list[InstalledPackage]:
        """All installed apps."""
        return self.packages_installed.all()

    def save_permissions(self, package: InstalledPackage) -> None:
        """Keep changed grants."""
        known = self.packages_installed.get(package.package)
        if known is not None:
            known.granted_permissions = set(package.granted_permissions)

    def log(self, priority: str, tag: str, message: str, pid: int = 0) -> None:
        """Write to logcat's main buffer, crashes to the crash buffer too."""
        buffer = "crash" if tag in ("AndroidRuntime", "DEBUG") and priority in "EF" else "main"
        self.log_buffers.write(self.now_ns(), buffer, priority, tag, message, pid or 1290)

    def log_event(self, tag: str, message: str, pid: int = 0) -> None:
        """Write to logcat's events buffer."""
        self.log_buffers.write(self.now_ns(), "events", "I", tag, message, pid or 1290)

    def listen(self, port: int, handler: PortHandler) -> None:
        """Serve a device-side port."""
        self.ports.listen(port, handler)

    def unlisten(self, port: int) -> None:
        """Stop serving a device-side port."""
        self.ports.unlisten(port)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a device-side port."""
        return await self.ports.connect(port)

    def query_content(
        self,
        uri: str,
        projection: list[str] | None,
        selection: str,
        arguments: list[str],
        order: str,
    ) -> tuple[list[str], list[list[ContentValue]]]:
        """Columns and rows of a content provider's table."""
        return self.providers.query(uri, projection, selection, arguments, order)

    def content_file(self, uri: str) -> Path:
        """The host file behind a content URI."""
        return self.providers.file(uri)

    def mocked_position(self, provider: str) -> tuple[float, float] | None:
        """Where a test provider says the phone is; fused and passive follow the others."""
        if provider in self.test_providers:
            return self.test_providers[provider]
        if provider in ("gps", "network"):
            return None
        return next((place for place in self.test_providers.values() if place), None)

    def trusted_certificates(self, package: InstalledPackage) -> list[str]:
        """PEM certificates the app trusts."""
        return trusted_certificates(self.files, package, self.sdk)

    # For the shell

    def program(self, name: str) -> Program | None:
        """The built-in program of that name or path."""
        for folder in PROGRAM_FOLDERS:
            if name.startswith(folder) and "/" not in name[len(folder) :]:
                name = name[len(folder) :]
                break
        if name == "su" and self.profile.root == "none":
            return None
        return PROGRAMS.get(name)

    def executable_file(self, context: Context, name: str) -> Program | None:
        """The program in a file that was pushed, if the actor may run it."""
        return pushed_program(context, context.path(name))

    def shell_context(
        self, context_streams: tuple[object, object, object], hangup: asyncio.Event
    ) -> Context:
        """A context for a new shell of adbd."""
        stdin, stdout, stderr = context_streams
        return Context(
            system=self,
            actor=ROOT_ACTOR if self.adbd_root else SHELL_ACTOR,
            stdin=stdin,  # type: ignore[arg-type]
            stdout=stdout,  # type: ignore[arg-type]
            stderr=stderr,  # type: ignore[arg-type]
            hangup=hangup,
            variables={
                "PATH": "/sbin:/system/sbin:/system/bin:/system/xbin:/odm/bin:/vendor/bin",
                "HOME": "/", "USER": "shell", "SHELL": "/system/bin/sh", "ANDROID_DATA": "/data",
                "ANDROID_ROOT": "/system", "EXTERNAL_STORAGE": "/sdcard",
                "TMPDIR": "/data/local/tmp",
            },
        )  # fmt: skip

    def run_background(
        self, context: Context, run: Callable[..., Awaitable[int]], tree: object
    ) -> None:
        """Run a command after `&`: it outlives the stream that started it."""
        if self._tasks is None:
            return
        inner = replace(
            context,
            stdin=NoInput(),
            stdout=Discard() if not context.detached else context.stdout,
            stderr=Discard() if not context.detached else context.stderr,
            hangup=asyncio.Event(),
            variables=dict(context.variables),
        )

        async def job() -> None:
            with suppress(Exit, OSError):
                await run(inner, tree)

        self._tasks.create_task(job())

    def spawn(self, work: Awaitable[None]) -> None:
        """Run something that outlives the command which started it."""
        if self._tasks is not None:

            async def job() -> None:
                await work

            self._tasks.create_task(job())

    async def force_stop(self, package: str) -> None:
        """End an app's processes."""
        await self.runtime.force_stop(package)
