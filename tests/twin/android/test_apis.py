"""The Android classes answer as Android does, by permission, API level and target."""

from pathlib import Path

import pytest

from farm.twin.world import World
from tests.twin.android.sample_phone import SamplePhone, sample_phone
from tests.twin.runtime.phone import IDENTITY


async def answers(phone: SamplePhone, *, target_sdk: int, granted: bool) -> dict[str, str]:
    """What each API gave the app that calls them all."""
    package = phone.install("everything", granted=granted)
    package.target_sdk = target_sdk
    await phone.start("everything")
    await phone.tap("全部读取")
    await phone.logged("Everything: done")
    lines = [message for _, tag, message, _ in phone.phone.lines if tag == "Everything"]
    return dict(line.split("=", 1) for line in lines if "=" in line)


async def test_android_9_with_permissions_gives_the_phone_s_identity(phone: SamplePhone) -> None:
    got = await answers(phone, target_sdk=28, granted=True)
    expected = {
        "getDeviceId": IDENTITY.imei,
        "getImei": IDENTITY.imei,
        "getImei2": IDENTITY.imei2,
        "getMeid": IDENTITY.meid,
        "getSubscriberId": IDENTITY.imsi,
        "getSimSerialNumber": IDENTITY.iccid,
        "getLine1Number": IDENTITY.phone_number,
        "getSerial": IDENTITY.serial,
        "android_id": IDENTITY.android_id,
        "oaid": IDENTITY.oaid,
        "clipboard": IDENTITY.clipboard,
        "contacts": "1",
        "sms": "1",
        "interfaces": "lo,wlan0",
        "wlan0": IDENTITY.wifi_mac.replace(":", "").lstrip("0"),
        "ssid": f'"{IDENTITY.wifi_ssid}"',
        # Constant for apps that target Android 6 and later.
        "wifi.mac": "02:00:00:00:00:00",
        "bluetooth": "02:00:00:00:00:00",
        "camera": "opened",
        "audio": "recorded",
    }
    assert {name: got[name] for name in expected} == expected
    assert got["last_known"].startswith("31.")


async def test_without_permissions_reads_are_refused_as_android_does(phone: SamplePhone) -> None:
    got = await answers(phone, target_sdk=28, granted=False)
    assert got["getImei"].startswith("SecurityException: getImei: Neither user")
    assert "READ_PHONE_STATE" in got["getImei"]
    assert got["last_known"].startswith('SecurityException: "gps" location provider requires')
    assert "requires android.permission.READ_CONTACTS" in got["contacts"]
    assert got["camera"].startswith("RuntimeException: Fail to connect to camera service")
    assert got["android_id"] == IDENTITY.android_id  # needs no permission
    assert IDENTITY.imei not in " ".join(got.values())


@pytest.mark.parametrize(
    ("target_sdk", "imei", "mac"),
    [
        (28, "null", "null"),
        (29, "SecurityException: getImei: The user", "null"),
    ],
)
async def test_android_13_hides_lasting_identifiers(
    tmp_path: Path, world: World, target_sdk: int, imei: str, mac: str
) -> None:
    async with sample_phone(tmp_path, world, sdk=33) as phone:
        got = await answers(phone, target_sdk=target_sdk, granted=True)
    assert got["getImei"].startswith(imei)
    assert got["wlan0"] == mac
    assert got["android_id"] == IDENTITY.android_id
