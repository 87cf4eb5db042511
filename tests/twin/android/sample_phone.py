"""A small phone with the real runtime, a world, and sample apps installed on it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

from farm.twin.building.apk import APKS, SAMPLES, build_app
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.building.sample import read_sample
from farm.twin.contracts import InstalledPackage
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from farm.twin.world import World
from tests.twin.runtime.phone import SmallPhone


class SamplePhone:
    """Installs, starts and taps sample apps by their folder's name."""

    def __init__(self, phone: SmallPhone, runtime: Runtime) -> None:
        self.phone = phone
        self.runtime = runtime

    def install(self, name: str, *, granted: bool = True) -> InstalledPackage:
        """Install a sample, with all its permissions or none."""
        sample = read_sample(SAMPLES / name)
        apk = build_app(SAMPLES / name, APKS / f"{name}.apk")
        package = InstalledPackage(
            package=sample.package,
            label=sample.label,
            version_name=sample.version_name,
            version_code=sample.version_code,
            target_sdk=sample.target_sdk,
            uid=10100 + len(self.phone.installed),
            apks=[apk],
            main_activity=sample.activities[0],
            activities=sample.activities,
            requested_permissions=sample.full_permissions,
            receivers=sample.receivers,
            granted_permissions=set(sample.full_permissions) if granted else set(),
            signer_sha256="00" * 32,
        )
        self.phone.installed[sample.package] = package
        (self.phone.root / "data" / "data" / sample.package).mkdir(parents=True, exist_ok=True)
        return package

    async def start(self, name: str) -> None:
        """Start the app's first activity."""
        package = self.phone.installed[f"com.example.{name}"]
        result = await self.runtime.start_activity(package.package, package.main_activity, {})
        assert not result.error, result.error

    async def see(self, text: str, seconds: float = 20) -> str:
        """The screen's XML as soon as a text is on it."""
        try:
            async with asyncio.timeout(seconds):
                while text not in (screen := await self.runtime.hierarchy()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{text!r} did not appear: {screen[:3000]}") from None
        return screen

    async def tap(self, text: str) -> None:
        """Tap the middle of the view with exactly this text."""
        screen = await self.see(f'text="{text}"')
        found = re.search(
            rf'text="{re.escape(text)}"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', screen
        )
        assert found, screen
        left, top, right, bottom = map(int, found.groups())
        await self.runtime.tap((left + right) // 2, (top + bottom) // 2)

    async def logged(self, text: str, seconds: float = 20) -> str:
        """The first line of the log that contains a text."""
        async with asyncio.timeout(seconds):
            while True:
                for _, tag, message, _ in self.phone.lines:
                    if text in f"{tag}: {message}":
                        return message
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def sample_phone(folder: Path, world: World, *, sdk: int = 28) -> AsyncIterator[SamplePhone]:
    """A booted phone whose network leads to `world`."""
    phone = SmallPhone(folder, sdk=sdk)
    options = RuntimeOptions(
        runtime_jar=build_runtime_jar(),
        routes=world.hosts,
        world_certificates=[world.ca_pem],
    )
    runtime = Runtime(phone, options)
    await runtime.boot()
    try:
        yield SamplePhone(phone, runtime)
    finally:
        await runtime.shutdown()
        phone.close()
