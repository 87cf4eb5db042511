"""The shipped scenarios about one behaviour each, on phones of scripted screens.

Each is played on an app that behaves and on one that does not, and says nothing where it could
not try.
"""

from pathlib import Path

import pytest

from farm.explore import loader
from farm.explore.hints import Hints
from farm.explore.selectors import Selector
from farm.model.events import DeviceNote, Expectation, Exploration, Searched, Step, Withdrawn
from farm.model.expectations import Standard
from farm.model.vocabulary import ConsentAnswer
from tests.explore.fake_phone import (
    CONSENT,
    HOME,
    LAUNCHER,
    Phone,
    Stage,
    quits,
)
from tests.explore.screens import draw, node, page

GRANT = "com.android.permissioncontroller:id/permission_"
LOCATION = draw(
    {
        "package": "com.android.permissioncontroller",
        "body": ["要允许“阅读”获取此设备的位置信息吗？"],
        "buttons": ["拒绝#" + GRANT + "deny_button", "允许#" + GRANT + "allow_button"],
    }
)
MAIN = draw({"title": "首页", "rows": ["推荐", "我的"]})
MINE = draw({"title": "我的", "rows": ["收藏", "设置"]})
LOGIN = draw({"title": "欢迎登录", "fields": ["请输入手机号", "请输入验证码"], "buttons": ["登录"]})
SHORT = {
    "watched": "0.1",
    "dialog": "20",  # ends when the dialog comes; tests in which none comes say less
    "hidden": "0.05",
    "waited": "0.05",
    "events": "6",
    "next_apk": __file__,
}


async def _play(name: str, phone: Phone, hints: Hints | None = None, **values: str) -> Stage:
    scenario = loader.load(name)
    own = {each.name for each in scenario.signature.parameters}
    chosen = {key: text for key, text in (SHORT | values).items() if key in own}
    scenario = scenario.bound(chosen)
    stage = Stage(phone, hints=hints)
    assert await stage.run.play(scenario.function, scenario.values), stage.diary.bodies
    assert stage.diary.failed_steps == []
    return stage


def _names() -> list[str]:
    return [each.name for each in loader.available()]


@pytest.mark.parametrize("name", _names())
async def test_every_scenario_ends_where_nothing_ever_comes(name: str) -> None:
    """No dialog, no request, no button: whatever it was to find, it claims nothing about it."""
    stage = await _play(name, Phone(HOME), events="3", seconds="0.2", dialog="0.3")
    claimed = {
        each.name for each in stage.diary.bodies if isinstance(each, Expectation) and not each.held
    }
    assert claimed <= {Standard.CONSENT_DIALOG_APPEARS}, claimed
    steps = [each for each in stage.diary.bodies if isinstance(each, Step)]
    assert steps and steps[-1].state == "end"


@pytest.mark.parametrize("name", _names())
async def test_every_scenario_leaves_an_app_that_quits_at_once(name: str) -> None:
    phone = Phone(HOME, by_itself=[(2, quits)], restartable=False)
    stage = await _play(name, phone, events="3", seconds="0.2", dialog="0.3")
    blamed = {
        each.name for each in stage.diary.bodies if isinstance(each, Expectation) and not each.held
    }
    assert blamed <= {
        Standard.CONSENT_DIALOG_APPEARS,
        Standard.APP_STAYS_RUNNING,
        "app_starts_again",
    }, blamed


async def test_an_app_that_works_after_a_refusal() -> None:
    phone = Phone(CONSENT, moves={"不同意": MAIN, "我的": MINE, "推荐": HOME}, back={MINE: MAIN})
    stage = await _play("decline_then_use", phone)
    assert stage.diary.answers == [(ConsentAnswer.DECLINE, "不同意")]
    assert stage.diary.held(Standard.USABLE_AFTER_DECLINE) == [True]
    assert stage.diary.held(Standard.NOT_NAGGED_AFTER_DECLINE) == [True]


