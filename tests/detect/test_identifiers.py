"""Known values and their forms: what is searched for, and what says too little."""

import base64
import hashlib
from collections.abc import Sequence

import pytest

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.node import Leaf
from farm.detect.decode.walk import leaves
from farm.detect.identifiers import forms, handed_over, information, known_values
from farm.detect.matching import Hit, Matcher, select
from farm.detect.timeline import Timeline
from farm.model.events import Call
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import ANDROID_ID, IMEI, MAC, Scene


def digest(name: str, data: bytes) -> "hashlib._Hash":
    return hashlib.new(name, data, usedforsecurity=False)


def matcher(*calls: tuple[DataType, list[str]]) -> Matcher:
    scene = Scene()
    for number, (data_type, values) in enumerate(calls):
        scene.call(1000 + number, data_type, values=values, value=None, result="x")
    timeline = Timeline(scene.streams, scene.clock)
    return Matcher(known_values(scene.session(), timeline.of(Stream.API, Call)))


def hits(found_by: Matcher, data: bytes) -> list[Hit]:
    carrier = Carrier(location="body", start="body", data=data, time=0)
    found: list[Hit] = []
    for leaf in leaves(carrier)[0]:
        found += found_by.search(leaf, 0)
    return select(found, found_by.known)


def names(found: Sequence[Hit]) -> list[str]:
    return [hit.form.name for hit in found]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (MAC.encode(), "plain"),
        (MAC.lower().encode(), "plain lower case"),
        (MAC.replace(":", "").encode(), "plain without separators"),
        (MAC.replace(":", "").lower().encode(), "plain lower case without separators"),
        (MAC.replace(":", "-").encode(), "plain with dashes"),
        (MAC[::-1].encode(), "plain reversed"),
        (digest("md5", MAC.encode()).hexdigest().encode(), "md5"),
        (digest("md5", MAC.encode()).hexdigest().upper().encode(), "md5, upper hex"),
        (digest("md5", MAC.encode()).hexdigest()[8:24].encode(), "md5, middle 16"),
        (digest("sha1", MAC.lower().encode()).hexdigest().encode(), "sha1 of lower case"),
        (
            digest("sha512", MAC.replace(":", "").encode()).hexdigest().encode(),
            "sha512 of without separators",
        ),
        (base64.b64encode(MAC.encode()), "plain"),
        (base64.b64encode(digest("sha256", MAC.encode()).digest()), "sha256, raw"),
    ],
)
def test_every_form_is_found(data: bytes, form: str) -> None:
    assert names(hits(matcher((DataType.WIFI_MAC, [MAC])), b'{"v":"' + data + b'"}')) == [form]


@pytest.mark.parametrize(
    "data",
    [
        b"9" + IMEI.encode(),
        IMEI.encode() + b"0",
        b"868030041234567",
        IMEI[:-1].encode(),
        b"1700000000123",
        b"6f1c9e0a-7a52-4b7e-9d2b-1f6a0c9d3e55",
        digest("md5", b"868030041234567").hexdigest().encode(),
        b"a" + digest("md5", IMEI.encode()).hexdigest().encode(),
        digest("sha256", b"").hexdigest().encode(),
    ],
)
def test_look_alikes_are_not_found(data: bytes) -> None:
    found_by = matcher((DataType.IMEI, [IMEI]), (DataType.ANDROID_ID, [ANDROID_ID]))
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
    assert hits(matcher((data_type, [value])), value.encode()) == []


def test_coordinates_count_together_only() -> None:
    found_by = matcher((DataType.LOCATION, ["31.230416,121.473701"]))
    assert hits(found_by, b"lat=31.230416&v=1") == []
    assert len(hits(found_by, b"lat=31.230416&lng=121.473701")) == 2
    assert names(hits(found_by, b"31.230416,121.473701")) == ["plain"] * len(
        hits(found_by, b"31.230416,121.473701")
    )


def test_app_names_count_in_company_of_others() -> None:
    apps = ["com.tencent.mm", "com.eg.android.AlipayGphone", "com.taobao.taobao"]
    found_by = matcher((DataType.INSTALLED_APPS, [*apps, "com.android.settings"]))
    assert hits(found_by, b"com.tencent.mm") == []
    assert hits(found_by, digest("md5", b"com.tencent.mm").hexdigest().encode()) == []
    assert len(hits(found_by, ",".join(apps).encode())) == 3


def test_chance_grows_with_what_was_searched_and_falls_with_information() -> None:
    found_by = matcher((DataType.IMEI, [IMEI]))
    (first,) = hits(found_by, IMEI.encode())
    small = found_by.chance(first.form)
    found_by.search(Leaf("body", ("body",), b"x" * 1_000_000), 0)
    assert small < found_by.chance(first.form) < 1e-5
    assert information("11111111") == 0
    assert information(IMEI) > 35 and information("home") < 28


def test_patterns_of_a_value_are_distinct() -> None:
    found_by = matcher((DataType.IMEI, [IMEI]))
    patterns = [form.pattern for form in forms(0, found_by.known[0])]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize(
    ("data_type", "values", "result", "error", "given"),
    [
        (DataType.IMEI, [IMEI], IMEI, None, True),
        (DataType.IMEI, [], None, "java.lang.SecurityException", False),
        (DataType.IMEI, [], None, None, False),
        (DataType.CONTACTS, [], "android.database.Cursor(12 rows)", None, True),
        (DataType.CONTACTS, [], None, None, False),
        (DataType.CAMERA, [], None, None, True),
        (DataType.CAMERA, [], None, "java.lang.SecurityException", False),
        (DataType.LOCATION, [], None, None, False),
        (DataType.OAID, [], "1008610", None, False),
        (DataType.RUNNING_APPS, ["com.example.eager", "com.example.eager:push"], "x", None, False),
        (DataType.RUNNING_APPS, ["com.example.eager", "com.other"], "x", None, True),
        (DataType.WIFI_MAC, ["02:00:00:00:00:00"], "02:00:00:00:00:00", None, False),
    ],
)
def test_what_counts_as_handed_over(
    data_type: DataType, values: list[str], result: str | None, error: str | None, given: bool
) -> None:
    call = Call(
        api="a",
        data_type=data_type,
        class_name="C",
        method="m",
        values=values,
        result=result,
        error=error,
        pid=1,
        tid=1,
    )
    assert handed_over(call, "com.example.eager") is given
