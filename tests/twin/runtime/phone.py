"""A phone reduced to what the runtime asks of it, and small apps to run on it.

The apps are real: Java compiled against the twin's runtime jar, packed as an APK is.
"""

import asyncio
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from farm.twin.building.runtime_jar import JAVAC_FLAGS
from farm.twin.contracts import ContentValue, Identity, InstalledPackage, PortHandler
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.providers.resolver import ContentProviders

IDENTITY = Identity(
    imei="861234050000018",
    imei2="861234050000026",
    meid="A0000012345678",
    imsi="460001234567890",
    iccid="89860012345678901234",
    phone_number="+8613800000000",
    serial="twin0001",
    android_id="0123456789abcdef",
    oaid="oaid-1",
    advertising_id="6d0e1d2c-0000-4000-8000-000000000001",
    wifi_mac="02:00:5e:00:53:01",
    bluetooth_mac="02:00:5e:00:53:02",
    wifi_ssid="lab",
    wifi_bssid="02:00:5e:00:53:03",
    latitude=31.2,
    longitude=121.5,
    operator="46000",
    contacts=[("李雷", "13800000001")],
    messages=[("10086", "余额")],
    clipboard="clip",
)
PACKAGE = "com.example.app"


class SmallPhone:
    """Implements `SystemHalf` in memory."""

    def __init__(self, root: Path, *, sdk: int = 28, manufacturer: str = "Google") -> None:
        self.serial = "small"
        self.root = root
        self.identity = IDENTITY
        self.sdk = sdk
        self.model = "Small"
        self.manufacturer = manufacturer
        self.screen = (540, 960)
        self.density = 240
        self.skew = (0, 0.0, 0)
        self.settings: dict[tuple[str, str], str] = {}
        self.installed: dict[str, InstalledPackage] = {}
        self.lines: list[tuple[str, str, str, int]] = []
        self.events: list[tuple[str, str]] = []
        self.ports: dict[int, PortHandler] = {}
        self.servers: list[asyncio.Server] = []
        self.mocked: tuple[float, float] | None = None
        self.files = Filesystem(root / "files")
        self.providers = ContentProviders(self.identity, self.files, sdk, self.now_ns)

    def now_ns(self) -> int:
        return time.time_ns() + self.skew[0]

    def clock_skew(self) -> tuple[int, float, int]:
        return self.skew

    def get_property(self, name: str) -> str:
        return {"ro.product.brand": "test", "ro.product.name": "small"}.get(name, "")

    def get_setting(self, namespace: str, key: str) -> str | None:
        return self.settings.get((namespace, key))

    def package(self, name: str) -> InstalledPackage | None:
        return self.installed.get(name)

    def packages(self) -> list[InstalledPackage]:
        return list(self.installed.values())

    def save_permissions(self, package: InstalledPackage) -> None:
        self.installed[package.package] = package

    def log(self, priority: str, tag: str, message: str, pid: int = 0) -> None:
        self.lines.append((priority, tag, message, pid))

    def log_event(self, tag: str, message: str, pid: int = 0) -> None:
        self.events.append((tag, message))

    def listen(self, port: int, handler: PortHandler) -> None:
        self.ports[port] = handler

    def unlisten(self, port: int) -> None:
        self.ports.pop(port, None)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Device-side ports of these tests are ports of this machine."""
        return await asyncio.open_connection("127.0.0.1", port)

    def query_content(
        self,
        uri: str,
        projection: list[str] | None,
        selection: str,
        arguments: list[str],
        order: str,
    ) -> tuple[list[str], list[list[ContentValue]]]:
        return self.providers.query(uri, projection, selection, arguments, order)

    def content_file(self, uri: str) -> Path:
        return self.providers.file(uri)

    def mocked_position(self, provider: str) -> tuple[float, float] | None:
        return self.mocked

    def trusted_certificates(self, package: InstalledPackage) -> list[str]:
        return []

    def install(self, apk: Path, package: str = PACKAGE, permissions: tuple[str, ...] = ()) -> None:
        """Install an app with one activity, `Main`."""
        self.installed[package] = InstalledPackage(
            package=package,
            label="示例应用",
            version_name="1.0",
            version_code=1,
            target_sdk=28,
            uid=10100,
            apks=[apk],
            main_activity=f"{package}.Main",
            activities=[f"{package}.Main", f"{package}.Second"],
            requested_permissions=list(permissions),
            granted_permissions=set(),
            signer_sha256="00" * 32,
        )

    async def expose(self, port: int) -> int:
        """A real loopback port that leads to a device-side port, as `adb forward` gives one."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            handler = self.ports.get(port)
            if handler is None:
                writer.close()
                return
            await handler(reader, writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.servers.append(server)
        number: int = server.sockets[0].getsockname()[1]
        return number

    def close(self) -> None:
        for server in self.servers:
            server.close()


def pack_app(folder: Path, source: str, runtime_jar: Path, extra: dict[str, bytes]) -> Path:
    """Compile `Main.java` of the test package and pack it as `assets/jvm/classes.jar`."""
    code = folder / "Main.java"
    code.write_text(source, encoding="utf-8")
    classes = folder / "classes"
    subprocess.run(
        ["javac", *JAVAC_FLAGS, "-cp", str(runtime_jar), "-d", str(classes), str(code)],
        check=True,
        timeout=60,
    )
    jar = folder / "classes.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted(classes.rglob("*.class")):
            archive.write(file, str(file.relative_to(classes)))
    apk = folder / "base.apk"
    with zipfile.ZipFile(apk, "w") as archive:
        archive.write(jar, "assets/jvm/classes.jar")
        for name, data in extra.items():
            archive.writestr(name, data)
    return apk


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        await asyncio.sleep(0.02)
