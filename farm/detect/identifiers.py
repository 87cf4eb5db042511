"""The values this session's app was handed, and every form in which they may leave the phone.

Only values that a recorded call handed over are known: what the app could not have from a call
is never claimed. Values that say too little to stand for a person or phone are left out, or are
kept as `weak` and count only together.
"""

import hashlib
import ipaddress
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from farm.detect.timeline import Placed
from farm.model.events import Call
from farm.model.session import Session
from farm.model.vocabulary import PERSONAL, DataType

STRONG_BITS = 28.0
"""A value with less information than this never matches alone."""
_WEAK_BITS = 8.0
_MOST_VALUES = 4000
_LONGEST_VALUE = 4096

PLACEHOLDERS = frozenset(
    {
        "",
        "null",
        "none",
        "nil",
        "undefined",
        "unknown",
        "n/a",
        "<unknown ssid>",
        "false",
        "true",
        "[]",
        "{}",
        # What Android gives out instead of a hardware address since version 6 and 8.
        "02:00:00:00:00:00",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        # Limited ad tracking: an advertising id of zeros.
        "00000000-0000-0000-0000-000000000000",
        # One Android ID shared by many faulty phones (Android issue 10603): stands for nobody.
        "9774d56d682e549c",
    }
)
"""What systems answer instead of a value, lower case."""

