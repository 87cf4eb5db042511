"""Asks a phone for the values by which it can be told, so that they are recognised in traffic.

Reads only; what a phone does not give is noted and costs nothing. Nothing is planted here.
"""

import re

from farm.devices.phone import Phone
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import DeviceNote, PhoneIdentity
from farm.model.vocabulary import AccessMode, DataType

NOTE = "identity"
"""Name of the notes about values that could not be read."""

_OWN_ANDROID_IDS = 26
"""From this API level on every app has an Android ID of its own, which adb cannot ask for
(developer.android.com, "Android 8.0 behavior changes", section "Privacy")."""

_WIFI_STATUS = 30
"""From this API level on the shell can ask for the state of Wi-Fi (AOSP, WifiShellCommand)."""

# WifiInfo.toString: the name in quotation marks, which later levels left out for a while.
SSID = re.compile(r'\bSSID: "?([^",\n]{1,64})"?,')
_BSSID = re.compile(r"\bBSSID: ([0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5})")
_HIDDEN = frozenset({"<unknown ssid>", "<none>", "02:00:00:00:00:00", "00:00:00:00:00:00"})

_ADDRESS = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.IGNORECASE)
_TEXT = re.compile(r"[\x21-\x7e]{4,64}")
_NUMBER = re.compile(r"[0-9]{15}")
_QUOTED = re.compile(r"'([^']*)'")


async def read_identity(phone: Phone) -> list[PhoneIdentity | DeviceNote]:
    """The phone's serial number, hardware addresses, IMEI and Android ID, as far as it says them.

    Raises:
        DeviceGone: the phone vanished.
    """
    found: list[PhoneIdentity | DeviceNote] = []
    await _wifi(phone, found)
    root = phone.profile.access is not AccessMode.GADGET
    # Build.getSerial() answers with the first of these that is set.
    await _ask(phone, found, DataType.SERIAL, "serial number", _TEXT, "getprop", "ro.serialno")
    address = ("settings", "get", "secure", "bluetooth_address")
    await _ask(phone, found, DataType.BLUETOOTH_MAC, "Bluetooth address", _ADDRESS, *address)
    if phone.info.sdk < _OWN_ANDROID_IDS:
        android_id = ("settings", "get", "secure", "android_id")
        await _ask(phone, found, DataType.ANDROID_ID, "Android ID", _TEXT, *android_id)
    else:
        found.append(_note("Android ID", "each app has its own since Android 8"))
    if root:
        wifi = ("cat", "/sys/class/net/wlan0/address")
        await _ask(phone, found, DataType.WIFI_MAC, "Wi-Fi address", _ADDRESS, *wifi, root=True)
        # The first transaction of IPhoneSubInfo is getDeviceId (AOSP, IPhoneSubInfo.aidl).
        call = ("service", "call", "iphonesubinfo", "1", "s16", "com.android.shell")
        await _ask(phone, found, DataType.IMEI, "IMEI", _NUMBER, *call, root=True)
    else:
        found.append(_note("Wi-Fi address and IMEI", "the phone has no root"))
    return found


async def _wifi(phone: Phone, found: list[PhoneIdentity | DeviceNote]) -> None:
    """Name and hardware address of the access point, as the Wi-Fi service tells the shell."""
    if phone.info.sdk >= _WIFI_STATUS:
        argv = ("cmd", "wifi", "status")
    else:  # the whole state is megabytes on some phones; this line of it is always near its start
        argv = ("sh", "-c", "dumpsys wifi | grep -m 1 mWifiInfo")
    try:
        answer = await phone.shell(*argv, timeout=15)
    except DeviceGone:
        raise
    except DeviceError as error:
        found.append(_note("Wi-Fi name", str(error)))
        return
    name, address = SSID.search(answer.stdout), _BSSID.search(answer.stdout)
    for data_type, what, told in (
        (DataType.WIFI_SSID, "Wi-Fi name", name),
        (DataType.WIFI_BSSID, "Wi-Fi access point's address", address),
    ):
        value = told[1] if told is not None else ""
        if not value or value in _HIDDEN:
            found.append(_note(what, "the phone is in no Wi-Fi, or does not tell"))
        else:
            found.append(PhoneIdentity(data_type=data_type, value=value, how="read", name=what))


async def _ask(
    phone: Phone,
    found: list[PhoneIdentity | DeviceNote],
    data_type: DataType,
    name: str,
    form: re.Pattern[str],
    *argv: str,
    root: bool = False,
) -> None:
    try:
        answer = await phone.shell(*argv, timeout=10, root=root)
    except DeviceGone:
        raise
    except DeviceError as error:
        found.append(_note(name, str(error)))
        return
    text = parcel_text(answer.stdout) if argv[0] == "service" else answer.stdout.strip()
    if answer.exit_code != 0 or not form.fullmatch(text) or text == "null":
        found.append(_note(name, f"`{argv[0]} {argv[1]}` gives none"))
        return
    found.append(PhoneIdentity(data_type=data_type, value=text, how="read", name=name))


def parcel_text(output: str) -> str:
    """The text in a parcel as `service call` prints it: the quoted column, without its dots."""
    return "".join("".join(_QUOTED.findall(output)).replace(".", "").split())


def _note(name: str, detail: str) -> DeviceNote:
    return DeviceNote(name=NOTE, detail=f"{name} was not read: {detail}"[:500])
