from pathlib import Path

import pytest

from farm.devices.profiles import DeviceProfile, load_profiles, parse_profile, recognise
from farm.model.errors import UsageError
from farm.model.vocabulary import AccessMode
from farm.paths import DEVICE_PROFILES
from farm.twin.system.profile import load_profile, profile_names

GOOD = "name: x\ndescription: x\naccess: su\nca_store: tmpfs\n"


TWINS = {  # twin -> the profile that covers its maker and its Android
    "emulator-android9-root": "emulator-android9-root",
    "emulator-android10-root": "emulator-android10-13-root",
    "emulator-android14-root": "emulator-android14-15-root",
    "honor-magicos-android13-locked": "honor-magicos-locked",
    "huawei-emui-android10-locked": "huawei-emui-android9-12-locked",
    "huawei-harmonyos-android12-locked": "huawei-emui-android9-12-locked",
    "huawei-p20-android8-locked": "huawei-p20-android8-locked",
    "meizu-flyme-android11-su": "generic-android7-13-su",  # no profile knows this maker
    "oppo-coloros-android10-su": "oppo-coloros-android10-13-su",
    "oppo-coloros-android14-su": "oppo-coloros-android14-15-su",
    "pixel5-android12-su": "pixel6-android13-su",
    "pixel6-android13-su": "pixel6-android13-su",
    "pixel8-android15-su": "pixel-android14-15-su",
    "pixel9-android16-su": "pixel-android14-15-su",
    "samsung-oneui-android14-su": "samsung-oneui-android14-15-su",
    "samsung-oneui-android9-su": "samsung-oneui-android9-13-su",
    "tecno-hios-android14-su": "generic-android14-su",  # nor this one
    "vivo-originos-android13-locked": "vivo-originos-android10-15-locked",
    "xiaomi-hyperos-android14-su": "xiaomi-hyperos-android14-su",
    "xiaomi-mi8-android9-su": "xiaomi-mi8-android9-su",
    "xiaomi-miui-android11-su": "xiaomi-miui-android10-13-su",
}


def test_every_twin_stands_in_the_table() -> None:
    assert set(profile_names()) == set(TWINS)


@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_is_recognised_by_the_profile_of_its_maker(
    twin: str, profiles: list[DeviceProfile]
) -> None:
    played = load_profile(twin)
    found = recognise(profiles, played.properties)
    assert found is not None
    assert found.name == TWINS[twin]
    # What the operator is told to expect is what this phone can do.
    assert (found.access is AccessMode.GADGET) == (played.root == "none")


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
