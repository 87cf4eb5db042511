"""Signals about how the app asks for consent: does it ask, and is the choice a free one."""

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need
from farm.detect.clauses.signal import Limits, Signal, sign
from farm.model.clause import Sign, SignalId
from farm.model.events import Dialog, Expectation
from farm.model.expectations import Standard


def _first_stage(case: Case) -> list[tuple[str, Dialog]]:
    """Consent dialogs as they first ask; those that ask again after a refusal are others."""
    found = [(one.event.reference, one.event.body) for one in case.consent_dialogs]
    return [
        (reference, body)
        for reference, body in found
        if isinstance(body, Dialog) and not body.second_stage
    ]


def _no_policy_popup(case: Case, limits: Limits) -> list[Sign]:
    # A dialog in a picture, or one that was not recognised, must not become an accusation.
    if case.consent_dialogs or not case.screens_readable or case.policy_named:
        return []
    return [
        sign(
            [one.event.reference],
            "首次运行时未出现提示阅读隐私政策的弹窗",
            "no dialog asked to read the privacy policy at first start",
        )
        for one in case.expectations(Standard.CONSENT_DIALOG_APPEARS)
        if isinstance(one.event.body, Expectation) and not one.event.body.held
    ]


def _preticked(case: Case, limits: Limits) -> list[Sign]:
    return [
        sign([reference], "同意勾选框默认已勾选", "the box that agrees was ticked beforehand")
        for reference, body in _first_stage(case)
        if body.preticked
    ]


def _no_refuse_button(case: Case, limits: Limits) -> list[Sign]:
    if not case.screens_readable:
        return []
    return [
        sign(
            [reference],
            f"隐私弹窗只有“{body.accept_text}”，没有拒绝选项",
            f'the dialog offers "{body.accept_text}" and no way to refuse',
        )
        for reference, body in _first_stage(case)
        if body.accept_text and not body.decline_text
    ]


def _ok_only_button(case: Case, limits: Limits) -> list[Sign]:
    return [
        sign(
            [reference],
            f"以“{body.accept_text}”代替明确的同意",
            f'"{body.accept_text}" stands where a clear agreement should',
        )
        for reference, body in _first_stage(case)
        if body.acknowledge_only
    ]


SIGNALS = (
    Signal(
        id=SignalId.NO_POLICY_POPUP,
        zh="首次运行未弹窗提示阅读隐私政策",
        en="no dialog at first start asks to read the privacy policy",
        needs=(Need.CONSENT_DIALOG,),
        find=_no_policy_popup,
    ),
    Signal(
        id=SignalId.PRETICKED,
        zh="默认勾选同意",
        en="agreement is ticked beforehand",
        needs=(Need.CONSENT_DIALOG, Need.READABLE_SCREENS),
        find=_preticked,
    ),
    Signal(
        id=SignalId.NO_REFUSE_BUTTON,
        zh="隐私弹窗无拒绝选项",
        en="the consent dialog has no way to refuse",
        needs=(Need.CONSENT_DIALOG, Need.READABLE_SCREENS),
        find=_no_refuse_button,
    ),
    Signal(
        id=SignalId.OK_ONLY_BUTTON,
        zh="以“好的”“知道了”等代替明确同意",
        en="a mere acknowledgement stands for agreement",
        needs=(Need.CONSENT_DIALOG, Need.READABLE_SCREENS),
        find=_ok_only_button,
    ),
)