async def test_an_app_that_quits_when_refused() -> None:
    stage = await _play("decline_then_use", Phone(CONSENT, moves={"不同意": quits}))
    assert stage.diary.held(Standard.USABLE_AFTER_DECLINE) == [False]
    assert stage.diary.held(Standard.NOT_NAGGED_AFTER_DECLINE) == []


async def test_an_app_that_nags_after_a_refusal() -> None:
    phone = Phone(CONSENT, moves={"不同意": MAIN, "我的": CONSENT, "推荐": CONSENT})
    stage = await _play("decline_then_use", phone, events="12")
    assert stage.diary.held(Standard.NOT_NAGGED_AFTER_DECLINE) == [False]


async def test_permissions_denied_by_an_app_that_behaves() -> None:
    phone = Phone(
        CONSENT,
        moves={"同意": LOCATION, "拒绝": MAIN, "我的": MINE},
        back={MINE: MAIN},
        after_restart=MAIN,
    )
    stage = await _play("permissions_denied", phone, dialog="3")
    held = stage.diary.held
    assert held(Standard.STAYS_AFTER_PERMISSION_DENIED) == [True]
    assert held(Standard.NOT_ASKED_AGAIN_AFTER_DENIAL) == [True]
    assert held(Standard.USABLE_AFTER_PERMISSION_DENIED) == [True]
    assert held(Standard.NOT_ASKED_AGAIN_AT_NEXT_START) == [True]
    assert [tap.allowed for tap in stage.diary.taps if tap.text == "拒绝"] == [False]


async def test_permissions_denied_by_an_app_that_quits() -> None:
    phone = Phone(CONSENT, moves={"同意": LOCATION, "拒绝": quits})
    stage = await _play("permissions_denied", phone)
    assert stage.diary.held(Standard.STAYS_AFTER_PERMISSION_DENIED) == [False]
    assert stage.diary.held(Standard.USABLE_AFTER_PERMISSION_DENIED) == [False]


async def test_permissions_denied_by_an_app_that_asks_again() -> None:
    # It asks again by itself a few looks after the refusal, and at every start.
    phone = Phone(CONSENT, moves={"同意": LOCATION, "拒绝": MAIN}, after_restart=LOCATION)
    phone.moves["拒绝"] = lambda it: it.later(4, LOCATION, MAIN)
    stage = await _play("permissions_denied", phone)
    assert stage.diary.held(Standard.NOT_ASKED_AGAIN_AFTER_DENIAL) == [False]
    assert stage.diary.held(Standard.NOT_ASKED_AGAIN_AT_NEXT_START) == [False]


@pytest.mark.parametrize("again", [False, True])
async def test_within_48_hours_of_phone_clock(again: bool) -> None:
    phone = Phone(CONSENT, moves={"同意": LOCATION, "拒绝": MAIN}, after_restart=MAIN)
    began = phone.clock
    if again:  # only at the second start, a day later
        phone.restarted = lambda it: LOCATION if it.clock - began > 20 * 3600 else MAIN
    stage = await _play("permissions_denied_48_hours", phone, dialog="3")
    assert stage.diary.held(Standard.NOT_ASKED_AGAIN_WITHIN_48_HOURS) == [not again]
    assert 20 * 3600 < phone.clock - began < 48 * 3600
    notes = [each.name for each in stage.diary.bodies if isinstance(each, DeviceNote)]
    assert "clock_will_be_advanced" in notes and "clock_advanced" in notes


async def test_permission_without_feature_and_without_a_word() -> None:
    phone = Phone(CONSENT, moves={"同意": LOCATION})
    stage = await _play("permission_without_feature", phone, watched="20")
    assert stage.diary.held(Standard.NO_PERMISSION_WITHOUT_FEATURE) == [False]
    assert stage.diary.held(Standard.PERMISSION_PURPOSE_TOLD) == [False]


async def test_permission_whose_purpose_was_told() -> None:
    told = page(node(text="我们需要位置权限，以便推荐附近的书店"))
    phone = Phone(CONSENT, moves={"同意": told})
    phone.moves["同意"] = lambda it: it.later(4, LOCATION, told)
    stage = await _play("permission_without_feature", phone, watched="20")
    assert stage.diary.held(Standard.NO_PERMISSION_WITHOUT_FEATURE) == [False]
    assert stage.diary.held(Standard.PERMISSION_PURPOSE_TOLD) == [True]


