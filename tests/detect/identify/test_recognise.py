"""Every form of a value is found with its name and bound, and look-alikes are not."""

import base64
import gzip
import hashlib
import hmac
import json
import zlib

import pytest
from cryptography.hazmat.primitives import hashes

from farm.detect.decode.carriers import Carrier
from farm.detect.identify.known import known_values
from farm.detect.identify.recognise import Chance, Hit, Recogniser
from farm.detect.identify.weigh import select
from farm.detect.matching import Scanner
from farm.detect.timeline import Timeline
from farm.model.events import Call
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import ANDROID_ID, IMEI, MAC, Scene

PHONE = "13812345678"
POSITION = "31.230416,121.473701"
PACKAGE = "com.example.eager"


def recogniser(*calls: tuple[DataType, list[str]]) -> Recogniser:
    scene = Scene()
    for number, (data_type, values) in enumerate(calls):
        scene.call(1000 + number, data_type, values=values, value=None, result="x")
    timeline = Timeline(scene.streams, scene.clock)
    known = known_values(scene.session(), timeline.of(Stream.API, Call))
    return Recogniser.of(known, [PACKAGE])


def hits(found_by: Recogniser, data: bytes) -> list[Hit]:
    scanner = Scanner(found_by.needles, found_by.shapes)
    found: list[Hit] = []
    for scan in scanner.scan([Carrier(location="body", start="body", data=data, time=0)]):
        for occurrence in scan.occurrences:
            found += found_by.hits(occurrence, 0)
    return select(found, found_by.known)


def names(found: list[Hit]) -> list[str]:
    return [hit.name for hit in found]


def digest(name: str, text: str) -> "hashlib._Hash":
    return hashlib.new(name, text.encode(), usedforsecurity=False)


def sm3(text: str) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(text.encode())
    return state.finalize()


BARE = MAC.replace(":", "")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (MAC.encode(), "plain"),
        (MAC.lower().encode(), "plain lower case"),
        (BARE.encode(), "plain without separators"),
        (BARE.lower().encode(), "plain lower case without separators"),
        (MAC.replace(":", "-").encode(), "plain with dashes"),
        (b"a450.461f.7ce9", "plain lower case with dots"),
        (MAC[::-1].encode(), "plain reversed"),
        (digest("md5", MAC).hexdigest().encode(), "md5"),
        (digest("md5", MAC).hexdigest().upper().encode(), "md5, upper hex"),
        (digest("md5", MAC).hexdigest()[8:24].encode(), "md5, middle 16"),
        (digest("sha256", MAC).hexdigest()[:16].encode(), "sha256, first 16"),
        (digest("sha256", MAC).hexdigest()[:32].encode(), "sha256, first 32"),
        (digest("sha1", MAC.lower()).hexdigest().encode(), "sha1 of lower case"),
        (digest("sha512", BARE).hexdigest().encode(), "sha512 of without separators"),
        (digest("sha3_256", MAC).hexdigest().encode(), "sha3-256"),
        (sm3(MAC).hex().encode(), "sm3"),
        (sm3(BARE.lower()).hex().encode(), "sm3 of lower case without separators"),
        (f"{zlib.crc32(MAC.encode()):08x}".encode(), "crc32"),
        (str(zlib.crc32(MAC.encode())).encode(), "crc32, decimal"),
        (
            digest("md5", digest("md5", MAC).hexdigest()).hexdigest().encode(),
            "md5 of md5",
        ),
        (
            digest("sha256", f"{MAC}:{PACKAGE}").hexdigest().encode(),
            "sha256 of value : package or signer",
        ),
        (
            hmac.digest(PACKAGE.encode(), MAC.encode(), "sha256").hex().encode(),
            "hmac-sha256 of value, key package or signer",
        ),
        (base64.b64encode(MAC.encode()), "plain"),
        (base64.b64encode(digest("sha256", MAC).digest()), "sha256, raw"),
        (base64.b64encode(sm3(MAC)), "sm3, raw"),
    ],
)
def test_every_form_is_found(data: bytes, form: str) -> None:
    found = hits(recogniser((DataType.WIFI_MAC, [MAC])), b'{"v":"' + data + b'"}')
    assert names(found) == [form]


