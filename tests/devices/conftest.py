"""Twins without app processes, an adb server of their own, a CA and frida-server files."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import frida
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from farm.devices.adb import Adb
from farm.devices.pool import DevicePool
from farm.devices.profiles import DeviceProfile, load_profiles
from farm.model.errors import DeviceError
from farm.paths import DEVICE_PROFILES
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.runtime.frida_server_file import make_frida_server
from tests.twin.adb_server import AdbServer
from tests.twin.headless import HeadlessRuntime

ARCHITECTURES = {"arm64-v8a": "arm64", "armeabi-v7a": "arm", "x86_64": "x86_64", "x86": "x86"}


@pytest.fixture(scope="session")
def server() -> Iterator[AdbServer]:
    server = AdbServer()
    asyncio.run(server.run("start-server"))
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def fleet() -> AsyncIterator[TwinFleet]:
    async with TwinFleet(HeadlessRuntime) as fleet:
        yield fleet


@pytest.fixture
async def adb(server: AdbServer) -> AsyncIterator[Adb]:
    async with Adb(port=server.port) as adb:
        yield adb


@pytest.fixture(scope="session")
def profiles() -> list[DeviceProfile]:
    return load_profiles(DEVICE_PROFILES)


@pytest.fixture
async def connect(fleet: TwinFleet, adb: Adb) -> AsyncIterator[object]:
    """Boot a twin of a profile and connect it; the adb server forgets it afterwards."""
    serials = []

    async def connect(profile: str, **options: float) -> object:
        phone = await fleet.add(profile, boot_seconds=0.05, **options)  # type: ignore[arg-type]
        await adb.connect(phone.serial)
        serials.append(phone.serial)
        return phone

    yield connect
    for serial in serials:
        await adb.disconnect(serial)


async def plug_again(adb: Adb, twin: TwinPhone) -> None:
    """Plug the cable in and wait until the server has the phone online: it may lag behind."""
    await twin.faults.plug()
    await adb.disconnect(twin.serial)
    async with asyncio.timeout(30):
        while True:
            await adb.connect(twin.serial)
            try:
                await adb.features(twin.serial)
                return
            except DeviceError:
                await asyncio.sleep(0.1)


@pytest.fixture
async def pool(adb: Adb, profiles: list[DeviceProfile]) -> AsyncIterator[DevicePool]:
    async with DevicePool(profiles, adb) as pool:
        yield pool


@pytest.fixture(scope="session")
def ca_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "farm test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2040, 1, 1))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="session")
def frida_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frida")
    for abi, architecture in ARCHITECTURES.items():
        name = f"frida-server-{frida.__version__}-android-{architecture}"
        data = make_frida_server(frida.__version__, abi)
        (folder / name).write_bytes(data)
        (folder / f"{name.replace('-server-', '-gadget-')}.so").write_bytes(data)
    return folder
