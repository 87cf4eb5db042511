"""From the kernel's events to touches, and from touches on screens to a scenario that runs."""

from pathlib import Path

import pytest

from farm.explore import loader
from farm.explore.checking import check
from farm.explore.dialogs import ScreenState
from farm.explore.hierarchy_xml import parse
from farm.explore.script_writer import Made, write_script
from farm.explore.touches import Fingers, Kind, Panel, Touch, read_panels
from tests.explore.fake_phone import CONSENT, HOME, PERMISSION, Phone, Stage
from tests.explore.screens import APP, draw, node, page

# Lines as a Mi 8 prints them (getevent -lp, -lt), shortened.
DEVICES = """add device 1: /dev/input/event4
  name:     "sdm845-tavil-snd-card Headset Jack"
  events:
    SW  (0005): SW_HEADPHONE_INSERT
add device 2: /dev/input/event2
  name:     "synaptics_dsx"
  events:
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 10800, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 22480, fuzz 0, flat 0, resolution 0
"""
SCREEN = (1080, 2248)
_EVENT = "/dev/input/event2: EV_ABS       "


def _lines(*moves: tuple[float, str, str], path: str = "/dev/input/event2") -> list[str]:
    return [
        f"[{at:>14.6f}] {path}: {'EV_SYN' if code == 'SYN_REPORT' else 'EV_ABS':<12} {code:<20} "
        f"{value:<20}"
        for at, code, value in moves
    ]


def _tap(at: float, x: int, y: int, lasts: float = 0.08) -> list[str]:
    return _lines(
        (at, "ABS_MT_TRACKING_ID", "00000bf3"),
        (at, "ABS_MT_POSITION_X", f"{x:08x}"),
        (at, "ABS_MT_POSITION_Y", f"{y:08x}"),
        (at, "SYN_REPORT", "00000000"),
        (at + lasts, "ABS_MT_TRACKING_ID", "ffffffff"),
        (at + lasts, "SYN_REPORT", "00000000"),
    )


def _read(lines: list[str]) -> list[Touch]:
    fingers = Fingers(read_panels(DEVICES), SCREEN)
    return [touch for line in lines if (touch := fingers.feed(line)) is not None]


def test_the_touch_screen_among_the_devices() -> None:
    assert read_panels(DEVICES) == [Panel(path="/dev/input/event2", x=(0, 10800), y=(0, 22480))]
    assert read_panels("") == []


def test_a_tap_is_scaled_to_the_screen() -> None:
    (touch,) = _read(_tap(12.5, 5400, 11240))
    assert touch.kind is Kind.TAP and touch.began == 12.5
    assert abs(touch.x - 540) <= 1 and abs(touch.y - 1124) <= 1


def test_long_and_swipe() -> None:
    assert [each.kind for each in _read(_tap(1.0, 10, 10, lasts=0.9))] == [Kind.LONG]
    moved = _tap(2.0, 5000, 20000)
    moved[4:4] = _lines((2.05, "ABS_MT_POSITION_Y", f"{5000:08x}"), (2.05, "SYN_REPORT", "0"))
    (swipe,) = _read(moved)
    assert swipe.kind is Kind.SWIPE and swipe.to_y < swipe.y


def test_a_second_finger_does_not_count() -> None:
    second = _lines(
        (1.01, "ABS_MT_SLOT", "00000001"),
        (1.01, "ABS_MT_TRACKING_ID", "00000bf4"),
        (1.01, "ABS_MT_POSITION_X", "00002000"),
        (1.02, "ABS_MT_TRACKING_ID", "ffffffff"),
        (1.02, "ABS_MT_SLOT", "00000000"),
    )
    lines = _tap(1.0, 5400, 11240)
    touches = _read(lines[:4] + second + lines[4:])
    assert len(touches) == 1 and abs(touches[0].x - 540) <= 1


def test_a_finger_that_stays_where_the_last_one_was_keeps_that_place() -> None:
    """The kernel tells changes only: a second tap at one place has no positions of its own."""
    again = _lines(
        (3.0, "ABS_MT_TRACKING_ID", "00000bf5"),
        (3.0, "SYN_REPORT", "00000000"),
        (3.1, "ABS_MT_TRACKING_ID", "ffffffff"),
    )
    one, two = _read(_tap(1.0, 5400, 11240) + again)
    assert (one.x, one.y) == (two.x, two.y)