def test_a_digest_salted_with_another_known_value_names_both() -> None:
    found_by = recogniser((DataType.IMEI, [IMEI]), (DataType.ANDROID_ID, [ANDROID_ID]))
    data = digest("md5", f"{IMEI}_{ANDROID_ID}").hexdigest().encode()
    found = names(hits(found_by, b'{"v":"' + data + b'"}'))
    assert sorted(found) == ["md5 of imei _ value", "md5 of value _ android_id"]


@pytest.mark.parametrize(
    "written",
    [
        "138-1234-5678",
        "138 1234 5678",
        "+8613812345678",
        "8613812345678",
        "13812345678",
        "87654321831",
    ],
)
def test_phone_numbers_as_people_and_programs_write_them(written: str) -> None:
    found_by = recogniser((DataType.PHONE_NUMBER, [PHONE]))
    assert len(hits(found_by, json.dumps({"phone": written}).encode())) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16-le"])
def test_chinese_text_in_the_encodings_of_apps(encoding: str) -> None:
    text = "今天下午三点在人民广场见面"
    found = hits(recogniser((DataType.CLIPBOARD, [text])), b"\x01" + text.encode(encoding))
    assert [hit.known for hit in found] == [0]


def test_identifiers_as_raw_bytes() -> None:
    found_by = recogniser((DataType.ANDROID_ID, [ANDROID_ID]))
    packed = b"\x08\x01\x12\x08" + bytes.fromhex(ANDROID_ID) + b"\x18\x02"
    assert names(hits(found_by, gzip.compress(packed))) == ["plain, raw"]


@pytest.mark.parametrize(
    "data",
    [
        b"9" + IMEI.encode(),
        IMEI.encode() + b"0",
        b"868030041234567",
        IMEI[:8].encode(),  # the model
        IMEI[:-1].encode() + b"9",
        b"1700000000123",
        b"6f1c9e0a-7a52-4b7e-9d2b-1f6a0c9d3e55",
        digest("md5", "868030041234567").hexdigest().encode(),
        b"a" + digest("md5", IMEI).hexdigest().encode(),
        digest("md5", IMEI).hexdigest()[:15].encode(),
        digest("md5", IMEI).hexdigest()[:16].encode() + b"0" * 16,
        digest("sha256", "").hexdigest().encode(),
        digest("sha256", PACKAGE).hexdigest().encode(),
        ANDROID_ID[:8].encode(),
        b"imei=" + IMEI[:6].encode(),
    ],
)
def test_look_alikes_are_not_found(data: bytes) -> None:
    found_by = recogniser((DataType.IMEI, [IMEI]), (DataType.ANDROID_ID, [ANDROID_ID]))
    assert hits(found_by, data) == []


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (DataType.WIFI_MAC, "02:00:00:00:00:00"),
        (DataType.IMEI, "000000000000000"),
        (DataType.SERIAL, "unknown"),
        (DataType.ANDROID_ID, "9774d56d682e549c"),
        (DataType.SERIAL, "MI 8"),
        (DataType.WIFI_SSID, "home"),
        (DataType.IP_ADDRESS, "192.168.1.5"),
        (DataType.CLIPBOARD, "ok"),
    ],
)
def test_values_that_say_too_little_never_match_alone(data_type: DataType, value: str) -> None:
    assert hits(recogniser((data_type, [value])), value.encode()) == []


def test_a_weak_value_counts_beside_its_name_only() -> None:
    found_by = recogniser((DataType.SERIAL, ["8BKX1"]))
    assert hits(found_by, b'{"v":"8BKX1"}') == []
    (found,) = hits(found_by, b'{"serial_no":"8BKX1"}')
    assert found.key == "no" or "serial" in found.key


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"lat":31.230416,"lng":121.473701}', "position in WGS-84"),
        (b'{"lat":31.23042,"lng":121.4737}', "position in WGS-84"),
        (b'{"lat":31.2304,"lng":121.4737}', "position in WGS-84"),
        (b'{"lat":31.23,"lng":121.47}', "position in WGS-84"),
        (b'{"loc":{"x":"121.4737","y":"31.2304"}}', "position in WGS-84"),
        (b"gps=31.2304%2C121.4737", "position in WGS-84"),
        (b"121.473701;31.230416", "position in WGS-84"),
        (b'{"latE6":31230416,"lonE6":121473701}', "position in WGS-84, in 1e-6 degrees"),
    ],
)
def test_positions_at_any_rounding_and_in_every_system(data: bytes, form: str) -> None:
    found = hits(recogniser((DataType.LOCATION, [POSITION])), data)
    assert form in names(found) and len(found) <= 2


