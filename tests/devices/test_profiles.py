from pathlib import Path

import pytest
import yaml

from farm.devices.profiles import DeviceProfile, load_profiles, parse_profile, recognise
from farm.model.errors import UsageError
from farm.model.vocabulary import AccessMode
from farm.paths import DEVICE_PROFILES

GOOD = "name: x\ndescription: x\naccess: su\nca_store: tmpfs\n"


@pytest.mark.parametrize(
    "twin",
    sorted(
        path.stem
        for path in (Path(__file__).parents[2] / "farm/twin/system/profiles").glob("*.yaml")
    ),
)
def test_every_twin_is_recognised_by_the_profile_of_its_name(
    twin: str, profiles: list[DeviceProfile]
) -> None:
    path = Path(__file__).parents[2] / f"farm/twin/system/profiles/{twin}.yaml"
    found = recognise(profiles, yaml.safe_load(path.read_text())["properties"])
    assert found is not None
    assert found.name == twin


# Properties as the vendors' public builds carry them (build fingerprints on public lists).
@pytest.mark.parametrize(
    ("maker", "model", "sdk", "extra", "expected"),
    [
        ("samsung", "SM-S9180", "34", {}, "samsung-oneui-android14-15-su"),
        ("OPPO", "PGEM10", "33", {}, "oppo-coloros-android10-13-su"),
        ("OnePlus", "PJD110", "34", {}, "oppo-coloros-android14-15-su"),
        ("vivo", "V2238A", "34", {}, "vivo-originos-android10-15-locked"),
        ("HONOR", "PGT-AN10", "33", {}, "honor-magicos-locked"),
        ("Xiaomi", "2211133C", "34", {}, "xiaomi-hyperos-android14-su"),
        ("Google", "Pixel 8", "35", {}, "pixel-android14-15-su"),
        (
            "Google",
            "sdk_gphone64_x86_64",
            "34",
            {"ro.hardware": "ranchu", "ro.build.type": "userdebug"},
            "emulator-android14-15-root",
        ),
        ("Sony", "XQ-CT72", "33", {}, "generic-android7-13-su"),
    ],
)
def test_other_phones(
    maker: str,
    model: str,
    sdk: str,
    extra: dict[str, str],
    expected: str,
    profiles: list[DeviceProfile],
) -> None:
    properties = {
        "ro.product.manufacturer": maker,
        "ro.product.model": model,
        "ro.build.version.sdk": sdk,
    }
    found = recognise(profiles, properties | extra)
    assert found is not None
    assert found.name == expected


def test_too_old_is_not_recognised(profiles: list[DeviceProfile]) -> None:
    assert recognise(profiles, {"ro.build.version.sdk": "19"}) is None
    assert recognise(profiles, {}) is None


def test_android_14_and_later_never_trust_the_old_store_alone(
    profiles: list[DeviceProfile],
) -> None:
    for profile in profiles:
        if profile.sdk[1] >= 34 and profile.access is not AccessMode.GADGET:
            assert profile.ca_store.value == "apex", profile.name


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name: [\n", "line 2"),
        ("- a\n", "line 1"),
        (GOOD + "acces: su\n", "acces"),
        (GOOD.replace("su", "sudo"), "access"),
        (GOOD + "sdk: [a, b]\n", "sdk"),
        (GOOD + 'match: {ro.x: "("}\n', "match.ro.x"),
        (GOOD.replace("access: su", "access: gadget"), "ca_store"),
        ("!!python/object/apply:os.system [id]\n", "line 1"),
        (GOOD.replace("name: x\n", ""), "name"),
    ],
)
def test_a_broken_profile_is_named(text: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_profile(text, "phones/x.yaml")
    assert "phones/x.yaml" in str(caught.value)
    assert named in str(caught.value)


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        load_profiles(tmp_path / "none")
    with pytest.raises(UsageError, match="holds no device profile"):
        load_profiles(tmp_path)
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    with pytest.raises(UsageError, match="taken by another file"):
        load_profiles(tmp_path)
    assert len(load_profiles(DEVICE_PROFILES)) >= 12
