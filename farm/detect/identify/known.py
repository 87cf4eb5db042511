"""The values of this session: what calls handed over, and what the farm knew of the phone.

A value from a call proves that the app had it. A value that only the farm knew (planted, or asked
from the phone) proves, where a flow carries it, that it left; how the app came by it is not seen.
"""

import ipaddress
from collections.abc import Iterator, Sequence

import msgspec

from farm.detect.identify.information import (
    STRONG_BITS,
    WEAK_BITS,
    information,
    is_common,
    is_placeholder,
)
from farm.detect.identify.positions import parse
from farm.detect.timeline import Placed
from farm.model.events import Call, PhoneIdentity
from farm.model.session import Session
from farm.model.vocabulary import PERSONAL, DataType

_MOST_VALUES = 4000
_LONGEST_VALUE = 4096

GROUPED = {DataType.INSTALLED_APPS: 3, DataType.RUNNING_APPS: 3}
"""Lists of common words: one entry says nothing, so many together do."""

IDENTIFIERS = frozenset(
    {
        DataType.IMEI,
        DataType.MEID,
        DataType.IMSI,
        DataType.ICCID,
        DataType.PHONE_NUMBER,
        DataType.SERIAL,
        DataType.ANDROID_ID,
        DataType.OAID,
        DataType.ADVERTISING_ID,
        DataType.WIFI_MAC,
        DataType.WIFI_BSSID,
        DataType.BLUETOOTH_MAC,
        DataType.ETHERNET_MAC,
        DataType.WIDEVINE_ID,
        DataType.GSF_ID,
        DataType.INSTANCE_ID,
        DataType.NATIONAL_ID,
        DataType.BANK_CARD,
        DataType.EMAIL,
    }
)
"""Types whose values are numbers or names of one phone, card or person; not free text."""

# Their calls may only start a request whose answer comes later, or not at all.
_BY_VALUE_ONLY = frozenset({DataType.OAID, DataType.ADVERTISING_ID})
POSITIONS = frozenset({DataType.LOCATION, DataType.PHOTO_LOCATION})
"""Types whose values are positions: one half of one says nothing."""

