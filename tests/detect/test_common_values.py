"""Whom the judgement must not accuse: of values that many phones share.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import hashlib
import json

import pytest

from farm.model.vocabulary import (
    DataType,
    Level,
)
from tests.detect.builders import Scene
from tests.detect.phones import MAKER, phone_with, sent

COMMON = (
    (DataType.SERIAL, "0123456789ABCDEF"),
    (DataType.SERIAL, "unknown"),
    (DataType.IMEI, "012345678912345"),
    (DataType.IMEI, "123456789012345"),
    (DataType.IMEI, "358240051111110"),
    (DataType.IMEI, "004999010640000"),
    (DataType.IMEI, "000000000000000"),
    (DataType.ANDROID_ID, "9774d56d682e549c"),
    (DataType.ANDROID_ID, "ffffffffffffffff"),
    (DataType.ANDROID_ID, ""),
    (DataType.WIFI_MAC, "02:00:00:00:00:00"),
    (DataType.WIFI_MAC, "02:15:B2:00:00:00"),
    (DataType.WIFI_MAC, "11:11:11:11:11:11"),
    (DataType.OAID, "00000000-0000-0000-0000-000000000000"),
    (DataType.WIFI_SSID, "AndroidWifi"),
    (DataType.LOCATION, "0.0,0.0"),
    (DataType.PHONE_NUMBER, "15555215554"),
)


@pytest.mark.parametrize(("data_type", "value"), COMMON)
def test_a_value_of_many_phones_tells_of_no_sending(data_type: DataType, value: str) -> None:
    scene = phone_with(data_type, value)
    scene.call(1300, data_type, value)
    scene.tells_connections = True
    body = {"a": value, "md5": hashlib.md5(value.encode()).hexdigest()}  # noqa: S324
    if "," in value:
        body |= dict(zip(("lat", "lng"), value.split(","), strict=True))
    scene.flow(1500, MAKER, body=json.dumps(body).encode())
    analysis = scene.end().judge()
    assert sent(analysis.findings) == []


@pytest.mark.parametrize("value", ["-1", "2147483647", "0.0,0.0", "-1,-1", "0,0,0"])
def test_what_systems_say_for_nothing_is_no_reading(value: str) -> None:
    scene = Scene().begin()
    scene.call(1300, DataType.CELL_LOCATION, value)
    assert scene.end().judge().findings == []


@pytest.mark.parametrize(
    ("data_type", "value"),
    [(DataType.SERIAL, "0123456789ABCDEF"), (DataType.IMEI, "358240051111110")],
)
def test_reading_a_common_value_is_a_reading_all_the_same(data_type: DataType, value: str) -> None:
    scene = Scene().begin()
    scene.call(1300, data_type, value)
    (finding,) = scene.end().judge().findings
    assert finding.level is Level.ACCESSED


def test_what_counts_half_way_is_nobodys_default() -> None:
    scene = Scene().begin()
    for at, number in ((1300, "861234567890120"), (1310, "012345678998761")):
        scene.call(at, DataType.IMEI, number)
        scene.flow(at + 200, MAKER, path=f"/?imei={number}")
    (finding,) = [one for one in scene.end().judge().findings if one.receiver is not None]
    assert finding.flow_count == 2


@pytest.mark.parametrize("renamed", [False, True])
def test_the_name_of_a_phone_that_nobody_named_is_its_makers(renamed: bool) -> None:
    name = "Lin's Redmi Note 8" if renamed else "Redmi Note 8"
    scene = Scene().begin()
    scene.call(1300, DataType.BUILD_PROPERTIES, "Redmi Note 8")
    scene.call(1310, DataType.DEVICE_NAME, name)
    scene.flow(1500, MAKER, body=json.dumps({"device_name": name}).encode())
    assert sent(scene.end().judge().findings) == [DataType.DEVICE_NAME] * renamed
