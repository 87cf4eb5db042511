"""Every reader on outputs of real phones, each sample with its public source in its first line."""

from pathlib import Path

import pytest

from farm.devices.outputs.activities import read_start
from farm.devices.outputs.battery import read_battery
from farm.devices.outputs.install import DEVICE_FAULTS, read_install, read_session
from farm.devices.outputs.packages import read_package, read_package_list
from farm.devices.outputs.processes import processes_of, read_processes
from farm.devices.outputs.properties import read_properties, read_setting
from farm.devices.outputs.storage import read_free
from farm.devices.outputs.windows import (
    read_awake,
    read_focus,
    read_resumed,
    read_screen_size,
)
from farm.devices.profiles import load_profiles, recognise
from farm.paths import DEVICE_PROFILES

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> str:
    data = (SAMPLES / f"{name}.txt").read_bytes().decode()
    source, _, text = data.partition("\n")
    assert source.startswith("# source: ")
    return text


def test_battery() -> None:
    battery = read_battery(sample("battery_nexus5_android5"))
    assert battery is not None
    assert (battery.level, battery.temperature, battery.powered) == (44, 28.0, True)
    assert read_battery("Can't find service: battery") is None


def test_screen_size() -> None:
    assert read_screen_size(sample("wm_size_override")) == (480, 1024)
    assert read_screen_size("") is None


def test_focused_activity_of_android_7() -> None:
    expected = ("com.cyanogenmod.trebuchet", "com.android.launcher3.Launcher")
    assert read_resumed(sample("focused_cyanogenmod")) == expected


def test_install_answers() -> None:
    assert read_install(sample("install_old_success")).code == ""
    assert read_install(sample("install_old_failure")).code == "INSTALL_FAILED_ALREADY_EXISTS"
    assert read_install("").code == "NO_ANSWER"
    assert read_session("Success: created install session [12]\n") == 12


def test_processes_of_toolbox_and_toybox() -> None:
    assert [(p.pid, p.parent) for p in read_processes(sample("ps_android5"))] == [(279, 1)]
    assert read_processes(sample("ps_android5"))[0].name.endswith("/system/bin/netd")
    assert read_processes(sample("ps_android9"))[0].name == "/test/thermal-daemon"
    assert read_processes("ps: no such thing") == []


def test_package_list() -> None:
    assert read_package_list(sample("packages_versioncode"))[-1] == "com.android.chrome"


# Lines as public tools and threads quote them; short enough to stand here.


def test_focus_and_dialogs() -> None:
    # source: unit test of a public Flutter tool, Android 13
    line = (
        "mCurrentFocus=Window{42 u0 com.android.permissioncontroller/"
        "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity}"
    )
    focus = read_focus(line)
    assert focus is not None
    assert focus[0] == "com.android.permissioncontroller"
    assert read_focus("  mCurrentFocus=Window{85a52f2 u0 StatusBar}") == ("android", "StatusBar")
    assert read_focus("mCurrentFocus=null") is None


def test_resumed_of_huawei_and_of_android_14() -> None:
    # source: a public test tool's comments (Huawei) and quoted dumps of Android 14
    huawei = (
        "    mResumedActivity: ActivityRecord{7fbc105 u0 com.huawei.health/.MainActivity t1573}"
    )
    assert read_resumed(huawei) == ("com.huawei.health", "com.huawei.health.MainActivity")
    newer = "  topResumedActivity=ActivityRecord{1a70f4a u0 com.smile.gifmaker/com.yxcorp.gifshow.HomeActivity} t6294}"  # noqa: E501
    assert read_resumed(newer) == ("com.smile.gifmaker", "com.yxcorp.gifshow.HomeActivity")


def test_start_answers() -> None:
    # source: AOSP, com.android.commands.am.Am, and quoted answers of phones
    ok = "Starting: Intent { cmp=com.example/.Main }\n"
    assert read_start(ok).error == ""
    again = read_start(
        ok + "Warning: Activity not started, its current task has been brought to the front\n"
    )
    assert again.already_running
    assert again.error == ""
    missing = "Error type 3\nError: Activity class {com.example/.Main} does not exist.\n"
    assert "does not exist" in read_start(ok + missing).error


def test_properties_with_line_breaks_and_brackets() -> None:
    text = "[ro.a]: [x]\n[ro.b]: [line one\nline [two]]\n[ro.c]: []\n"
    assert read_properties(text) == {"ro.a": "x", "ro.b": "line one\nline [two]", "ro.c": ""}
    assert read_setting("null\n") is None
    assert read_setting("1.0\n") == "1.0"


