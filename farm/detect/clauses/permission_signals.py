"""Signals about permissions: asked too early, all at once, again and again, or by force."""

from farm.detect.clauses.case import Case, Denial
from farm.detect.clauses.expected import any_of, not_held
from farm.detect.clauses.needs import Need
from farm.detect.clauses.signal import Limits, Signal, sign
from farm.detect.timeline import Placed
from farm.model.clause import Sign, SignalId
from farm.model.events import (
    Dialog,
    Expectation,
    PermissionAnswered,
    PermissionAsked,
    ProcessSeen,
    Restarted,
    Screen,
    Tap,
)
from farm.model.expectations import Standard
from farm.model.permission_groups import group_of
from farm.model.vocabulary import DialogKind, Phase

_EXIT_WITHIN_NS = 5_000_000_000
_LOOP = 3


def _granted_before_consent(case: Case, limits: Limits) -> list[Sign]:
    signs: list[Sign] = []
    for placed in case.api(PermissionAnswered):
        body = placed.event.body
        if not isinstance(body, PermissionAnswered):
            continue
        given = [n for n, ok in zip(body.permissions, body.granted, strict=False) if ok]
        if given and case.phases.of_event(placed) is Phase.BEFORE_CONSENT:
            names = "、".join(given)
            signs.append(
                sign(
                    [placed.event.reference],
                    f"征得同意前已打开权限：{names}",
                    f"opened before consent: {', '.join(given)}",
                )
            )
    return signs


def _asked_before_consent(case: Case, limits: Limits) -> list[Sign]:
    return [
        sign([placed.event.reference], "征得同意前申请权限", "a permission was asked for")
        for placed in [*case.permission_dialogs, *case.permission_requests]
        if case.phases.of_event(placed) is Phase.BEFORE_CONSENT
    ]


def _bundle(case: Case, limits: Limits) -> list[Sign]:
    signs: list[Sign] = []
    for placed in case.permission_requests:
        body = placed.event.body
        if not isinstance(body, PermissionAsked):
            continue
        groups = sorted({group for one in body.permissions if (group := group_of(one))})
        if len(groups) > 1:
            signs.append(
                sign(
                    [placed.event.reference],
                    f"一次申请多个权限组：{'、'.join(groups)}",
                    f"asked for several permission groups at once: {', '.join(groups)}",
                )
            )
    return signs


def _repeat_in_session(case: Case, limits: Limits) -> list[Sign]:
    """The same question after a refusal, with no tap of the user's on the app in between."""
    return [
        sign(
            [denial.placed.event.reference, again.event.reference],
            f"拒绝后再次申请：{denial.what}",
            f"asked again after it was refused: {denial.what}",
        )
        for denial, again in _asked_again(case)
        if not _between(case, denial.placed, again, restarted=True)
        and not _user_acted(case, denial.placed, again)
    ]


def _repeat_next_start(case: Case, limits: Limits) -> list[Sign]:
    return [
        sign(
            [denial.placed.event.reference, again.event.reference],
            f"重新启动后再次申请：{denial.what}",
            f"asked again at the next start: {denial.what}",
        )
        for denial, again in _asked_again(case)
        if _between(case, denial.placed, again, restarted=True)
        and not _user_acted(case, denial.placed, again)
    ]


def _asked_again(case: Case) -> list[tuple[Denial, Placed]]:
    """Each refusal on the screen with the next dialog of the same title."""
    pairs: list[tuple[Denial, Placed]] = []
    for denial in case.denials:
        if not denial.what or not isinstance(denial.placed.event.body, Tap):
            continue
        for dialog in case.permission_dialogs:
            body = dialog.event.body
            if (
                isinstance(body, Dialog)
                and dialog.event.n > denial.placed.event.n
                and body.title == denial.what
            ):
                pairs.append((denial, dialog))
                break
    return pairs


def _between(case: Case, first: Placed, last: Placed, *, restarted: bool) -> bool:
    """Whether the app was started anew between two events."""
    lo, hi = first.interval.hi, last.interval.lo
    return restarted and any(
        lo < placed.interval.lo and placed.interval.hi < hi for placed in case.device(Restarted)
    )


def _user_acted(case: Case, first: Placed, last: Placed) -> bool:
    return any(
        isinstance(one.event.body, Tap)
        and one.event.body.dialog is DialogKind.NONE
        and first.event.n < one.event.n < last.event.n
        for one in case.ui(Tap)
    )


