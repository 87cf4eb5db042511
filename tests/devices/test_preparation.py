from pathlib import Path
from typing import Any

import pytest

from farm.devices import certificates, frida_server
from farm.devices.adb import Adb
from farm.devices.identity import identify, prove_access
from farm.devices.phone import Phone
from farm.devices.preparation import PreparationPlan, clean, prepare
from farm.devices.profiles import DeviceProfile
from farm.model.errors import DeviceError, DeviceGone, SetupError
from tests.devices.conftest import plug_again
from tests.twin.system.conftest import build

ROOTED = ["xiaomi-mi8-android9-su", "emulator-android9-root", "pixel6-android13-su"]
GLOBALS = [
    "http_proxy",
    "stay_on_while_plugged_in",
    "window_animation_scale",
    "verifier_verify_adb_installs",
]


@pytest.fixture
def plan(ca_pem: bytes, frida_folder: Path) -> PreparationPlan:
    return PreparationPlan(proxy_port=9, ca_pem=ca_pem, frida_folder=frida_folder)


async def open_phone(adb: Adb, twin: Any, profiles: list[DeviceProfile]) -> Phone:
    phone = await identify(adb, twin.serial, profiles)
    await prove_access(phone)
    return phone


async def settings_of(phone: Phone) -> dict[str, str | None]:
    return {key: await phone.setting("global", key) for key in GLOBALS}


@pytest.mark.parametrize("profile", ROOTED)
async def test_prepare_and_clean_are_symmetrical(
    profile: str,
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    plan: PreparationPlan,
    ca_pem: bytes,
    tmp_path: Path,
) -> None:
    phone = await open_phone(adb, await connect(profile), profiles)
    before = await settings_of(phone)
    store_before = (await phone.shell("ls", certificates.SYSTEM_STORE)).stdout
    prepared = await prepare(phone, plan, state_folder=tmp_path)
    assert await phone.setting("global", "http_proxy") == f"127.0.0.1:{prepared.device_proxy_port}"
    assert await certificates.is_trusted(phone, certificates.store_name(ca_pem))
    assert await frida_server.listens(phone)
    assert prepared.frida_address.startswith("127.0.0.1:")
    await clean(phone, state_folder=tmp_path)
    assert await settings_of(phone) == before
    assert (await phone.shell("ls", certificates.SYSTEM_STORE)).stdout == store_before
    assert not await frida_server.listens(phone)
    assert list(tmp_path.iterdir()) == []
    assert await clean(phone, state_folder=tmp_path) == []
    await phone.release()


@pytest.mark.parametrize("other_host", [False, True])
async def test_the_next_lease_cleans_what_a_crash_left_behind(
    other_host: bool,
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    plan: PreparationPlan,
    tmp_path: Path,
) -> None:
    twin = await connect(ROOTED[0])
    crashed = await open_phone(adb, twin, profiles)
    before = await settings_of(crashed)
    await prepare(crashed, plan, state_folder=tmp_path / "a")
    await crashed.release()  # what the death of the controller does to its connections
    phone = await open_phone(adb, twin, profiles)
    undone = await clean(phone, state_folder=tmp_path / ("b" if other_host else "a"))
    assert "setting global http_proxy" in undone
    assert await settings_of(phone) == before
    assert not await frida_server.listens(phone)


async def test_a_phone_without_root_gets_proxy_and_no_frida_server(
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    plan: PreparationPlan,
    tmp_path: Path,
) -> None:
    phone = await open_phone(adb, await connect("huawei-p20-android8-locked"), profiles)
    prepared = await prepare(phone, plan, state_folder=tmp_path)
    assert {"ca", "frida"} <= {note.name for note in prepared.notes}
    assert await phone.setting("global", "http_proxy")
    with pytest.raises(DeviceError, match="needs root"):
        await phone.shell("id", root=True)
    await clean(phone, state_folder=tmp_path)
    assert await phone.setting("global", "http_proxy") is None
    await phone.release()


