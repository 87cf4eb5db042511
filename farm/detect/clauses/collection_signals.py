"""Signals about collecting: before consent, after a refusal, in the background, too often."""

from collections.abc import Callable, Iterable, Mapping

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need
from farm.detect.clauses.signal import Limits, Signal, sign
from farm.detect.timeline import Placed
from farm.model.clause import Sign, SignalId
from farm.model.events import Call
from farm.model.finding import Finding
from farm.model.vocabulary import DataType, Level, Phase

# No standard names a number. Two calls a minute is where the published examples of testing labs
# (every 30 s, every 2 s) begin; clauses that rest on it are left to a person.
_MOST_PER_MINUTE = 2
IMMUTABLE = frozenset(
    {
        DataType.IMEI,
        DataType.MEID,
        DataType.IMSI,
        DataType.ICCID,
        DataType.SERIAL,
        DataType.WIFI_MAC,
        DataType.BLUETOOTH_MAC,
        DataType.WIDEVINE_ID,
    }
)
"""Identifiers that a user cannot reset (the subject of GB/T 41391-2022 annex F)."""


def _from_findings(
    findings: Iterable[Finding], limits: Limits, wanted: Callable[[Finding], bool]
) -> list[Sign]:
    signs: list[Sign] = []
    for finding in findings:
        if not limits.covers(finding.data_type) or not wanted(finding):
            continue
        events = [call.event for call in finding.calls] + [flow.event for flow in finding.flows]
        to = f" -> {finding.receiver.name}" if finding.receiver else ""
        signs.append(
            sign(
                events,
                f"{finding.caller.name}：{finding.data_type}{to}（{finding.phase}）",
                f"{finding.caller.name}: {finding.data_type}{to} ({finding.phase})",
            )
        )
    return signs


def _in_phase(phase: Phase, *, sent: bool) -> Callable[[Case, Limits], list[Sign]]:
    def find(case: Case, limits: Limits) -> list[Sign]:
        return _from_findings(
            case.found.determined,
            limits,
            lambda one: one.phase is phase and (not sent or one.level is not Level.ACCESSED),
        )

    return find


def _third_party(case: Case, limits: Limits) -> list[Sign]:
    return _from_findings(
        case.found.determined, limits, lambda one: one.level is Level.TRANSMITTED_THIRD_PARTY
    )


def _calls_inside(
    calls: Mapping[DataType, list[Placed]], limits: Limits, zh: str, en: str
) -> list[Sign]:
    return [
        sign(
            (placed.event.reference for placed in found),
            f"{data_type}：{zh}{len(found)}次",
            f"{data_type}: {len(found)} {en}",
        )
        for data_type, found in sorted(calls.items())
        if limits.covers(data_type)
    ]


def _background(case: Case, limits: Limits) -> list[Sign]:
    return _calls_inside(case.background_calls, limits, "后台读取", "reads in the background")


def _silent(case: Case, limits: Limits) -> list[Sign]:
    return _calls_inside(
        case.quiet_calls, limits, "静默状态下读取", "reads while nobody touched it"
    )


def _too_often(case: Case, limits: Limits) -> list[Sign]:
    signs: list[Sign] = []
    for data_type, busiest in sorted(case.busiest_minutes.items()):
        if limits.covers(data_type) and len(busiest) > _MOST_PER_MINUTE:
            signs.append(
                sign(
                    (one.event.reference for one in busiest),
                    f"{data_type}：一分钟内读取{len(busiest)}次",
                    f"{data_type}: {len(busiest)} reads within one minute",
                )
            )
    return signs


def _immutable(case: Case, limits: Limits) -> list[Sign]:
    events: dict[DataType, list[str]] = {}
    for placed in case.personal_calls:
        body = placed.event.body
        if isinstance(body, Call) and body.data_type in IMMUTABLE and body.values:
            events.setdefault(body.data_type, []).append(placed.event.reference)
    return [
        sign(
            found,
            f"读取不可变更的设备识别码：{data_type}",
            f"read an identifier that cannot be reset: {data_type}",
        )
        for data_type, found in sorted(events.items())
    ]


SIGNALS = (
    Signal(
        id=SignalId.API_BEFORE_CONSENT,
        zh="征得同意前读取个人信息",
        en="personal information was read before consent",
        needs=(Need.COVERAGE,),
        find=_in_phase(Phase.BEFORE_CONSENT, sent=False),
    ),
    Signal(
        id=SignalId.FLOW_BEFORE_CONSENT,
        zh="征得同意前上传个人信息",
        en="personal information was sent before consent",
        needs=(Need.COVERAGE,),
        find=_in_phase(Phase.BEFORE_CONSENT, sent=True),
    ),
    Signal(
        id=SignalId.COLLECT_AFTER_REFUSAL,
        zh="用户不同意后仍收集个人信息",
        en="personal information was collected after the user refused",
        needs=(Need.DECLINED, Need.COVERAGE),
        find=_in_phase(Phase.AFTER_DECLINE, sent=False),
    ),
    Signal(
        id=SignalId.COLLECTS_AFTER_WITHDRAWAL,
        zh="撤回同意后仍收集个人信息",
        en="still collects once consent was withdrawn",
        needs=(Need.WITHDRAWN, Need.COVERAGE),
        find=_in_phase(Phase.AFTER_WITHDRAWAL, sent=False),
    ),
    Signal(
        id=SignalId.THIRD_PARTY_RECEIVES,
        zh="未经同意向第三方提供个人信息",
        en="a third party received personal information without consent",
        needs=(Need.COVERAGE,),
        find=_third_party,
    ),
    Signal(
        id=SignalId.BACKGROUND_COLLECTION,
        zh="后台收集个人信息",
        en="personal information was read in the background",
        needs=(Need.BACKGROUND, Need.COVERAGE),
        find=_background,
    ),
    Signal(
        id=SignalId.SILENT_COLLECTION,
        zh="静默状态下收集个人信息",
        en="personal information was read while nobody touched the app",
        needs=(Need.QUIET_FOREGROUND, Need.COVERAGE),
        find=_silent,
    ),
    Signal(
        id=SignalId.FREQUENCY_OVER_NEED,
        zh="收集频率偏高",
        en="personal information was read often",
        needs=(Need.ACCEPTED, Need.COVERAGE),
        find=_too_often,
    ),
    Signal(
        id=SignalId.IMMUTABLE_IDENTIFIER,
        zh="读取不可变更的设备识别码",
        en="an identifier that cannot be reset was read",
        needs=(Need.ACCEPTED, Need.COVERAGE),
        find=_immutable,
    ),
)
