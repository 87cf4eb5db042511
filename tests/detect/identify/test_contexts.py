"""Names beside a value: word by word, in keys of the path and in text before it."""

import pytest

from farm.detect.decode.node import Leaf
from farm.detect.identify.contexts import key_beside, lexicon, names
from farm.model.vocabulary import DataType


@pytest.mark.parametrize(
    ("data_type", "key", "meant"),
    [
        (DataType.IMEI, "imei", True),
        (DataType.IMEI, "deviceImei", True),
        (DataType.IMEI, "X-Device-IMEI", True),
        (DataType.IMEI, "device_id", True),
        (DataType.IMEI, "timeid", False),
        (DataType.IMEI, "order_id", False),
        (DataType.PHONE_NUMBER, "userPhoneNumber", True),
        (DataType.PHONE_NUMBER, "microphone", False),
        (DataType.PHONE_NUMBER, "headphones", False),
        (DataType.LOCATION, "lat", True),
        (DataType.LOCATION, "platform", False),
        (DataType.LOCATION, "flat_rate", False),
        (DataType.WIFI_MAC, "mac_addr", True),
        (DataType.WIFI_MAC, "machine", False),
        (DataType.BUILD_PROPERTIES, "model", False),
    ],
)
def test_names(data_type: DataType, key: str, meant: bool) -> None:
    assert names(data_type, key) is meant


@pytest.mark.parametrize(
    ("path", "data", "value", "key"),
    [
        (("body", "json $.d.imei"), b"123", b"123", "imei"),
        (("body", "json $.imei", "base64"), b"123", b"123", "imei"),
        (("body", "json $.imei.value"), b"123", b"123", "imei"),
        (("body", "json $.a.b"), b"123", b"123", ""),
        (("query imei",), b"123", b"123", "imei"),
        (("body",), b'{"imei":"123"}', b"123", "imei"),
        (("body",), b'{\\"imei\\":\\"123\\"}', b"123", "imei"),
        (("body",), b"t=1&imei=123", b"123", "imei"),
        (("body",), b"imei: 123", b"123", "imei"),
        (("body", "json $.imei"), b"order=123", b"123", ""),  # the nearer name counts
        (("body",), b"imei is not 123", b"123", ""),
    ],
)
def test_the_name_that_stands_beside(
    path: tuple[str, ...], data: bytes, value: bytes, key: str
) -> None:
    leaf = Leaf("body", path, data)
    assert key_beside(DataType.IMEI, leaf, data.index(value)) == key


def test_every_name_is_written_as_it_is_compared() -> None:
    for data_type, listed in lexicon().items():
        for name in listed:
            assert names(data_type, name), (data_type, name)