@pytest.mark.parametrize(
    "line", ["", "garbage", "[ 1.0] /dev/input/event2: EV_ABS", "\x00" * 50, "[x] y: z w v"]
)
def test_other_lines_are_nothing(line: str) -> None:
    assert _read([line]) == []


def test_keys() -> None:
    (touch,) = _read(
        ["[      99.100000] /dev/input/event1: EV_KEY       KEY_BACK             DOWN"]
    )
    assert touch.kind is Kind.KEY and touch.key == "back"


def _at(xml: str, label: str, began: float, kind: Kind = Kind.TAP) -> Made:
    hierarchy = parse(xml)
    target = next(each for each in hierarchy.nodes if each.label == label)
    x, y = target.bounds.centre
    touch = Touch(kind=kind, began=began, ended=began + 0.1, x=x, y=y, to_x=x, to_y=y)
    return Made(touch=touch, state=ScreenState(hierarchy=hierarchy, package=APP))


MAIN = draw({"title": "首页", "rows": ["推荐", "我的"], "buttons": ["搜索"]})
FORM = page(
    node(
        "EditText", "关键词", resource=f"{APP}:id/query", bounds=(60, 300, 900, 400), clickable=True
    ),
    node("Button", "多", bounds=(60, 500, 200, 600), clickable=True),
    node("Button", "多", bounds=(300, 500, 500, 600), clickable=True),
)


async def test_a_written_script_does_the_same_again(tmp_path: Path) -> None:
    made = [
        _at(CONSENT, "同意", 1.0),
        _at(PERMISSION, "拒绝", 2.0),
        _at(MAIN, "我的", 8.0),
    ]
    path = tmp_path / "again.py"
    path.write_text(write_script("again", 'Say "hi"', made, {}))
    assert check(path) == []
    source = path.read_text()
    assert 'await consent.get_past("accept")' in source
    assert "await permissions.deny()" in source and 'await screen.tap("我的")' in source
    assert "await app.watch(6)" in source
    scenario = loader.load(path)
    phone = Phone(CONSENT, moves={"同意": PERMISSION, "拒绝": MAIN, "我的": HOME})
    stage = Stage(phone)
    stage.run.permissions.permission_policy = stage.run.permissions.permission_policy.__class__(
        "leave"
    )
    quick = source.replace("app.watch(6)", "app.watch(0.01)")
    path.write_text(quick)
    scenario = loader.load(path)
    assert await stage.run.play(scenario.function)
    assert phone.taps == ["同意", "拒绝", "我的"]


def test_views_are_named_by_what_lasts(tmp_path: Path) -> None:
    second = _at(FORM, "多", 3.0)
    hierarchy = second.state.hierarchy
    twin = [each for each in hierarchy.nodes if each.label == "多"][1]
    x, y = twin.bounds.centre
    made = [
        _at(FORM, "关键词", 1.0),
        Made(
            touch=Touch(kind=Kind.TAP, began=2, ended=2.1, x=x, y=y, to_x=x, to_y=y),
            state=second.state,
        ),
        _at(page(node("android.view.View", "")), "", 3.0),
    ]
    source = write_script("named", "t", made, {0: '天气"\n'})
    path = tmp_path / "named.py"
    path.write_text(source)
    assert check(path) == [], source
    assert "await screen.type('" not in source
    assert 'await screen.type("\\u5929\\u6c14\\"\\n", id="query")' in source
    assert 'await screen.tap("多", index=1)' in source


def test_hostile_labels_stay_text(tmp_path: Path) -> None:
    label = '")\nimport os #'
    made = [_at(page(node("Button", label, clickable=True)), label.replace("\n", " "), 1.0)]
    path = tmp_path / "hostile.py"
    path.write_text(write_script("hostile", label, made, {}))
    assert check(path) == []
    assert "\nimport os" not in path.read_text()


def test_passwords_are_never_written(tmp_path: Path) -> None:
    xml = page(node("EditText", "••••", bounds=(60, 300, 900, 400), clickable=True, password=True))
    source = write_script("secret", "t", [_at(xml, "••••", 1.0)], {0: "hunter22"})
    assert "hunter22" not in source and "await app.log_in()" in source
