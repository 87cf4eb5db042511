"""Signals that a scenario tried out: the clause rests on an expectation and whether it held."""

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need
from farm.detect.clauses.signal import Find, Limits, Signal, sign
from farm.model.clause import Sign, SignalId
from farm.model.events import Expectation
from farm.model.expectations import Standard


def not_held(name: Standard) -> Find:
    """A finder of the expectation's records that did not hold."""

    def find(case: Case, limits: Limits) -> list[Sign]:
        return [
            sign([one.event.reference], body.detail or str(name), body.detail or str(name))
            for one in case.expectations(name)
            if isinstance(body := one.event.body, Expectation) and not body.held
        ]

    return find


def any_of(*finders: Find) -> Find:
    """A finder of everything that any of the finders finds."""

    def find(case: Case, limits: Limits) -> list[Sign]:
        return [found for finder in finders for found in finder(case, limits)]

    return find


_TRIED: dict[SignalId, tuple[Standard, str, str]] = {
    SignalId.UNUSABLE_AFTER_DECLINE: (
        Standard.USABLE_AFTER_DECLINE,
        "不同意隐私政策就无法使用",
        "without agreeing nothing can be used",
    ),
    SignalId.NAGGED_AFTER_DECLINE: (
        Standard.NOT_NAGGED_AFTER_DECLINE,
        "不同意后频繁征求同意，干扰正常使用",
        "after a refusal it keeps asking and disturbs use",
    ),
    SignalId.UNUSABLE_AFTER_DENIAL: (
        Standard.USABLE_AFTER_PERMISSION_DENIED,
        "不给权限就无法注册、登录或使用无关功能",
        "without the permission unrelated functions cannot be used",
    ),
    SignalId.REPEAT_WITHIN_48_HOURS: (
        Standard.NOT_ASKED_AGAIN_WITHIN_48_HOURS,
        "拒绝后48小时内再次申请",
        "asked again within 48 hours of a refusal",
    ),
    SignalId.REQUEST_WITHOUT_FEATURE: (
        Standard.NO_PERMISSION_WITHOUT_FEATURE,
        "未使用相关功能即申请权限",
        "a permission is asked for before any function that uses it",
    ),
    SignalId.REQUEST_WITHOUT_PURPOSE: (
        Standard.PERMISSION_PURPOSE_TOLD,
        "申请权限时未同步告知目的",
        "a permission is asked for without telling why",
    ),
    SignalId.SELF_START: (
        Standard.NO_SELF_START,
        "未经用户操作自启动",
        "the app starts by itself",
    ),
    SignalId.ASSOCIATED_START: (
        Standard.NO_ASSOCIATED_START,
        "关联启动其他应用",
        "the app starts other apps",
    ),
    SignalId.POLICY_DEEPER_THAN_FOUR_TAPS: (
        Standard.POLICY_WITHIN_FOUR_TAPS,
        "进入主界面后多于四次点击才能访问隐私政策",
        "the policy is more than four taps away from the main screen",
    ),
    SignalId.POLICY_UNREADABLE: (
        Standard.POLICY_READABLE,
        "隐私政策难以阅读",
        "the policy is hard to read",
    ),
    SignalId.NO_ACCOUNT_DELETION: (
        Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS,
        "未提供账号注销入口",
        "no way to delete the account was found",
    ),
    SignalId.NO_WITHDRAWAL: (
        Standard.CONSENT_CAN_BE_WITHDRAWN,
        "未提供撤回同意的途径",
        "no way to withdraw consent was found",
    ),
    SignalId.NO_ADVERTISING_OPT_OUT: (
        Standard.PERSONALISED_ADS_CAN_BE_SWITCHED_OFF,
        "未提供关闭个性化广告的选项",
        "personalised advertising cannot be switched off",
    ),
    SignalId.NO_PUSH_OPT_OUT: (
        Standard.TARGETED_PUSH_CAN_BE_SWITCHED_OFF,
        "未提供关闭定向推送的选项",
        "targeted push cannot be switched off",
    ),
    SignalId.PERMISSION_CHANGED_ON_UPDATE: (
        Standard.PERMISSIONS_KEPT_ON_UPGRADE,
        "更新时改变用户设置的权限状态",
        "an update changed the permissions the user had set",
    ),
    SignalId.POLICY_CHANGE_NOT_NOTIFIED: (
        Standard.CONSENT_ASKED_AFTER_POLICY_CHANGE,
        "隐私政策变化时未通知用户",
        "a change of the policy was not notified",
    ),
    SignalId.NO_GUEST_MODE: (
        Standard.GUEST_MODE_OFFERED,
        "未提供不登录的基本功能模式",
        "no basic mode without an account was found",
    ),
    SignalId.NO_CONTACT: (
        Standard.CONTACT_FOR_COMPLAINTS_SHOWN,
        "未公布投诉、举报方式",
        "no contact for complaints was found",
    ),
    SignalId.WINDOW_CANNOT_BE_CLOSED: (
        Standard.INFORMATION_WINDOW_CAN_BE_CLOSED,
        "信息窗口无法关闭",
        "an information window cannot be closed",
    ),
    SignalId.FORCED_UPDATE: (
        Standard.UPDATE_CAN_BE_POSTPONED,
        "强制更新",
        "an update cannot be put off",
    ),
}
_ALSO_NEEDS: dict[SignalId, tuple[Need, ...]] = {
    SignalId.UNUSABLE_AFTER_DECLINE: (Need.DECLINED,),
    SignalId.NAGGED_AFTER_DECLINE: (Need.DECLINED,),
}

SIGNALS = tuple(
    Signal(id=name, zh=zh, en=en, needs=(*_ALSO_NEEDS.get(name, ()), tried), find=not_held(tried))
    for name, (tried, zh, en) in _TRIED.items()
)
