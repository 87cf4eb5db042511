"""Which values a session knows: handed over by a call, or planted and asked for by the farm."""

import pytest

from farm.detect.identify.information import STRONG_BITS, information
from farm.detect.identify.known import Known, handed_over, known_values
from farm.detect.timeline import Timeline
from farm.model.events import Call, PhoneIdentity
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import IMEI, MAC, Scene


def known_of(scene: Scene) -> list[Known]:
    timeline = Timeline(scene.streams, scene.clock)
    return known_values(
        scene.session(),
        timeline.of(Stream.API, Call),
        timeline.of(Stream.DEVICE, PhoneIdentity),
    )


def test_one_value_from_a_call_and_from_the_farm_is_known_once() -> None:
    scene = Scene()
    scene.add(Stream.DEVICE, 1, PhoneIdentity(data_type=DataType.WIFI_MAC, value=MAC, how="read"))
    scene.call(1500, DataType.WIFI_MAC, MAC)
    scene.call(1600, DataType.WIFI_MAC, MAC)
    (one,) = known_of(scene)
    assert len(one.calls) == 2 and len(one.identities) == 1
    assert not one.seeded and not one.weak


def test_what_the_farm_planted_is_said_to_be_planted() -> None:
    scene = Scene()
    planted = PhoneIdentity(
        data_type=DataType.CONTACTS, value="陈晓岚-7Q4ZKM2P", how="seeded", name="contact 1 name"
    )
    scene.add(Stream.DEVICE, 1, planted)
    (one,) = known_of(scene)
    assert one.seeded and one.calls == []
    assert one.bits >= STRONG_BITS


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (DataType.ANDROID_ID, "9774d56d682e549c"),
        (DataType.BUILD_PROPERTIES, "MI 8 of nobody"),
        (DataType.IMEI, "000000000000000"),
        (DataType.DEVICE_NAME, "MI 8"),  # the model's name
        (DataType.IP_ADDRESS, "192.168.1.7"),
    ],
)
def test_values_that_stand_for_nobody_are_not_known(data_type: DataType, value: str) -> None:
    scene = Scene()
    scene.add(Stream.DEVICE, 1, PhoneIdentity(data_type=data_type, value=value, how="read"))
    scene.call(1500, data_type, value)
    assert known_of(scene) == []


def test_information_is_cautious() -> None:
    assert information("11111111") == 0
    assert information(IMEI) > 35 and information("home") < STRONG_BITS
    assert information("陈晓岚") < STRONG_BITS  # a name of three characters
    assert information("今天下午三点在人民广场见面") > STRONG_BITS


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