async def test_no_permission_is_asked_for() -> None:
    stage = await _play("permission_without_feature", Phone(CONSENT, moves={"同意": MAIN}))
    assert stage.diary.held(Standard.NO_PERMISSION_WITHOUT_FEATURE) == [True]


async def test_background_and_back() -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN})
    await _play("background", phone)
    assert phone.taps == ["同意", "home", "foreground"]
    assert phone.shown == MAIN


async def test_lock_screen_is_unlocked_again() -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN})
    await _play("lock_screen", phone)
    assert phone.commands == [
        "input keyevent KEYCODE_SLEEP",
        "input keyevent KEYCODE_WAKEUP",
        "wm dismiss-keyguard",
    ]


async def test_restart_twice() -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN}, after_restart=MAIN)
    await _play("restart", phone)
    assert phone.restarts == 2 and phone.taps == ["同意", "stop", "stop"]


@pytest.mark.parametrize("starts", [False, True])
async def test_self_start(starts: bool) -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN})
    phone.on_shell["am kill"] = quits

    def boot(it: Phone) -> str:
        it.running = starts
        return LAUNCHER

    phone.on_shell["am broadcast"] = boot
    stage = await _play("self_start", phone)
    assert stage.diary.held(Standard.NO_SELF_START) == [not starts]
    assert any("su am broadcast -a android.intent.action.BOOT" in each for each in phone.commands)


async def test_self_start_claims_nothing_without_root() -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN}, rooted=False)
    stage = await _play("self_start", phone)
    assert stage.diary.held(Standard.NO_SELF_START) == []


@pytest.mark.parametrize("starts", [False, True])
async def test_self_start_by_a_restart_of_the_phone_needs_no_root(starts: bool) -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN}, rooted=False)
    stage = await _play("self_start", phone, reboot="true", after_boot="0.1")
    assert stage.diary.held(Standard.NO_SELF_START) == []  # nothing before the phone was restarted
    phone.running = False
    phone.answers["pidof system_server"] = "860"
    if starts:
        package = stage.run.app.package
        phone.answers["logcat"] = (
            f"I/am_proc_start(  860): [0,9216,10056,{package},broadcast,{package}/.Boot]\n"
        )
    assert await stage.run.look_after_restart(loader.load("self_start").function)
    assert stage.diary.held(Standard.NO_SELF_START) == [not starts]


@pytest.mark.parametrize("brings", [False, True])
async def test_associated_start(brings: bool) -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN})
    phone.answers["pm list"] = "package:com.other.shop\npackage:com.example.reader\n"

    def lives(it: Phone) -> str:
        if brings:
            it.answers["ps"] = "NAME\ninit\ncom.other.shop:push\n"
        return MAIN

    phone.moves["同意"] = lives
    stage = await _play("associated_start", phone)
    assert stage.diary.held(Standard.NO_ASSOCIATED_START) == [not brings]


async def test_associated_start_needs_other_apps() -> None:
    stage = await _play("associated_start", Phone(CONSENT, moves={"同意": MAIN}))
    assert stage.diary.held(Standard.NO_ASSOCIATED_START) == []


async def test_idle_frequency_touches_nothing_after_the_answer() -> None:
    phone = Phone(CONSENT, moves={"同意": LOCATION, "拒绝": MAIN})
    await _play("idle_frequency", phone)
    assert phone.taps == ["同意", "拒绝"]  # the request was on top of the answer


def _settings(label: str, on: bool, stuck: bool = False) -> Phone:
    """我的 > 设置 with a switch; a stuck one does not go off."""

    def row(checked: bool) -> str:
        return page(
            node(text="设置", bounds=(60, 100, 400, 180)),
            node(
                "LinearLayout",
                bounds=(0, 300, 1080, 420),
                inside=node(text=label, bounds=(60, 320, 700, 400))
                + node(
                    "Switch",
                    "开关",
                    bounds=(900, 320, 1020, 400),
                    clickable=True,
                    checkable=True,
                    checked=checked,
                ),
            ),
        )

    phone = Phone(CONSENT, moves={"同意": MAIN, "我的": MINE, "设置": row(on)})
    phone.moves["开关"] = row(on if stuck else not on)
    return phone


