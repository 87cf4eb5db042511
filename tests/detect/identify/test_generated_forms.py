"""Every form of a value, in every chain of encodings, in every carrier, with its name and path.

Forms are made here from the standards' own words; the detector's tables are not asked.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.detect.decode.carriers import carriers
from farm.detect.identify.recognise import Hit
from farm.detect.identify.weigh import select
from farm.detect.matching import Scanner
from farm.model.exchange import Exchange
from farm.model.vocabulary import DataType
from tests.detect.decode.test_generated import CARRIERS, look_alikes, wrapped
from tests.detect.identify.test_recognise import PACKAGE, recogniser

IMEI, ANDROID_ID, MAC, PHONE = (
    "861536030196001",
    "9f8e7d6c5b4a3921",
    "A4:83:E7:12:5C:0B",
    "13952746810",
)
VALUES = {
    IMEI: DataType.IMEI,
    ANDROID_ID: DataType.ANDROID_ID,
    MAC: DataType.WIFI_MAC,
    PHONE: DataType.PHONE_NUMBER,
}
FOUND_BY = recogniser(*((data_type, [value]) for value, data_type in VALUES.items()))
SCANNER = Scanner(FOUND_BY.needles, FOUND_BY.shapes)


class Written(NamedTuple):
    """One form of a value, as evidence names it."""

    name: str
    value: str
    data: bytes
    alone: bool = True  # counts without a name beside it


def _sm3(data: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def _hash(name: str) -> Callable[[bytes], bytes]:
    return lambda data: hashlib.new(name, data, usedforsecurity=False).digest()


DIGESTS = {
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha224": _hash("sha224"),
    "sha256": _hash("sha256"),
    "sha384": _hash("sha384"),
    "sha512": _hash("sha512"),
    "sha3-224": _hash("sha3_224"),
    "sha3-256": _hash("sha3_256"),
    "sha3-384": _hash("sha3_384"),
    "sha3-512": _hash("sha3_512"),
    "sm3": _sm3,
}


def _java(text: str) -> int:
    value = 0
    for character in text:
        value = (value * 31 + ord(character)) % 2**32
    return value - 2**32 if value >= 2**31 else value


def _forms() -> list[Written]:
    made: list[Written] = []
    bare = MAC.replace(":", "")
    made += [Written("plain", value, value.encode()) for value in VALUES]
    made += [
        Written("plain upper case", ANDROID_ID, ANDROID_ID.upper().encode()),
        Written("plain lower case", MAC, MAC.lower().encode()),
        Written("plain without separators", MAC, bare.encode()),
        Written("plain with dashes", MAC, MAC.replace(":", "-").encode()),
        Written("plain with country", PHONE, b"86" + PHONE.encode()),
        Written("plain in groups, dashes", PHONE, b"139-5274-6810"),
        Written("plain in groups, spaces", PHONE, b"139 5274 6810"),
        Written("plain, first 14", IMEI, IMEI[:14].encode()),
        Written("plain, first 12", ANDROID_ID, ANDROID_ID[:12].encode()),
        Written("plain, last 12", ANDROID_ID, ANDROID_ID[-12:].encode()),
        Written("plain, decimal", ANDROID_ID, b"%d" % int(ANDROID_ID, 16)),
        Written("plain, signed decimal", ANDROID_ID, b"%d" % (int(ANDROID_ID, 16) - 2**64)),
        Written("plain, decimal", MAC, b"%d" % int(bare, 16)),
    ]
    made += [Written("plain reversed", value, value[::-1].encode()) for value in (IMEI, ANDROID_ID)]
    for value in VALUES:
        data = value.encode()
        for name, digest in DIGESTS.items():
            made.append(Written(name, value, digest(data).hex().encode()))
            made.append(Written(f"{name}, upper hex", value, digest(data).hex().upper().encode()))
            made.append(Written(f"{name}, first 20", value, digest(data).hex()[:20].encode()))
        md5 = DIGESTS["md5"]
        made.append(Written("md5, first 16", value, md5(data).hex()[:16].encode()))
        made.append(Written("md5, middle 16", value, md5(data).hex()[8:24].encode()))
        made.append(Written("md5 of md5", value, md5(md5(data).hex().encode()).hex().encode()))
        crc, java = zlib.crc32(data), _java(value)
        made.append(Written("crc32", value, b"%08x" % crc, alone=False))
        made.append(Written("crc32, decimal", value, b"%d" % crc, alone=False))
        made.append(Written("java hashCode, decimal", value, b"%d" % java, alone=False))
        for name in ("md5", "sha1", "sha256", "sm3"):
            digest = DIGESTS[name]
            salt = PACKAGE.encode()
            what = "package or signer"
            both = {
                f"{name} of value {what}": data + salt,
                f"{name} of {what} value": salt + data,
                f"{name} of value & {what}": data + b"&" + salt,
            }
            made += [Written(form, value, digest(raw).hex().encode()) for form, raw in both.items()]
        key = hmac.new(PACKAGE.encode(), data, "sha256").hexdigest().encode()
        made.append(Written("hmac-sha256 of value, key package or signer", value, key))
    other = DIGESTS["sha256"](IMEI.encode() + b"|" + ANDROID_ID.encode()).hex().encode()
    made.append(Written("sha256 of value | android_id", IMEI, other))
    return made


def _raw() -> list[Written]:
    number = int(IMEI)
    return [
        Written("plain, integer", IMEI, number.to_bytes(7, "big")),
        Written("plain, integer, little-endian", IMEI, number.to_bytes(7, "little")),
        Written("plain, packed digits", IMEI, bytes.fromhex(IMEI + "f")),
        Written("plain, packed digits behind a zero", IMEI, bytes.fromhex("0" + IMEI)),
        Written("plain, packed digits, low half first", IMEI, b"\x68\x51\x63\x30\x10\x69\x00\xf1"),
        Written("plain, raw", ANDROID_ID, bytes.fromhex(ANDROID_ID)),
        Written("plain, little-endian", ANDROID_ID, bytes.fromhex(ANDROID_ID)[::-1]),
        Written("plain, raw", MAC, bytes.fromhex(MAC.replace(":", ""))),
        *(
            Written(f"{name}, raw", value, digest(value.encode()))
            for name, digest in DIGESTS.items()
            for value in VALUES
        ),
    ]


def met(one: Exchange) -> list[Hit]:
    """All hits, before what counts is chosen."""
    return [
        hit
        for scan in SCANNER.scan(carriers(one))
        for occurrence in scan.occurrences
        for hit in FOUND_BY.hits(occurrence, 0)
    ]


Carry = Callable[[bytes, list[bytes]], tuple[Exchange, tuple[str, ...]]]


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(_forms()), look_alikes(), st.sampled_from(CARRIERS))
def test_a_form_is_found_with_its_name_and_path(
    choose: st.DataObject, form: Written, beside: list[bytes], carry: Carry
) -> None:
    data, steps = choose.draw(st.composite(lambda draw: wrapped(draw, form.data))())
    one, start = carry(data, beside)
    found = met(one)
    right = [hit for hit in found if FOUND_BY.known[hit.known].value == form.value]
    told = {(hit.name, hit.leaf.path) for hit in right}
    assert (form.name, (*start, *steps)) in told, told
    chosen = select(found, FOUND_BY.known)
    if form.alone:
        assert form.value in {FOUND_BY.known[hit.known].value for hit in chosen}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_raw()), look_alikes(), st.sampled_from(CARRIERS))
def test_a_form_of_bytes_is_found_with_its_name(
    form: Written, beside: list[bytes], carry: Carry
) -> None:
    one, start = carry(form.data, beside)
    found = select(met(one), FOUND_BY.known)
    told = {(FOUND_BY.known[hit.known].value, hit.name, hit.leaf.path) for hit in found}
    assert (form.value, form.name, start) in told


@settings(max_examples=150, deadline=None)
@given(look_alikes(), st.sampled_from(CARRIERS), st.integers(0, 2**64 - 1), st.randoms())
def test_forms_of_something_else_are_not_found(
    beside: list[bytes], carry: Carry, number: int, _choose: object
) -> None:
    digest = hashlib.sha256(b"%d" % number).hexdigest().encode()
    data = b"n=%d&d=%s&m=%s" % (number, digest, digest[:32])
    one, _ = carry(data, [*beside, b"%d" % (number >> 33), b"%08x" % (number & 0xFFFFFFFF)])
    assert select(met(one), FOUND_BY.known) == []
