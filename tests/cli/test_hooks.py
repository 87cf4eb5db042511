"""`farm hooks`: listing, explaining, checking, and trying a tester's own entry on a twin."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from farm.cli.hooks import app
from farm.model.errors import UsageError
from farm.paths import HOOK_CATALOGUE
from farm.recorders.api.catalogue import load_catalogue

runner = CliRunner()

OWN: dict[str, object] = {
    "id": "own.token",
    "class": "com.lab.sdk.Token",
    "method": "read",
    "overloads": [["android.content.Context", "java.lang.String"]],
    "when": [{"argument": 1, "is": ["device"]}],
    "levels": "21-",
    "permission": "",
    "data_type": "instance_id",
    "values": [{"from": 1}],
    "source": ["usage"],
    "reason": "a token of our own SDK",
}


def own(folder: Path, **changes: object) -> Path:
    (folder / "own.yaml").write_text(yaml.safe_dump({"version": 1, "apis": [OWN | changes]}))
    return folder


def test_list_filters_by_type_and_text() -> None:
    result = runner.invoke(app, ["list", "--type", "imei", "--contains", "getimei", "--json"])
    assert result.exit_code == 0
    assert [one["id"] for one in json.loads(result.stdout)] == ["telephony.imei"]
    everything = runner.invoke(app, ["list"])
    assert f"of {len(load_catalogue().apis)} entries" in everything.stderr


def test_a_folder_of_one_s_own_extends_the_list_and_the_digest(tmp_path: Path) -> None:
    result = runner.invoke(app, ["list", "--hooks", str(own(tmp_path)), "--contains", "own."])
    assert "com.lab.sdk.Token.read" in result.stderr
    both = load_catalogue(HOOK_CATALOGUE, [tmp_path])
    assert both.sha256 != load_catalogue().sha256
    assert both.by_id()["own.token"].class_ == "com.lab.sdk.Token"


def test_show_explains_overloads_conditions_and_who_vouches() -> None:
    result = runner.invoke(app, ["show", "settings.secure.android_id", "telephony.device_id"])
    assert result.exit_code == 0
    assert "argument 1, is ['android_id']" in result.stderr
    assert "java.lang.String getDeviceId(int) levels 23-" in result.stderr
    assert "API level 22: " in result.stderr
    assert "android.permission.READ_PHONE_STATE" in result.stderr


def test_show_suggests_what_was_meant() -> None:
    result = runner.invoke(app, ["show", "telephony.imie"])
    assert isinstance(result.exception, UsageError)
    assert "perhaps telephony.imei" in str(result.exception)


def test_check_is_clean_for_what_ships_and_counts_what_is_open() -> None:
    result = runner.invoke(app, ["check", "--json"])
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["comparison"]["contradictions"] == [] == said["breaches"]
    assert said["entries"] > 350


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class": "android.telephony.TelephonyManager", "source": ["AOSP"]}, "no public method"),
        ({"source": ["hearsay"]}, "own.yaml: own.token: source 'hearsay'"),
        (
            {
                "class": "android.provider.Settings$Secure",
                "method": "getString",
                "overloads": None,
                "when": [{"argument": 1, "is": ["android_id"]}],
            },
            "same conditions as settings.secure.android_id",
        ),
    ],
)
def test_check_names_what_is_wrong_with_one_s_own(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    folder = own(tmp_path, **changes)
    result = runner.invoke(app, ["check", "--hooks", str(folder)])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"data_type": "shoe_size"}, "entry 1 (own.token)"),
        ({"method": "no method"}, "field method"),
        ({"colour": "blue"}, "colour"),
        ({"id": "telephony.imei"}, "field id: used twice"),
        ({"levels": "always"}, 'field levels: expected "first-"'),
    ],
)
def test_a_mistake_names_file_entry_and_field(
    tmp_path: Path, changes: dict[str, object], place: str
) -> None:
    result = runner.invoke(app, ["list", "--hooks", str(own(tmp_path, **changes))])
    assert isinstance(result.exception, UsageError)
    assert "own.yaml" in str(result.exception)
    assert place in str(result.exception)


def test_try_says_what_it_cannot_do() -> None:
    result = runner.invoke(app, ["try"])
    assert isinstance(result.exception, UsageError)
    assert "name entries, or give --hooks" in str(result.exception)


def native(entry: str, **fields: object) -> dict[str, object]:
    """An entry of a native function of one's own."""
    common = ("levels", "permission", "data_type", "source", "reason")
    kept: dict[str, object] = {name: OWN[name] for name in common}
    return kept | {"id": entry, "kind": "native", "values": []} | fields


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"symbol": "opne"}, "C library has no function opne; correct the name, or name the lib"),
        ({"symbol": "unlink", "arguments": ["text"]}, "unlink is not called for a try"),
        ({"symbol": "open@GLIBC_2"}, "a name with a version cannot be called"),
        ({"symbol": "ALooper_prepare", "library": "libandroid.so"}, "has no ALooper_prepare, only"),
        ({"symbol": "open", "library": "libc.so"}, "none for functions of the C library"),
        ({"symbol": "read", "library": "../libx.so"}, "expected libNAME.so"),
        ({"symbol": "f", "library": "libx.so", "arguments": ["int"] * 13}, "at most 12"),
        (
            {"symbol": "f", "library": "libx.so", "arguments": ["float"]},
            "Invalid enum value 'float'",
        ),
        (
            {
                "symbol": "system",
                "arguments": ["text"],
                "when": [{"argument": 0, "contains": ["ls; touch it"]}],
            },
            "commands are printed by echo",
        ),
        (
            {
                "symbol": "popen",
                "arguments": ["text"],
                "when": [{"argument": 0, "starts": ["touch"]}],
            },
            "commands are printed by echo",
        ),
        (
            {
                "symbol": "execve",
                "arguments": ["text", "texts"],
                "when": [{"argument": 0, "path": ["/bin/*"]}],
            },
            "condition on argument 0",
        ),
        (
            {
                "symbol": "socket",
                "arguments": ["int"],
                "when": [{"argument": 0, "is": ["AF_NETLINK"]}],
            },
            "a decimal number",
        ),
    ],
)
def test_a_native_function_that_cannot_be_called_is_refused_with_what_to_do(
    tmp_path: Path, fields: dict[str, object], message: str
) -> None:
    entry = native("own.native", **fields)
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"version": 1, "apis": [entry]}))
    result = runner.invoke(app, ["try", "--hooks", str(tmp_path)])
    assert isinstance(result.exception, UsageError)
    assert "own.native" in str(result.exception)
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)