@pytest.mark.parametrize(
    ("name", "label", "standard"),
    [
        ("advertising_opt_out", "个性化广告", Standard.PERSONALISED_ADS_CAN_BE_SWITCHED_OFF),
        ("targeted_push", "个性化推荐", Standard.TARGETED_PUSH_CAN_BE_SWITCHED_OFF),
    ],
)
async def test_switches(name: str, label: str, standard: Standard) -> None:
    phone = _settings(label, on=True)
    stage = await _play(name, phone)
    assert stage.diary.held(standard) == [True]
    assert phone.taps == ["同意", "我的", "设置", "开关"]
    stage = await _play(name, _settings(label, on=False))
    assert stage.diary.held(standard) == [True]
    assert "开关" not in stage.phone.taps
    stage = await _play(name, _settings(label, on=True, stuck=True))
    assert stage.diary.held(standard) == [False]
    stage = await _play(name, _settings("夜间模式", on=True))
    assert stage.diary.held(standard) == []


def _deep(levels: list[str], last: str) -> Phone:
    """Screens that lead to each other by one row each, the last of which shows `last`."""
    screens = [
        draw({"title": f"第{number}层", "rows": [label]})
        for number, label in enumerate([*levels, last])
    ]
    moves: dict[str, object] = {"同意": screens[0]}
    moves |= {label: screens[number + 1] for number, label in enumerate(levels)}
    return Phone(CONSENT, moves=moves, back=dict(zip(screens[1:], screens, strict=False)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("levels", "held"),
    [
        (["我的", "设置", "账号与安全"], True),
        (["我的", "更多", "设置", "隐私", "账号与安全"], False),
        ([], True),
    ],
)
async def test_account_deletion_is_counted_in_taps(levels: list[str], held: bool) -> None:
    phone = _deep(levels, "注销账号")
    stage = await _play("account_deletion", phone)
    assert stage.diary.held(Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS) == [held]
    assert phone.taps == ["同意", *levels], "the entry itself must not be touched"


async def test_a_search_in_vain_proves_nothing_and_says_what_was_searched() -> None:
    stage = await _play("account_deletion", _deep(["我的", "设置"], "夜间模式"))
    assert stage.diary.held(Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS) == []
    (search,) = [each for each in stage.diary.bodies if isinstance(each, Searched)]
    assert (search.goal, search.found, search.asked) == ("account_deletion", False, True)
    assert search.followed[:2] == ["我的", "设置"] and search.screens == 3
    assert search.ended == "everything followed"


async def test_account_deletion_by_the_apps_hints() -> None:
    hints = Hints(
        selectors={
            "menu": Selector(text="三"),
            "bye": Selector(text="告别"),
        },
        paths={"account_deletion": ["menu", "bye"]},
    )
    stage = await _play("account_deletion", _deep(["三"], "告别"), hints)
    assert stage.diary.held(Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS) == [True]


async def test_policy_is_found_opened_and_read() -> None:
    phone = _deep(["我的", "关于"], "隐私政策")
    words = ["第一条 我们如何收集信息。" * 20, "第九条 投诉电话：400-000-0000"]
    phone.moves["隐私政策"] = draw({"title": "政策全文", "body": words})
    stage = await _play("policy_reachable", phone)
    assert stage.diary.held(Standard.POLICY_WITHIN_FOUR_TAPS) == [True]
    assert stage.diary.held(Standard.POLICY_READABLE) == [True]
    assert stage.diary.held(Standard.CONTACT_FOR_COMPLAINTS_SHOWN) == [True]


async def test_policy_that_opens_empty_is_not_called_unreadable() -> None:
    phone = _deep(["我的"], "隐私政策")
    phone.moves["隐私政策"] = page(node("android.webkit.WebView", bounds=(0, 0, 1080, 2340)))
    stage = await _play("policy_reachable", phone)
    assert stage.diary.held(Standard.POLICY_WITHIN_FOUR_TAPS) == [True]
    assert stage.diary.held(Standard.POLICY_READABLE) == []


async def test_consent_is_withdrawn() -> None:
    phone = _deep(["我的", "隐私设置"], "撤回同意")
    phone.moves["撤回同意"] = draw({"title": "确认撤回？", "buttons": ["再想想", "确定撤回"]})
    phone.moves["确定撤回"] = quits
    stage = await _play("consent_withdrawn", phone)
    assert phone.taps[-2:] == ["撤回同意", "确定撤回"]
    assert stage.diary.held(Standard.CONSENT_CAN_BE_WITHDRAWN) == [True]
    (withdrawn,) = [each for each in stage.diary.bodies if isinstance(each, Withdrawn)]
    tapped = [each for each in stage.diary.taps if each.text in {"撤回同意", "确定撤回"}]
    assert len(tapped) == 2
    assert all(withdrawn.sent <= each.sent for each in tapped)
    assert all(each.confirmed <= withdrawn.confirmed for each in tapped)


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        (draw({"title": "隐私设置", "body": ["已撤回对隐私政策的同意"]}), True),
        (CONSENT, True),
        (draw({"title": "如何撤回", "body": ["请联系客服撤回同意"]}), False),
    ],
)
async def test_only_the_apps_own_word_makes_a_withdrawal(then: str, shown: bool) -> None:
    phone = _deep(["我的", "隐私设置"], "撤回同意")
    phone.moves["撤回同意"] = then
    stage = await _play("consent_withdrawn", phone)
    found = [each for each in stage.diary.bodies if isinstance(each, Withdrawn)]
    assert len(found) == shown
    assert stage.diary.held(Standard.CONSENT_CAN_BE_WITHDRAWN) == [True] * shown