# Free text: a comma in it separates nothing.
_TEXTS = frozenset({DataType.CLIPBOARD, DataType.SMS, DataType.CALENDAR, DataType.CONTACTS})
_SYSTEM_PACKAGES = ("android", "com.android.", "com.google.android.")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One value with the events by which it is known."""

    value: str
    data_type: DataType
    calls: list[Placed]  # that handed it over, in order
    identities: list[Placed] = []  # `PhoneIdentity` events that name it
    bits: float  # information in it, see `information`
    together: int = 1  # needs so many of its type in one exchange, unless its name stands by

    @property
    def weak(self) -> bool:
        """Whether it says too little to count alone."""
        return self.together > 1

    def up_to(self, time: int) -> "Known":
        """As the farm knew it at a time (host ns): what it planted later nobody can have read."""
        identities = [placed for placed in self.identities if placed.interval.lo <= time]
        if len(identities) == len(self.identities):
            return self
        return msgspec.structs.replace(self, identities=identities)

    @property
    def seeded(self) -> bool:
        """Whether the farm planted it at random for this session."""
        return any(
            isinstance(placed.event.body, PhoneIdentity) and placed.event.body.how == "seeded"
            for placed in self.identities
        )


def handed_over(call: Call, package: str) -> bool:
    """Whether the call gave the app the information: no exception, and more than a placeholder.

    Opening the camera or the microphone hands over no value: it counts unless it failed. A list of
    apps or processes in which the app finds only itself tells it nothing about the user.
    """
    if call.error is not None:
        return False
    values = [value for value in call.values if not is_placeholder(value)]
    if call.data_type in GROUPED:
        values = [value for value in values if not _is_own(value, package)]
    if call.values:
        return bool(values)
    if call.data_type in _BY_VALUE_ONLY:
        return False
    if call.result is not None and not is_placeholder(call.result):
        return True
    return call.data_type in {DataType.CAMERA, DataType.MICROPHONE} and call.result is None


def _is_own(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ":")


def known_values(
    session: Session, calls: Sequence[Placed], identities: Sequence[Placed] = ()
) -> list[Known]:
    """The values of all calls that handed one over and of the phone's identity, strongest first.

    Facts that every app knows (model, versions, its own name) are left out.
    """
    common = _common_facts(session)
    shared = _build_properties(calls)
    by_call: dict[tuple[DataType, str], list[Placed]] = {}
    by_identity: dict[tuple[DataType, str], list[Placed]] = {}
    for placed in calls:
        call = placed.event.body
        if not isinstance(call, Call) or call.data_type not in PERSONAL:
            continue
        if not handed_over(call, session.app.package):
            continue
        for raw in _with_parts(call.data_type, call.values):
            value = _clean(raw)
            if call.data_type is DataType.DEVICE_NAME and value.lower() in shared:
                continue  # never renamed: any build property says the same
            if not _says_nothing(call.data_type, value, common):
                by_call.setdefault((call.data_type, value), []).append(placed)
    for placed in identities:
        identity = placed.event.body
        if not isinstance(identity, PhoneIdentity) or identity.data_type not in PERSONAL:
            continue
        for raw in _with_parts(identity.data_type, [identity.value]):
            value = _clean(raw)
            if not _says_nothing(identity.data_type, value, common):
                by_identity.setdefault((identity.data_type, value), []).append(placed)
    known: list[Known] = []
    for data_type, value in dict.fromkeys([*by_call, *by_identity]):
        bits = information(value)
        if bits < WEAK_BITS:
            continue
        known.append(
            Known(
                value=value,
                data_type=data_type,
                calls=by_call.get((data_type, value), []),
                identities=by_identity.get((data_type, value), []),
                bits=bits,
                together=GROUPED.get(data_type, 1 if bits >= STRONG_BITS else 2),
            )
        )
    known.sort(key=lambda one: (one.weak, not one.calls, one.data_type, one.value))
    return known[:_MOST_VALUES]


def _clean(raw: str) -> str:
    return raw.strip().strip('"')[:_LONGEST_VALUE]


def _with_parts(data_type: DataType, values: Sequence[str]) -> Iterator[str]:
    """Each value, and the members of one that the hooks joined: "lat,lon,1200"."""
    for value in values:
        yield value
        whole = data_type in POSITIONS and parse(value) is not None
        if "," in value and data_type not in _TEXTS and not whole:
            yield from (part for part in value.split(",") if len(part.strip()) >= 4)


def _build_properties(calls: Sequence[Placed]) -> frozenset[str]:
    """What the app was told of the phone's make, in lower case: it names nobody."""
    return frozenset(
        _clean(value).lower()
        for placed in calls
        if isinstance(call := placed.event.body, Call)
        and call.data_type is DataType.BUILD_PROPERTIES
        for value in call.values
    )


def _common_facts(session: Session) -> frozenset[str]:
    device, app = session.device, session.app
    facts = {
        device.manufacturer,
        device.brand,
        device.model,
        device.device,
        device.android_version,
        str(device.sdk),
        device.abi,
        device.build_fingerprint,
        f"{device.screen[0]}x{device.screen[1]}",
        app.package,
        app.label,
        app.version_name,
        str(app.version_code),
        app.main_activity,
        app.apk_sha256,
        app.signer_sha256,
        session.scenario_language,
    }
    return frozenset(fact.lower() for fact in facts if fact)


def _says_nothing(data_type: DataType, value: str, common: frozenset[str]) -> bool:
    if is_placeholder(value) or is_common(value) or value.lower() in common:
        return True
    if data_type in GROUPED:
        return value.startswith(_SYSTEM_PACKAGES)
    if data_type is DataType.IP_ADDRESS:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return True
        return not address.is_global
    return False