def _exit_on_denial(case: Case, limits: Limits) -> list[Sign]:
    ends = [
        placed
        for placed in case.api(ProcessSeen)
        if isinstance(placed.event.body, ProcessSeen)
        and placed.event.body.state == "exited"
        and placed.event.body.process in {"", case.package}
    ]
    ends += [
        placed
        for placed in case.ui(Expectation)
        if isinstance(placed.event.body, Expectation)
        and placed.event.body.name == Standard.APP_STAYS_RUNNING
        and not placed.event.body.held
    ]
    signs: list[Sign] = []
    for denial in case.denials:
        for end in ends:
            # Both borders inside the bound: the end is certainly after, and certainly soon after.
            after = end.interval.lo >= denial.placed.interval.hi
            soon = end.interval.hi - denial.placed.interval.lo <= _EXIT_WITHIN_NS
            if after and soon:
                signs.append(
                    sign(
                        [denial.placed.event.reference, end.event.reference],
                        f"拒绝权限后应用退出：{denial.what}",
                        f"the app quit when a permission was refused: {denial.what}",
                    )
                )
                break
    return signs


def _prompt_loop(case: Case, limits: Limits) -> list[Sign]:
    """The same dialog three times in a row, with no other screen of the app in between."""
    signs: list[Sign] = []
    run: list[Placed] = []
    title = ""
    for placed in case.ui(Dialog, Screen):
        body = placed.event.body
        if isinstance(body, Screen):
            if body.package == case.package:
                run, title = [], ""
            continue
        if not isinstance(body, Dialog) or body.dialog is not DialogKind.PERMISSION:
            run, title = [], ""
            continue
        run = [*run, placed] if body.title == title else [placed]
        title = body.title
        if len(run) == _LOOP:
            signs.append(
                sign(
                    [one.event.reference for one in run],
                    f"拒绝后循环弹窗：{title}",
                    f"the same request came {_LOOP} times in a row: {title}",
                )
            )
    return signs


SIGNALS = (
    Signal(
        id=SignalId.PERMISSION_BEFORE_CONSENT,
        zh="征得同意前打开可收集个人信息的权限",
        en="a permission was opened before consent",
        needs=(Need.PERMISSION_HOOKS, Need.COVERAGE),
        find=_granted_before_consent,
    ),
    Signal(
        id=SignalId.PERMISSION_ASKED_BEFORE_CONSENT,
        zh="征得同意前申请权限",
        en="a permission was asked for before consent",
        needs=(Need.PERMISSION_HOOKS, Need.COVERAGE),
        find=_asked_before_consent,
    ),
    Signal(
        id=SignalId.BUNDLE_REQUEST,
        zh="一次申请多个权限",
        en="several permissions were asked for at once",
        needs=(Need.PERMISSION_HOOKS, Need.ACCEPTED, Need.COVERAGE),
        find=_bundle,
    ),
    Signal(
        id=SignalId.REPEAT_AFTER_DENIAL,
        zh="拒绝后频繁申请权限",
        en="a refused permission was asked for again",
        needs=(Need.PERMISSION_DENIED, Standard.NOT_ASKED_AGAIN_AFTER_DENIAL),
        find=any_of(_repeat_in_session, not_held(Standard.NOT_ASKED_AGAIN_AFTER_DENIAL)),
    ),
    Signal(
        id=SignalId.REPEAT_NEXT_START,
        zh="重新启动后再次申请已拒绝的权限",
        en="a refused permission was asked for again at the next start",
        needs=(Need.PERMISSION_DENIED, Need.RESTART_AFTER_DENIAL),
        find=any_of(_repeat_next_start, not_held(Standard.NOT_ASKED_AGAIN_AT_NEXT_START)),
    ),
    Signal(
        id=SignalId.EXIT_ON_DENIAL,
        zh="不给权限就退出",
        en="the app quits when a permission is refused",
        needs=(Need.PERMISSION_DENIED, Standard.STAYS_AFTER_PERMISSION_DENIED),
        find=any_of(_exit_on_denial, not_held(Standard.STAYS_AFTER_PERMISSION_DENIED)),
    ),
    Signal(
        id=SignalId.PROMPT_LOOP_ON_DENIAL,
        zh="不给权限就循环弹窗",
        en="the app asks in a loop when a permission is refused",
        needs=(Need.PERMISSION_DENIED,),
        find=_prompt_loop,
    ),
)