@pytest.mark.parametrize(
    ("after", "kept"),
    [("", True), ("        android.permission.CAMERA: granted=true, flags=[ ]\n", False)],
)
async def test_upgrade(after: str, kept: bool, tmp_path: Path) -> None:
    apk = tmp_path / "next.apk"
    apk.write_bytes(b"PK")
    head = "Packages:\n  Package [com.example.reader] (1):\n    versionCode=1 targetSdk=30\n"
    phone = Phone(CONSENT, moves={"同意": MAIN}, after_restart=CONSENT)
    phone.answers["dumpsys package"] = head
    phone.installed = lambda it: it.answers.update({"dumpsys package": head + after})
    stage = await _play("upgrade", phone, next_apk=str(apk))
    assert "install next.apk" in phone.taps
    assert stage.diary.held(Standard.PERMISSIONS_KEPT_ON_UPGRADE) == [kept]
    assert stage.diary.held(Standard.CONSENT_ASKED_AFTER_POLICY_CHANGE) == [True]


async def test_guest_mode_offered_and_not() -> None:
    behind = draw(
        {"title": "欢迎登录", "fields": ["请输入手机号"], "buttons": ["登录", "随便看看"]}
    )
    phone = Phone(
        CONSENT, moves={"同意": behind, "随便看看": MAIN, "我的": MINE}, back={MINE: MAIN}
    )
    stage = await _play("guest_mode", phone)
    assert stage.diary.held(Standard.GUEST_MODE_OFFERED) == [True]
    stage = await _play("guest_mode", Phone(CONSENT, moves={"同意": LOGIN}, after_restart=LOGIN))
    assert stage.diary.held(Standard.GUEST_MODE_OFFERED) == [False]


async def test_explore_reports_what_it_found() -> None:
    phone = Phone(CONSENT, moves={"同意": MAIN, "我的": MINE, "设置": HOME}, back={MINE: MAIN})
    stage = await _play("explore", phone, events="15", seconds="0")
    reports = [each for each in stage.diary.bodies if isinstance(each, Exploration)]
    assert len(reports) == 1
    assert reports[0].screens >= 3 and reports[0].events == 15
