"""Every reader on outputs of real phones, each sample with its public source in its first line."""

from pathlib import Path

from farm.devices.outputs.activities import read_start
from farm.devices.outputs.battery import read_battery
from farm.devices.outputs.install import read_install, read_session
from farm.devices.outputs.packages import read_package_list
from farm.devices.outputs.processes import read_processes
from farm.devices.outputs.properties import read_properties, read_setting
from farm.devices.outputs.windows import read_focus, read_resumed, read_screen_size

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> str:
    source, _, text = (SAMPLES / f"{name}.txt").read_text().partition("\n")
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