async def test_cleaning_goes_on_past_a_step_that_fails(
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    plan: PreparationPlan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone = await open_phone(adb, await connect(ROOTED[0]), profiles)
    await prepare(phone, plan, state_folder=tmp_path)

    async def refuse(*_: object) -> None:
        raise DeviceError("stuck")

    with monkeypatch.context() as patch:
        patch.setattr(frida_server, "stop", refuse)
        with pytest.raises(DeviceError, match="frida-server: stuck"):
            await clean(phone, state_folder=tmp_path)
    assert await phone.setting("global", "http_proxy") is None
    assert await clean(phone, state_folder=tmp_path) == ["frida-server"]
    await phone.release()


async def test_a_cable_pulled_while_preparing_keeps_the_ledger(
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    plan: PreparationPlan,
    tmp_path: Path,
) -> None:
    twin = await connect(ROOTED[0])
    phone = await open_phone(adb, twin, profiles)
    await prepare(phone, plan, state_folder=tmp_path)
    await twin.faults.unplug()
    with pytest.raises(DeviceGone):
        await clean(phone, state_folder=tmp_path)
    await plug_again(adb, twin)
    phone = await open_phone(adb, twin, profiles)
    assert "frida-server" in await clean(phone, state_folder=tmp_path)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda path: path.unlink(), "not there"),
        (lambda path: path.write_bytes(b"\xfd7zXZ\0" + bytes(40)), "unxz"),
        (lambda path: path.write_bytes(b"#!/bin/sh" + bytes(40)), "no ELF"),
        (lambda path: path.write_bytes(b"\x7fELF\2\1\1" + bytes(11) + b"\3\0" + bytes(40)), "ELF"),
        (lambda path: path.with_name(path.name + ".sha256").write_text("00" * 32), "sha256"),
    ],
)
def test_a_wrong_frida_server_file_is_named(
    spoil: Any, named: str, frida_folder: Path, tmp_path: Path
) -> None:
    name = frida_server.file_name("arm64-v8a")
    (tmp_path / name).write_bytes((frida_folder / name).read_bytes())
    assert frida_server.read_server_file(tmp_path, "arm64-v8a")
    spoil(tmp_path / name)
    with pytest.raises(SetupError, match=named):
        frida_server.read_server_file(tmp_path, "arm64-v8a")


async def test_a_frida_server_of_another_version_is_refused(
    adb: Adb,
    connect: Any,
    profiles: list[DeviceProfile],
    frida_folder: Path,
    tmp_path: Path,
) -> None:
    from farm.twin.runtime.frida_server_file import make_frida_server

    phone = await open_phone(adb, await connect(ROOTED[0]), profiles)
    (tmp_path / frida_server.file_name("arm64-v8a")).write_bytes(
        make_frida_server("16.0.1", "arm64-v8a")
    )
    with pytest.raises(SetupError, match=r"16\.0\.1"):
        await frida_server.start(phone, tmp_path)


def test_the_store_name_is_openssls_old_subject_hash(ca_pem: bytes, tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "ca.pem"
    path.write_bytes(ca_pem)
    answer = subprocess.run(
        ["openssl", "x509", "-subject_hash_old", "-noout", "-in", str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    assert certificates.store_name(ca_pem) == answer.stdout.strip() + ".0"


async def test_an_app_whose_data_would_outlast_its_removal_is_not_inspected(
    adb: Adb, connect: Any, profiles: list[DeviceProfile], tmp_path: Path
) -> None:
    """Of an updated system app only the update goes: the consent of before may stay with it."""
    twin = await connect(ROOTED[0])
    phone = await open_phone(adb, twin, profiles)
    apk, package = build(tmp_path / "app", 1, "tiny"), "com.example.tiny"
    await phone.install([apk])
    assert await phone.uninstall(package)
    assert not await phone.uninstall(package)
    await phone.install([apk])
    twin.system.packages_installed.system_packages.append(package)  # so it was an update
    plan = PreparationPlan(frida=False, packages=[package])
    with pytest.raises(DeviceError, match=r"cannot be removed: Success.*system image"):
        await prepare(phone, plan, state_folder=tmp_path)
    await phone.release()