_SEPARATORS = re.compile(r"[\s:\-._]")
_DIGESTS = ("md5", "sha1", "sha256", "sha512")
# Lists of common words: one entry says nothing, several together do.
_GROUPED = {DataType.INSTALLED_APPS: 3, DataType.RUNNING_APPS: 3}
# Their calls may only start a request whose answer comes later, or not at all.
_BY_VALUE_ONLY = frozenset({DataType.OAID, DataType.ADVERTISING_ID})
# Free text: a comma in it separates nothing.
_TEXTS = frozenset({DataType.CLIPBOARD, DataType.SMS})
_SYSTEM_PACKAGES = ("android", "com.android.", "com.google.android.")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One value with the calls that handed it over."""

    value: str
    data_type: DataType
    calls: list[Placed]  # in order
    bits: float  # information in it, see `information`
    weak: bool  # counts only beside `together - 1` others of the same type in one exchange
    together: int = 1


class Form(msgspec.Struct, frozen=True):
    """A known value as it may stand in a flow."""

    known: int  # index into the list of known values
    name: str  # "plain", "sha256", "md5 of upper case"
    pattern: bytes
    edges: str  # which characters may not touch it: "digit", "word", "hex", ""
    bits: float


def handed_over(call: Call, package: str) -> bool:
    """Whether the call gave the app the information: no exception, and more than a placeholder.

    Opening the camera or the microphone hands over no value: it counts unless it failed. A list of
    apps or processes in which the app finds only itself tells it nothing about the user.
    """
    if call.error is not None:
        return False
    values = [value for value in call.values if not is_placeholder(value)]
    if call.data_type in _GROUPED:
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


def is_placeholder(value: str) -> bool:
    """Whether the value is what systems answer when they have or give nothing."""
    text = value.strip().strip('"').lower()
    return text in PLACEHOLDERS or (bool(text) and not text.strip("0:-. "))


def information(value: str) -> float:
    """Cautious estimate of the bits in a value: by alphabet, or by the variety it really has."""
    if not value:
        return 0.0
    counts = Counter(value.lower())
    variety = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    if value.isdigit():
        alphabet = 10
    elif re.fullmatch(r"[0-9A-Fa-f:\-]+", value):
        alphabet = 16
    else:
        alphabet = 36
    carrying = sum(1 for character in value if character.isalnum())
    return carrying * min(math.log2(alphabet), variety)


def known_values(session: Session, calls: Sequence[Placed]) -> list[Known]:
    """Return the values of all calls that handed one over, strongest first, without facts that
    every app knows (model, versions, its own name)."""
    common = _common_facts(session)
    grouped: dict[tuple[DataType, str], list[Placed]] = {}
    for placed in calls:
        call = placed.event.body
        if not isinstance(call, Call) or call.data_type not in PERSONAL:
            continue
        if not handed_over(call, session.app.package):
            continue
        for raw in _with_parts(call):
            value = raw.strip().strip('"')[:_LONGEST_VALUE]
            if is_placeholder(value) or value.lower() in common or _says_nothing(call, value):
                continue
            grouped.setdefault((call.data_type, value), []).append(placed)
    known: list[Known] = []
    for (data_type, value), sources in grouped.items():
        bits = information(value)
        together = _GROUPED.get(data_type, 1 if bits >= STRONG_BITS else 2)
        if bits < _WEAK_BITS:
            continue
        known.append(
            Known(
                value=value,
                data_type=data_type,
                calls=sources,
                bits=bits,
                weak=together > 1,
                together=together,
            )
        )
    known.sort(key=lambda one: (one.weak, one.data_type, one.value))
    return known[:_MOST_VALUES]


def _with_parts(call: Call) -> Iterator[str]:
    """Each value, and the members of one that the hooks joined: "31.2304,121.4737"."""
    for value in call.values:
        yield value
        if "," in value and call.data_type not in _TEXTS:
            yield from (part for part in value.split(",") if len(part.strip()) >= 4)


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
        session.scenario_language,
    }
    return frozenset(fact.lower() for fact in facts if fact)


def _says_nothing(call: Call, value: str) -> bool:
    if call.data_type in _GROUPED:
        return value.startswith(_SYSTEM_PACKAGES)
    if call.data_type is DataType.IP_ADDRESS:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return True
        return not address.is_global
    return False


def forms(index: int, known: Known) -> Iterator[Form]:
    """Yield every form of a known value that is searched for, each pattern once."""
    seen: set[bytes] = set()
    for form in _all_forms(index, known):
        if form.pattern not in seen:
            seen.add(form.pattern)
            yield form


def _all_forms(index: int, known: Known) -> Iterator[Form]:
    variants = list(_variants(known.value))
    for name, text in variants:
        encoded = text.encode("utf-8", "surrogateescape")
        yield Form(index, name, encoded, _edges(text), known.bits)
    if known.together > 2:  # names of apps: digests of them are common knowledge
        return
    if known.bits >= STRONG_BITS:
        for name, text in variants[:1]:
            yield Form(index, f"{name} reversed", text[::-1].encode(), _edges(text), known.bits)
    for name, text in variants:
        suffix = "" if name == "plain" else " of " + name.removeprefix("plain ")
        for digest in _DIGESTS:
            raw = hashlib.new(digest, text.encode(), usedforsecurity=False).digest()
            plain, bits = raw.hex(), 8.0 * len(raw)
            yield Form(index, digest + suffix, plain.encode(), "hex", bits)
            yield Form(index, f"{digest}{suffix}, upper hex", plain.upper().encode(), "hex", bits)
            yield Form(index, f"{digest}{suffix}, raw", raw, "", bits)
            if digest == "md5":  # the "16-digit MD5": the middle half
                middle = plain[8:24]
                yield Form(index, f"md5{suffix}, middle 16", middle.encode(), "hex", 64.0)
                upper = f"md5{suffix}, middle 16, upper hex"
                yield Form(index, upper, middle.upper().encode(), "hex", 64.0)


def _variants(value: str) -> Iterator[tuple[str, str]]:
    yield "plain", value
    yield "plain lower case", value.lower()
    yield "plain upper case", value.upper()
    bare = _SEPARATORS.sub("", value)
    if len(bare) >= 6 and bare != value:
        yield "plain without separators", bare
        yield "plain lower case without separators", bare.lower()
        yield "plain upper case without separators", bare.upper()
    if re.fullmatch(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", value):
        yield "plain with dashes", value.replace(":", "-")
        yield "plain lower case with dashes", value.replace(":", "-").lower()
        yield "plain upper case with dashes", value.replace(":", "-").upper()


def _edges(text: str) -> str:
    return "digit" if text[:1].isdigit() and text[-1:].isdigit() and text.isdigit() else "word"