# Whole outputs, and lines of them, as phones gave them; each file names its public source.


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # The cover screen comes first and has no focus, or has its own clock in it.
        (
            "focus_galaxy_flip_android12",
            ("eu.niko.smart.universal", "crc648a3abc16689e594e.MainActivity"),
        ),
        (
            "focus_galaxy_flip4_android12",
            ("jp.naver.line.android", "jp.naver.line.android.activity.main.MainActivity"),
        ),
        # The focused window wins over the focused app.
        (
            "focus_car_launcher_android4",
            ("com.incall.apps.launcher", "com.incall.apps.launcher.Launcher"),
        ),
        ("focus_window_of_a_package_android5", ("android", "com.lookout.enterprise")),
        # No line of the focus at all: the caller asks the activity manager.
        ("focus_missing_android13", None),
    ],
)
def test_focus_of_several_displays_and_vendors(name: str, expected: tuple[str, str] | None) -> None:
    assert read_focus(sample(name)) == expected


def test_the_focus_of_the_last_anr_is_not_the_present_one() -> None:
    # shape: AOSP, WindowManagerService.dumpLastANRLocked comes before the windows' dump
    dump = (
        "WINDOW MANAGER LAST ANR (dumpsys window lastanr)\n"
        "  mCurrentFocus=Window{1 u0 com.old.app/com.old.app.Main}\n"
        "WINDOW MANAGER WINDOWS (dumpsys window windows)\n"
        "  mCurrentFocus=Window{2 u0 com.new.app/com.new.app.Main}\n"
    )
    assert read_focus(dump) == ("com.new.app", "com.new.app.Main")


@pytest.mark.parametrize(
    ("name", "level", "temperature", "powered"),
    [
        ("battery_samsung_android12", 100, 30.9, True),
        ("battery_samsung_android8", 84, 32.6, True),
        ("battery_genymotion_android6", 89, 0.0, True),
    ],
)
def test_batteries_of_vendors(name: str, level: int, temperature: float, powered: bool) -> None:
    battery = read_battery(sample(name))
    assert battery is not None
    assert (battery.level, battery.temperature, battery.powered) == (level, temperature, powered)


@pytest.mark.parametrize(
    ("name", "code", "blames_phone"),
    [
        ("install_miui_user_restricted", "INSTALL_FAILED_USER_RESTRICTED", True),
        ("install_redmi_invalid_apk", "INSTALL_FAILED_USER_RESTRICTED", True),
        ("install_miui_restricted_colons", "INSTALL_FAILED_USER_RESTRICTED", True),
        ("install_vivo_rejected", "INSTALL_FAILED_ABORTED", True),
        ("install_oppo_number", "VENDOR_REFUSED", True),
        ("install_samsung_number_with_name", "INSTALL_FAILED_ADP_VERSION_LOCKED", False),
        ("install_downgrade", "INSTALL_FAILED_VERSION_DOWNGRADE", False),
    ],
)
def test_refusals_blame_the_phone_or_the_app(name: str, code: str, blames_phone: bool) -> None:
    assert read_install(sample(name)).code == code
    assert (code in DEVICE_FAULTS) == blames_phone


@pytest.mark.parametrize(
    "name",
    [
        "start_not_exported_android8",
        "start_not_exported_huawei_android9",
        "start_not_exported_android12",
    ],
)
def test_an_activity_that_is_not_exported(name: str) -> None:
    assert "not exported from uid" in read_start(sample(name)).error


def test_starts_that_only_warn() -> None:
    answer = read_start(sample("start_brought_to_front"))
    assert (answer.error, answer.already_running) == ("", True)
    # source: AOSP, ActivityManagerShellCommand, START_SWITCHES_CANCELED
    kept = "Warning: Activity not started because the  current activity is being kept for the user."
    assert "being kept for the user" in read_start(kept).error


def test_processes_of_vendors() -> None:
    assert [one.name for one in read_processes(sample("ps_android7_toolbox"))][:2] == [
        *("/init", "kthreadd")
    ]
    samsung = sample("ps_samsung_android8_toybox")
    assert processes_of(samsung, "com.android.chrome") == {
        7060: "com.android.chrome",
        8323: "com.android.chrome:privileged_process0",
        8358: "com.android.chrome:sandboxed",
    }
    redroid = read_processes(sample("ps_redroid_android11"))
    assert redroid[1].pid == 8 and redroid[-1].name == "android.system.suspend@1.0-service"
    assert [one.name for one in read_processes(sample("ps_nexus6p_android8_without_option"))] == [
        "ps"
    ]
    assert read_processes(sample("ps_nexus5_busybox")) == []  # not guessed


