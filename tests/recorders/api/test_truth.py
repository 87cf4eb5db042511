"""The catalogue agrees with android.jar and androguard; an entry that does not is named."""

import msgspec
import pytest

from farm.model.signatures import source_type
from farm.recorders.api.catalogue import load_catalogue
from farm.recorders.api.entry import Api
from farm.recorders.api.truth import compare, mappings, permission_names, signatures


def entry(name: str, **changes: object) -> Api:
    return msgspec.structs.replace(load_catalogue().by_id()[name], **changes)


def test_the_shipped_catalogue_contradicts_nobody_and_says_what_is_open() -> None:
    apis = load_catalogue().apis
    comparison = compare(apis)
    assert comparison.contradictions == []
    assert comparison.verified["signatures"] > 500
    assert comparison.verified["permissions"] > 70
    names = {api.id for api in apis}
    assert {doubt.api for doubt in comparison.unverified} <= names
    assert sum(comparison.reasons.values()) == len(comparison.unverified)


@pytest.mark.parametrize(
    ("name", "changes", "what"),
    [
        ("telephony.imei", {"method": "getImeis"}, "has no public method getImeis"),
        ("telephony.imei", {"overloads": [["long"]]}, "no overload getImei(long)"),
        ("telephony.imei", {"levels": "21-"}, "levels begin with 21, the method with 26"),
        ("telephony.imei", {"levels": "28-"}, "levels begin with 28, the method with 26"),
        ("telephony.imei", {"levels": "26-33"}, "levels end with 33, the method with none"),
        (
            "telephony.neighboring_cells",
            {"levels": "3-"},
            "levels end with none, the method with 28",
        ),
        (
            "telephony.subscriber_id",
            {"permission": "android.permission.CAMERA", "alternatives": []},
            "android.permission.CAMERA, not ",
        ),
        ("wifi.state", {"permission": ""}, "no permission, not android.permission.ACCESS_WIFI"),
        ("sms.send_text", {"levels": "24-"}, "leave out 16"),
        (
            "telephony.imei",
            {"permission": "android.permission.READ_IMEI"},
            "Android has no permission android.permission.READ_IMEI",
        ),
    ],
)
def test_an_entry_that_contradicts_a_truth_is_named(
    name: str, changes: dict[str, object], what: str
) -> None:
    comparison = compare([entry(name, **changes)])
    assert [doubt.api for doubt in comparison.contradictions if what in doubt.what], comparison


@pytest.mark.parametrize(
    ("name", "yaml_like", "what"),
    [
        ("settings.secure.android_id", {"when": [{"argument": 2, "is": ["x"]}]}, "no argument 2"),
        ("telephony.listen", {"values": [{"from": "result"}]}, "result is not there"),
        (
            "packages.holding_permissions",
            {"values": [{"from": "result", "each": True, "get": ["package"]}]},
            "PackageInfo has no package",
        ),
        (
            "bluetooth.connected",
            {"values": [{"from": "result", "each": True, "get": ["getMac()"]}]},
            "BluetoothDevice has no getMac()",
        ),
    ],
)
def test_what_conditions_and_values_name_has_to_be_there(
    name: str, yaml_like: dict[str, object], what: str
) -> None:
    plain = msgspec.to_builtins(entry(name)) | yaml_like
    comparison = compare([msgspec.convert(plain, Api)])
    assert any(what in doubt.what for doubt in comparison.contradictions), comparison


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("oaid.heytap", "a class of no table"),
        ("packages.package_info_as_user", "a hidden method"),
        ("native.netlink", "a native function: no table of signatures here"),
        ("telephony.device_id", "whether it is older than API level 17"),
    ],
)
def test_what_cannot_be_verified_is_listed_with_its_reason(name: str, reason: str) -> None:
    comparison = compare([entry(name)])
    assert comparison.contradictions == []
    assert reason in comparison.reasons


def test_the_tables_agree_with_androguard_where_both_know_a_method() -> None:
    """Two truths from different hands: every overload that a mapping has stands in the table."""
    compared = 0
    for api in load_catalogue().apis:
        overloads = signatures().overloads(api.class_, api.method)
        known = {one.takes for one in overloads}
        for mapped in mappings().get((api.class_, api.method), []):
            if not overloads or mapped.level < 17:
                continue
            # AOSP hides some overloads from apps: the mappings see them, the tables do not.
            hidden = not any(len(one) == len(mapped.takes) for one in known)
            assert mapped.takes in known or hidden, (api.id, mapped, known)
            compared += mapped.takes in known
    assert compared > 500


def test_lists_of_permissions_are_those_of_the_platform() -> None:
    assert "android.permission.READ_PHONE_STATE" in permission_names()
    assert "android.permission.READ_IMEI" not in permission_names()


def test_array_types_of_the_runtime_are_those_of_the_tables() -> None:
    assert source_type("[Ljava.lang.String;") == "java.lang.String[]"
    assert source_type("[[B") == "byte[][]"
    assert source_type("int") == "int"