OWN_NATIVE = [
    native(
        "own.serial",
        library="liblab.so",
        symbol="lab_serial",
        arguments=["text", "int", "pointer", "texts"],
        when=[{"argument": 0, "starts": ["device"]}, {"argument": 1, "is": ["35"]}],
        values=[{"from": 2, "at": 8}, {"from": 2, "at": 64, "length": 6, "as": "mac"}],
    ),
    native(
        "own.span",
        library="liblab.so",
        symbol="strlen",  # a name that the C library has too
        arguments=["pointer"],
        values=[{"from": 0, "as": "span"}, {"from": "result"}],
    ),
    native(
        "own.status",
        symbol="stat",
        arguments=["text"],
        when=[{"argument": 0, "path": ["/proc/*/statm"]}],
        values=[{"from": 0}],
    ),
]


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
def test_try_calls_every_native_entry_and_one_s_own_on_a_twin(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"version": 1, "apis": OWN_NATIVE}))
    ids = [api.id for api in load_catalogue().apis if api.kind == "native"]
    ids += [str(entry["id"]) for entry in OWN_NATIVE]
    result = runner.invoke(app, ["try", *ids, "--hooks", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.stderr
    calls = [json.loads(line) for line in result.stdout.splitlines()]
    # Once each: the call that misses the conditions leaves no trace.
    assert sorted(call["api"] for call in calls) == sorted(ids)
    for call in calls:
        assert call["stack"][0].startswith("libcalls.so+0x"), call
        step = call["api"].replace(".", "_")
        assert any(f".NativeSteps.{step}(" in frame for frame in call["stack"]), call
    by_id = {call["api"]: call for call in calls}
    own = by_id["own.serial"]
    assert (own["class_name"], own["method"]) == ("liblab.so", "lab_serial")
    assert [own["arguments"][n] for n in (0, 1, 3)] == ["devicex", "35", "text"]
    assert own["values"] == ["lab_serial 8", "3c:28:6d:11:22:33"]
    assert by_id["own.span"]["values"] == ["3c286d112233", "7"]
    assert by_id["own.status"]["values"] == ["/proc/1/statm"]
    assert by_id["native.property_find.serial"]["values"] == ["value of ro.serialno"]
    assert by_id["native.open.neighbours"]["arguments"][0] == "/proc/net/arp"


@pytest.mark.end_to_end
def test_try_runs_one_s_own_entry_on_a_twin(tmp_path: Path) -> None:
    folder = own(tmp_path)
    result = runner.invoke(app, ["try", "--hooks", str(folder), "--json"])
    assert result.exit_code == 0, result.stderr
    [line] = result.stdout.splitlines()  # the near-miss of its condition stays silent
    call = json.loads(line)
    assert call["api"] == "own.token"
    assert call["arguments"] == ["android.content.Context", "device"]
    assert call["values"] == ["device"]
    assert call["stack"][0].startswith("com.example.catalogue.Calls.own_token_0(")
    assert "own.token: fired 1 times" in result.stderr
