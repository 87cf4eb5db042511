"""What a recording must hold before a signal may be called absent.

A signal that was seen stands by itself. That it was *not* seen counts only where it would have
been: each signal names its needs, and this module says which of them a recording meets.
"""

from collections.abc import Callable
from enum import StrEnum

from farm.detect.clauses.case import Case
from farm.model.events import Restarted, Searched
from farm.model.expectations import Standard
from farm.model.vocabulary import ConsentAnswer, SearchGoal

_BACKGROUND_NS = 10_000_000_000
_QUIET_NS = 20_000_000_000


class Need(StrEnum):
    """One thing a recording must hold; the value is its name in rule packs and output."""

    COVERAGE = "coverage"  # hooks and proxy were shown to hear throughout, nothing was lost
    CONSENT_DIALOG = "consent_dialog"  # a privacy consent was on the screen
    ACCEPTED = "accepted"  # the scenario agreed
    DECLINED = "declined"  # the scenario refused
    WITHDRAWN = "withdrawn"  # the scenario withdrew the consent, and the app showed that
    READABLE_SCREENS = "readable_screens"  # texts were in the hierarchies, not in pictures alone
    PERMISSION_HOOKS = "permission_hooks"  # requests of permissions were watched inside the app
    PERMISSION_DENIED = "permission_denied"  # a permission was refused
    RESTART_AFTER_DENIAL = "restart_after_denial"  # the app was started again after that
    COMPONENT_HOOKS = "component_hooks"  # starts of components were watched inside the app
    CODE_HOOKS = "code_hooks"  # loading of code was watched inside the app
    BACKGROUND = "background"  # the app was watched in the background for 10 s or more
    QUIET_FOREGROUND = "quiet_foreground"  # untouched for 30 s, then watched on screen for 20 s
    POLICY_TEXT = "policy_text"  # the text of the privacy policy was on the screen
    CATEGORY = "category"  # the app's category is given (`--category`)


_MET: dict[Need, Callable[[Case], bool]] = {
    Need.COVERAGE: lambda case: case.coverage.complete,
    Need.CONSENT_DIALOG: lambda case: bool(case.consent_dialogs),
    Need.ACCEPTED: lambda case: case.answered(ConsentAnswer.ACCEPT),
    Need.DECLINED: lambda case: case.answered(ConsentAnswer.DECLINE),
    Need.WITHDRAWN: lambda case: bool(case.phases.withdrawals),
    Need.READABLE_SCREENS: lambda case: case.screens_readable,
    Need.PERMISSION_HOOKS: lambda case: case.hooked("permission."),
    Need.PERMISSION_DENIED: lambda case: bool(case.denials),
    Need.RESTART_AFTER_DENIAL: lambda case: _restarted_after_denial(case),
    Need.COMPONENT_HOOKS: lambda case: case.hooked("component."),
    Need.CODE_HOOKS: lambda case: case.hooked("code."),
    Need.BACKGROUND: lambda case: case.longest(case.background) >= _BACKGROUND_NS,
    Need.QUIET_FOREGROUND: lambda case: case.longest(case.quiet_foreground) >= _QUIET_NS,
    Need.POLICY_TEXT: lambda case: bool(case.policy_text),
    Need.CATEGORY: lambda case: bool(case.category),
}

DESCRIPTIONS: dict[Need, tuple[str, str]] = {
    Need.COVERAGE: ("全程可观测", "hooks and proxy heard throughout"),
    Need.CONSENT_DIALOG: ("出现隐私弹窗", "a consent dialog was shown"),
    Need.ACCEPTED: ("已点击同意", "the scenario agreed"),
    Need.DECLINED: ("已点击不同意", "the scenario refused"),
    Need.WITHDRAWN: ("已撤回同意", "the scenario withdrew the consent"),
    Need.READABLE_SCREENS: ("界面文字可读取", "the screens' texts could be read"),
    Need.PERMISSION_HOOKS: ("监测权限申请", "permission requests were watched"),
    Need.PERMISSION_DENIED: ("已拒绝权限", "a permission was refused"),
    Need.RESTART_AFTER_DENIAL: ("拒绝后重启应用", "the app was restarted after a refusal"),
    Need.COMPONENT_HOOKS: ("监测组件启动", "component starts were watched"),
    Need.CODE_HOOKS: ("监测代码加载", "code loading was watched"),
    Need.BACKGROUND: ("后台观察不少于10秒", "watched in the background for 10 s"),
    Need.QUIET_FOREGROUND: (
        "前台静置30秒后再观察20秒",
        "watched for 20 s, untouched for 30",
    ),
    Need.POLICY_TEXT: ("获取隐私政策文本", "the policy's text was seen"),
    Need.CATEGORY: ("已知应用类别", "the app's category is known"),
}


def lacking(case: Case, needs: tuple[Need | Standard | SearchGoal, ...]) -> list[str]:
    """Return the names of the needs that the recording does not meet.

    A `Standard` needs that a scenario recorded that expectation, whichever way it went; a
    `SearchGoal`, that a scenario looked for that thing on behalf of a standard.
    """
    missing: list[str] = []
    for need in needs:
        if isinstance(need, SearchGoal):
            if not _searched(case, need):
                missing.append(f"search for {need}")
            continue
        met = bool(case.expectations(need)) if isinstance(need, Standard) else _MET[need](case)
        if not met:
            missing.append(str(need))
    return missing


def _searched(case: Case, goal: SearchGoal) -> bool:
    return any(
        isinstance(body := placed.event.body, Searched) and body.goal is goal and body.asked
        for placed in case.ui(Searched)
    )


def _restarted_after_denial(case: Case) -> bool:
    first = min((denial.placed.interval.hi for denial in case.denials), default=None)
    return first is not None and any(
        placed.interval.lo > first for placed in case.device(Restarted)
    )