def test_free_space() -> None:
    assert read_free(sample("df_toolbox_android4")) == 8 << 30
    mirrored = sample("df_toybox_android7")
    assert read_free(mirrored, "/storage/emulated") == int(2.3 * (1 << 30))
    assert read_free(mirrored) is None  # /data itself is not in the list
    # shape: toybox df, as the twin prints it too
    one = (
        "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-5 100 60 40 60% /data\n"
    )
    assert read_free(one) == 40 * 1024
    assert read_free("df: /data: Permission denied\n") is None


def test_screen_size_behind_complaints() -> None:
    assert read_screen_size(sample("wm_size_redmi_note1")) == (720, 1280)


def test_packages_with_paths() -> None:
    assert read_package_list(sample("packages_with_paths_android6"))[1:3] == [
        *("com.phonegap.camerasample", "android")
    ]


def test_one_package() -> None:
    old = read_package(sample("package_supersu_android5"), "eu.chainfire.supersu.pro")
    assert old is not None
    assert (old.version_code, old.version_name, old.target_sdk) == (278, "2.78", 15)
    newer = read_package(sample("package_permissions_android7"), "com.xxx")
    assert newer is not None
    assert (newer.version_code, newer.target_sdk) == (1, 23)
    assert "android.permission.READ_PHONE_STATE" in newer.granted
    assert "android.permission.CAMERA" not in newer.granted
    assert read_package(sample("package_permissions_android7"), "com.xx") is None


@pytest.mark.parametrize(
    ("name", "some"),
    [
        (
            "getprop_huawei_harmonyos2",
            {
                "ro.build.version.sdk": "28",
                "ro.comp.sys_support_vndk": "",
                "ro.huawei.build.display.id": "JKM-AL00 2.0.0.263(C00E260R4P3)",
            },
        ),
        (
            "getprop_oppo_coloros15",
            {
                "persist.sys.boot.reason.history": "reboot,system_update_success,1768181389\n"
                "reboot,system_update_success,1767676403",
                "persist.sys.bootsilence": "1",
                "ro.oplus.storage.super_size": "10864574464",
                "ro.oplus.support_lbalgo": "true",
            },
        ),
        ("getprop_vivo_funtouch26", {"ro.vivo.os.version": "2.6", "ril.cdma.card.type.1": ""}),
        ("getprop_redmi_miui12", {"ro.build.version.sdk": "29", "ro.wifi.channels": ""}),
        ("getprop_nexus5_android5", {"ro.build.date": "Tue Jan  6 22:40:00 UTC 2015"}),
        ("getprop_note2_android4", {"ro.build.knox.container": "", "ro.build.version.sdk": "19"}),
    ],
)
def test_properties_of_vendors(name: str, some: dict[str, str]) -> None:
    properties = read_properties(sample(name))
    assert {key: properties.get(key) for key in some} == some
    assert len(properties) == sum(
        line.startswith("[") for line in sample(name).splitlines()
    )  # none is lost, none is invented


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        (
            "getprop_huawei_harmonyos2",
            {"ro.product.manufacturer": "HUAWEI"},  # beyond the lines of the sample
            "huawei-emui-android9-12-locked",
        ),
        (
            "getprop_oppo_coloros15",
            {"ro.build.version.sdk": "35"},
            "oppo-coloros-android14-15-su",
        ),
        (
            "getprop_redmi_miui12",
            {"ro.product.manufacturer": "Xiaomi"},
            "xiaomi-miui-android10-13-su",
        ),
        ("getprop_vivo_funtouch26", {}, None),  # Android 6: below what the farm supports
    ],
)
def test_profiles_fit_real_properties(
    name: str, more: dict[str, str], expected: str | None
) -> None:
    found = recognise(load_profiles(DEVICE_PROFILES), read_properties(sample(name)) | more)
    assert (found.name if found else None) == expected


def test_awake() -> None:
    assert read_awake(sample("power_samsung")) is True
    assert read_awake("  mWakefulness=Dozing\n") is False
    assert read_awake("nothing of it") is None


def test_every_sample_names_its_source_and_is_used() -> None:
    text = Path(__file__).read_text()
    for path in SAMPLES.glob("*.txt"):
        assert path.read_text().startswith("# source: "), path.name
        assert f'"{path.stem}"' in text, path.name
