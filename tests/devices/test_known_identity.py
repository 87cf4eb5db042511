"""What a phone says of itself over adb, and what it does not say."""

from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.identity import identify, prove_access
from farm.devices.known_identity import NOTE, SSID, parcel_text, read_identity
from farm.devices.profiles import DeviceProfile
from farm.model.events import DeviceNote, PhoneIdentity
from farm.model.vocabulary import DataType


def test_a_parcel_as_phones_print_it() -> None:
    output = (
        "Result: Parcel(\n"
        "  0x00000000: 00000000 0000000f 00360038 00350031 '........8.6.1.5.'\n"
        "  0x00000010: 00360033 00330030 00390031 00300036 '3.6.0.3.0.1.9.6.'\n"
        "  0x00000020: 00300030 00000031                   '0.0.1...        ')\n"
    )
    assert parcel_text(output) == "861536030196001"
    assert parcel_text("Result: Parcel(ffffffff)") == ""


@pytest.mark.parametrize("profile", ["xiaomi-mi8-android9-su", "pixel6-android13-su"])
async def test_what_a_phone_says(
    profile: str, adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(profile)
    phone = await identify(adb, twin.serial, profiles)
    await prove_access(phone)
    told = await read_identity(phone)
    values = {one.data_type: one.value for one in told if isinstance(one, PhoneIdentity)}
    notes = [one.detail for one in told if isinstance(one, DeviceNote)]
    asked = await phone.check("getprop", "ro.serialno")
    assert values[DataType.SERIAL] == asked.strip()
    assert len(values) + len(notes) == 7
    assert values[DataType.WIFI_SSID] == twin.system.identity.wifi_ssid
    assert values[DataType.WIFI_BSSID] == twin.system.identity.wifi_bssid
    assert all(one.how == "read" for one in told if isinstance(one, PhoneIdentity))
    assert all(one.name == NOTE for one in told if isinstance(one, DeviceNote))
    assert any("Android ID" in note and "its own" in note for note in notes)
    assert DataType.ANDROID_ID not in values


@pytest.mark.parametrize("profile", ["xiaomi-mi8-android9-su", "pixel6-android13-su"])
async def test_a_phone_in_no_wifi_says_none(
    profile: str, adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(profile)
    twin.system.wifi_on = False
    phone = await identify(adb, twin.serial, profiles)
    await prove_access(phone)
    told = await read_identity(phone)
    types = {one.data_type for one in told if isinstance(one, PhoneIdentity)}
    assert not types & {DataType.WIFI_SSID, DataType.WIFI_BSSID}
    assert sum("Wi-Fi" in one.detail for one in told if isinstance(one, DeviceNote)) >= 2


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('mWifiInfo SSID: "Lab 1", BSSID: 02:1a:11:00:00:01, MAC: x', "Lab 1"),
        ("mWifiInfo SSID: Lab-1, BSSID: 02:1a:11:00:00:01, MAC: x", "Lab-1"),
        ("WifiInfo: SSID: <unknown ssid>, BSSID: 02:00:00:00:00:00", "<unknown ssid>"),
        ("mWifiInfo BSSID: 02:1a:11:00:00:01", None),
    ],
)
def test_the_name_in_what_wifi_info_prints(line: str, name: str | None) -> None:
    found = SSID.search(line)
    assert (found[1] if found else None) == name
