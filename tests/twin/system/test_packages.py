"""`adb install` and `pm` with real APKs, in Android's own words."""

from pathlib import Path

from farm.twin.phone import TwinPhone
from tests.twin.system.conftest import Adb

NAME = "com.example.tiny"
PHONE_STATE = "android.permission.READ_PHONE_STATE"
Apks = dict[str, Path]


async def test_streamed_install_then_uninstall(phone: TwinPhone, adb: Adb, apks: Apks) -> None:
    answer = await adb("install", str(apks["v1"]))
    assert "Success" in answer.text, answer
    package = phone.system.package(NAME)
    assert package is not None
    assert (package.version_code, package.target_sdk, package.label) == (1, 28, "Tiny")
    assert package.main_activity == "com.example.tiny.Main"
    assert package.granted_permissions == {"android.permission.INTERNET"}
    place = (await adb("shell", "pm", "path", NAME)).out.decode().strip().removeprefix("package:")
    size = (await adb("shell", f"stat -c %s {place}")).out
    assert int(size) == apks["v1"].stat().st_size
    assert b"package:com.example.tiny\n" in (await adb("shell", "pm list packages -3")).out
    assert "Success" in (await adb("uninstall", NAME)).text
    assert phone.system.package(NAME) is None
    assert "Failure" in (await adb("uninstall", NAME)).text
    assert list((phone.system.root / "data/app").iterdir()) == []


async def test_failures_of_replacing(phone: TwinPhone, adb: Adb, apks: Apks) -> None:
    assert "Success" in (await adb("install", "-r", str(apks["v2"]))).text
    older = await adb("install", "-r", str(apks["v1"]))
    assert older.code == 1
    assert "INSTALL_FAILED_VERSION_DOWNGRADE" in older.text
    assert "INSTALL_FAILED_UPDATE_INCOMPATIBLE" in (await adb("install", str(apks["other"]))).text
    assert "Success" in (await adb("install", "-r", "-d", str(apks["v1"]))).text


async def test_broken_and_unsigned_files(adb: Adb, apks: Apks, tmp_path: Path) -> None:
    junk = tmp_path / "junk.apk"
    junk.write_bytes(b"PK\x03\x04" + b"x" * 5_000)
    assert "INSTALL_PARSE_FAILED" in (await adb("install", str(junk))).text
    unsigned = (await adb("install", str(apks["unsigned"]))).text
    assert "INSTALL_PARSE_FAILED_NO_CERTIFICATES" in unsigned
    assert "Success" in (await adb("install", str(apks["v1"]))).text


async def test_full_disk(phone: TwinPhone, adb: Adb, apks: Apks) -> None:
    phone.faults.fill_disk()
    assert "INSUFFICIENT_STORAGE" in (await adb("install", str(apks["v1"]))).text
    assert "No space left" in (await adb("shell", "echo x > /data/local/tmp/x")).text
    phone.faults.fill_disk(False)
    assert "Success" in (await adb("install", str(apks["v1"]))).text


async def test_splits_grants_and_permissions(phone: TwinPhone, adb: Adb, apks: Apks) -> None:
    both = await adb("install-multiple", "-g", str(apks["v1"]), str(apks["split"]))
    assert "Success" in both.text, both
    package = phone.system.package(NAME)
    assert package is not None
    assert len(package.apks) == 2
    assert PHONE_STATE in package.granted_permissions
    assert (await adb("shell", f"pm revoke {NAME} {PHONE_STATE}")).code == 0
    assert PHONE_STATE not in package.granted_permissions
    assert f"{PHONE_STATE}: granted=false" in (await adb("shell", f"dumpsys package {NAME}")).text
    assert (await adb("shell", f"pm grant {NAME} {PHONE_STATE}")).code == 0
    undeclared = await adb("shell", f"pm grant {NAME} android.permission.CAMERA")
    assert undeclared.code == 255
    assert "has not requested permission" in undeclared.text
    alone = await adb("install-multiple", str(apks["split"]))
    assert alone.code == 1


async def test_classic_install_from_the_phone(adb: Adb, apks: Apks) -> None:
    await adb("push", str(apks["v1"]), "/data/local/tmp/it's.apk")
    answer = await adb("shell", r"""pm install -r -t "/data/local/tmp/it's.apk" """)
    assert answer.out == b"Success\n"


async def test_start_and_stop(phone: TwinPhone, adb: Adb, apks: Apks) -> None:
    await adb("install", str(apks["v1"]))
    resolved = await adb("shell", f"cmd package resolve-activity --brief {NAME}")
    assert resolved.out.splitlines()[-1] == b"com.example.tiny/.Main"
    started = await adb("shell", f"am start -W -n {NAME}/.Main --es key 'a b'")
    assert "Status: ok" in started.text
    pid = (await adb("shell", f"pidof {NAME}")).out.strip()
    assert pid.isdigit()
    assert pid in (await adb("shell", "ps -A -o PID,NAME")).out
    missing = await adb("shell", f"am start -n {NAME}/.Nothing")
    assert "does not exist" in missing.text
    await adb("shell", f"am force-stop {NAME}")
    assert (await adb("shell", f"pidof {NAME}")).code == 1
