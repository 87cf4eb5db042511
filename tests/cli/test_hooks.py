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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["try"], "name entries, or give --hooks"),
        (["try", "native.netlink"], "native functions cannot be tried"),
    ],
)
def test_try_says_what_it_cannot_do(arguments: list[str], message: str) -> None:
    result = runner.invoke(app, arguments)
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


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
