"""Twins without app processes, an adb server of their own, and small signed APKs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from farm.twin.building.apk import sign
from farm.twin.building.tools import run_tool
from farm.twin.phone import TwinFleet, TwinPhone
from tests.twin.adb_server import AdbServer, Answer
from tests.twin.headless import HeadlessRuntime

Adb = Callable[..., Awaitable[Answer]]
FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"


@pytest.fixture(scope="session")
def server() -> Iterator[AdbServer]:
    server = AdbServer()
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def fleet() -> AsyncIterator[TwinFleet]:
    async with TwinFleet(HeadlessRuntime) as fleet:
        yield fleet


@pytest.fixture
async def phone(fleet: TwinFleet) -> TwinPhone:
    return await fleet.add("xiaomi-mi8-android9-su", boot_seconds=0.05)


@pytest.fixture
async def adb(phone: TwinPhone, server: AdbServer) -> AsyncIterator[Adb]:
    await server.run("connect", phone.serial)

    async def run(*arguments: str, data: bytes = b"") -> Answer:
        return await server.run("-s", phone.serial, *arguments, data=data)

    yield run
    await server.run("disconnect", phone.serial)


MANIFEST = """<manifest xmlns:android="http://schemas.android.com/apk/res/android"
 package="com.example.tiny" {split} android:versionCode="{code}" android:versionName="{code}.0">
 <uses-sdk android:minSdkVersion="21" android:targetSdkVersion="28"/>
 <uses-permission android:name="android.permission.READ_PHONE_STATE"/>
 <uses-permission android:name="android.permission.INTERNET"/>
 <application android:label="Tiny" {application}>{activity}</application></manifest>"""
ACTIVITY = """<activity android:name=".Main"><intent-filter>
 <action android:name="android.intent.action.MAIN"/>
 <category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>"""


def build(folder: Path, code: int, developer: str, split: str = "") -> Path:
    folder.mkdir()
    manifest = folder / "AndroidManifest.xml"
    manifest.write_text(
        MANIFEST.format(
            code=code,
            split=f'split="{split}"' if split else "",
            application='android:hasCode="false"' if split else "",
            activity="" if split else ACTIVITY,
        )
    )
    run_tool("aapt", "package", "-f", "-M", manifest, "-I", FRAMEWORK, "-F", folder / "raw.apk")
    return sign(folder / "raw.apk", developer) if developer else folder / "raw.apk"


@pytest.fixture(scope="session")
def apks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One app in versions 1 and 2, by another developer, unsigned, and a split."""
    folder = tmp_path_factory.mktemp("apks")
    return {
        "v1": build(folder / "v1", 1, "tiny"),
        "v2": build(folder / "v2", 2, "tiny"),
        "other": build(folder / "other", 2, "somebody-else"),
        "unsigned": build(folder / "unsigned", 1, ""),
        "split": build(folder / "split", 1, "tiny", "config.zh"),
    }