@pytest.mark.parametrize(
    ("data", "form"),
    [
        # as wgs84togcj02 of another implementation gives it
        (b'{"lat":39.91640428,"lng":116.4102445}', "position in GCJ-02"),
        (b'{"lat":"39.9164","lng":"116.4102"}', "position in GCJ-02"),
        (b"116.416627,39.922700", "position in BD-09"),
    ],
)
def test_positions_in_the_systems_of_chinese_maps(data: bytes, form: str) -> None:
    found = hits(recogniser((DataType.LOCATION, ["39.915,116.404"])), data)
    assert names(found) == [form]


@pytest.mark.parametrize(
    "data",
    [
        b'{"lat":31.230416}',  # one half
        b'{"lat":31.2390,"lng":121.4737}',  # a kilometre away
        b'{"lat":31.2310,"lng":121.4737}',  # 60 metres
        b"31.2304 " + b"x" * 500 + b" 121.4737",
        b'{"v1":"31.2","v2":"121.5"}',  # a version and something else
        b'{"lat":-31.2304,"lng":121.4737}',
        b'{"lat":131.2304,"lng":121.4737}',
        b'{"a":31.2304,"b":{"c":1},"far":"' + b"x" * 500 + b'"} 121.4737',
        b'{"version":"31.2.3.4","build":"121.4.1"}',
    ],
)
def test_other_numbers_are_no_position(data: bytes) -> None:
    assert hits(recogniser((DataType.LOCATION, [POSITION])), data) == []


def test_app_names_count_in_company_of_others() -> None:
    apps = ["com.tencent.mm", "com.eg.android.AlipayGphone", "com.taobao.taobao"]
    found_by = recogniser((DataType.INSTALLED_APPS, [*apps, "com.android.settings"]))
    assert hits(found_by, b"com.tencent.mm") == []
    assert hits(found_by, digest("md5", "com.tencent.mm").hexdigest().encode()) == []
    assert len(hits(found_by, ",".join(apps).encode())) == 3


def test_chance_counts_every_try() -> None:
    found_by = recogniser((DataType.IMEI, [IMEI]))
    (hit,) = hits(found_by, IMEI.encode())
    few, many = Chance(found_by.forms, 1000, 10), Chance(found_by.forms, 1_000_000, 10)
    assert few.of(hit.bits, named=False) < many.of(hit.bits, named=False) < 1e-4
    assert many.of(hit.bits, named=True) < many.of(hit.bits, named=False)
    twice = Chance([*found_by.forms, *found_by.forms], 1000, 10)
    assert twice.of(hit.bits, named=False) == pytest.approx(2 * few.of(hit.bits, named=False), 0.02)
    assert few.of(4, named=False) == 1.0


def test_chance_holds_for_random_text() -> None:
    """The bound is one: short values in random digits are not met more often than it says."""
    import random

    dice = random.Random(7)
    text = "".join(dice.choice("0123456789") for _ in range(200_000)).encode()
    met = 0
    bound = 0.0
    for _ in range(200):
        value = "".join(dice.choice("0123456789") for _ in range(6))
        found_by = recogniser((DataType.SERIAL, [value]))
        if not found_by.forms:
            continue
        plain = [form for form in found_by.forms if form.name == "plain"]
        bits = plain[0].bits
        bound += Chance(plain, len(text), 1).of(bits, named=False)
        met += text.count(value.encode()) > 0
    assert 10 < met <= bound * 1.2


def test_patterns_of_a_value_are_distinct() -> None:
    found_by = recogniser((DataType.IMEI, [IMEI]))
    patterns = [(needle.pattern, needle.caseless) for needle in found_by.needles]
    assert len(patterns) == len(set(patterns)) == len(found_by.needles)
