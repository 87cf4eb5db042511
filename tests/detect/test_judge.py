"""Whole sessions through the judgement: what counts, what does not, and what stays open."""

import base64
import gzip
import hashlib
import json
import random

import pytest

from farm.detect.analyse import analysis_bytes, read_analysis
from farm.model.events import Dialog, Gap, RawConnection, Stopped, TlsFailed
from farm.model.vocabulary import (
    Confidence,
    ConsentAnswer,
    DataType,
    DialogKind,
    GapCause,
    Level,
    Outcome,
    Phase,
    Stream,
    VerdictKind,
)
from tests.detect.builders import (
    ANDROID_ID,
    IMEI,
    MAC,
    OTHER_IMEI,
    SDK_STACK,
    Scene,
    hooks_ready,
    ns,
)

TRACKER = "collect.tracker.example"


def test_quiet_app_that_waits_for_consent_is_clean() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.call(7000)
    scene.flow(7100, TRACKER, path=f"/?imei={IMEI}")
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.CLEAN, analysis.verdict
    assert analysis.findings == [] and analysis.undetermined == []
    assert [interval.phase for interval in analysis.phases] == [
        Phase.BEFORE_CONSENT,
        Phase.AFTER_ACCEPT,
    ]
    assert analysis.coverage.complete and analysis.coverage.consent_dialog_seen


@pytest.mark.parametrize("seen", [True, False])
def test_an_app_that_reads_as_it_is_agreed_to(seen: bool) -> None:
    """The handler of the button reads, before the tap's command has come back to the host."""
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT, takes=100)
    if seen:
        scene.touched(5095)
    scene.call(5096)
    scene.flow(5300, TRACKER, path=f"/?imei={IMEI}")
    verdict = scene.end().judge().verdict
    assert verdict.kind is (VerdictKind.CLEAN if seen else VerdictKind.UNDETERMINED)


def test_an_app_that_reads_before_the_finger_is_never_cleared_by_it() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT, takes=100)
    scene.call(5094)
    scene.touched(5095)
    assert scene.end().judge().verdict.kind is VerdictKind.UNDETERMINED


def test_access_before_consent() -> None:
    scene = Scene().begin()
    call = scene.call(1500)
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.VIOLATION
    (finding,) = analysis.findings
    assert finding.level is Level.ACCESSED
    assert finding.phase is Phase.BEFORE_CONSENT
    assert finding.confidence is Confidence.CERTAIN
    assert finding.calls[0].event == call.reference
    assert finding.calls[0].host_time == ns(1500)  # the phone's 37 s are taken off
    assert "CAC-191-3.1" in finding.clause
    assert {screen.caption for screen in finding.screens} >= {"before", "consent dialog"}


def test_sends_plain_and_hashed_to_a_third_party() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.call(1510, DataType.ANDROID_ID, ANDROID_ID)
    scene.call(1520, DataType.WIFI_MAC, MAC)
    digest = hashlib.sha256(ANDROID_ID.encode()).hexdigest()
    body = gzip.compress(json.dumps({"d": {"a": digest, "m": MAC.replace(":", "")}}).encode())
    scene.flow(1800, TRACKER, path=f"/c?imei={IMEI}")
    scene.flow(1900, TRACKER, body=body, headers=[(b"Content-Encoding", b"gzip")])
    analysis = scene.end().judge()
    assert {finding.data_type for finding in analysis.findings} == {
        DataType.IMEI,
        DataType.ANDROID_ID,
        DataType.WIFI_MAC,
    }
    for finding in analysis.findings:
        assert finding.level is Level.TRANSMITTED_THIRD_PARTY
        assert finding.receiver is not None and finding.receiver.name == "Example Tracker"
        assert finding.call_count == 1 and finding.flow_count == 1
        assert finding.confidence is Confidence.CERTAIN
    by_type = {finding.data_type: finding for finding in analysis.findings}
    match = by_type[DataType.ANDROID_ID].flows[0].matches[0]
    assert match.path == ["body", "gzip", "json $.d.a"]
    assert match.form == "sha256" and match.value == ANDROID_ID
    assert by_type[DataType.IMEI].flows[0].matches[0].location == "url query imei"
    assert by_type[DataType.WIFI_MAC].flows[0].matches[0].form == "plain without separators"
    assert "consent dialog never seen: no consent was given at all" in finding.reasons


def test_first_party_and_unknown_receivers_are_not_third_parties() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.flow(1700, "api.eager.example", path=f"/?i={IMEI}")
    scene.flow(1800, "nobody-knows.test", path=f"/?i={IMEI}")
    levels = {f.receiver.domain: f.level for f in scene.end().judge().findings if f.receiver}
    assert levels == {
        "eager.example": Level.TRANSMITTED,
        "nobody-knows.test": Level.TRANSMITTED,
    }


def test_catalogue_domain_is_a_third_party() -> None:
    scene = Scene().begin()
    scene.call(1500, stack=SDK_STACK)
    scene.flow(1700, "ulogs.umeng.com", path=f"/?i={IMEI}")
    (finding,) = scene.end().judge().findings
    assert finding.level is Level.TRANSMITTED_THIRD_PARTY
    assert finding.caller.sdk == "CN001" and finding.caller.third
    assert finding.receiver is not None and "Umeng" in finding.receiver.name


def test_collects_after_decline() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.call(7000)
    scene.flow(7100, TRACKER, path=f"/?imei={IMEI}")
    analysis = scene.end().judge()
    (finding,) = analysis.findings
    assert finding.phase is Phase.AFTER_DECLINE
    assert "CAC-191-3.2" in finding.clause


def test_call_on_the_border_is_undetermined() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT, takes=100)
    scene.call(5050)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED
    assert analysis.findings == []
    (finding,) = analysis.undetermined
    assert finding.phase is Phase.UNDETERMINED


@pytest.mark.parametrize(
    ("bound", "kind"), [(50, VerdictKind.VIOLATION), (300, VerdictKind.UNDETERMINED)]
)
def test_clock_bound_decides_whether_a_call_lies_before_the_tap(
    bound: float, kind: VerdictKind
) -> None:
    scene = Scene(clock_bound_ms=bound).begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.call(4800)
    assert scene.end().judge().verdict.kind is kind


def test_request_that_leaves_across_the_border_is_undetermined() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.call(6000)
    scene.streams[Stream.API].pop()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.call(4000, DataType.ANDROID_ID, ANDROID_ID)
    scene.flow(4990, TRACKER, path=f"/?a={ANDROID_ID}", takes=200)
    analysis = scene.end().judge()
    assert [f.level for f in analysis.findings] == [Level.ACCESSED]
    assert [f.level for f in analysis.undetermined] == [Level.TRANSMITTED_THIRD_PARTY]


def test_without_a_clock_no_call_is_a_violation() -> None:
    scene = Scene().begin()
    scene.clock = None
    scene.call(1500)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED
    assert analysis.coverage.clock_bound_ns is None
    assert any(gap.what == "clock" for gap in analysis.coverage.gaps)


def test_build_properties_and_random_identifiers_are_no_findings() -> None:
    scene = Scene().begin()
    scene.call(1500, DataType.BUILD_PROPERTIES, "MI 8")
    scene.flow(
        1600, TRACKER, path="/?model=MI%208&uuid=6f1c9e0a-7a52-4b7e-9d2b-1f6a0c9d3e55&l=zh_CN"
    )
    assert scene.end().judge().verdict.kind is VerdictKind.CLEAN


def test_another_phones_imei_and_longer_digit_runs_are_not_matched() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.call(6000)
    scene.answer(8000, ConsentAnswer.DECLINE)
    scene.flow(9000, TRACKER, path=f"/?a={OTHER_IMEI}&b=9{IMEI}&c={IMEI}7&t=1700000000123")
    assert scene.end().judge().findings == []


def test_a_checked_number_never_read_is_for_a_person_to_look_at() -> None:
    scene = Scene().begin()
    scene.flow(2000, TRACKER, path=f"/?imei={IMEI}")
    analysis = scene.end().judge()
    assert analysis.findings == []
    (finding,) = analysis.undetermined
    assert (finding.data_type, finding.confidence) == (DataType.IMEI, Confidence.POSSIBLE)
    assert finding.flows[0].matches[0].form == "checked number"
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


def test_another_phones_number_is_not_claimed_where_this_phones_is_known() -> None:
    scene = Scene().begin()
    scene.identity(DataType.IMEI, IMEI, how="read")
    scene.flow(2000, TRACKER, path="/?imei=352099001761481")
    assert scene.end().judge().verdict.kind is VerdictKind.CLEAN


@pytest.mark.parametrize("key", ["id", "order", "t"])
def test_a_checked_number_under_no_name_of_its_kind_is_not_claimed(key: str) -> None:
    scene = Scene().begin()
    scene.flow(2000, TRACKER, path=f"/?{key}={IMEI}")
    assert scene.end().judge().verdict.kind is VerdictKind.CLEAN


def test_value_sent_before_any_call_is_not_a_determined_finding() -> None:
    scene = Scene().begin()
    scene.flow(2000, TRACKER, path=f"/?imei={IMEI}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.call(7000)
    analysis = scene.end().judge()
    assert analysis.findings == []
    assert [f.confidence for f in analysis.undetermined] == [Confidence.POSSIBLE]
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


@pytest.mark.parametrize(
    ("value", "error"),
    [(None, "java.lang.SecurityException"), (None, None), ("02:00:00:00:00:00", None)],
)
def test_a_denied_call_is_an_attempt_and_no_access(value: str | None, error: str | None) -> None:
    scene = Scene().begin()
    scene.call(1500, DataType.WIFI_MAC, value, error=error)
    analysis = scene.end().judge()
    assert analysis.findings == [] and analysis.verdict.kind is VerdictKind.CLEAN
    assert any("asked for and not given" in reason for reason in analysis.verdict.reasons)


def test_pinned_host_is_never_clean() -> None:
    scene = Scene().begin()
    failed = TlsFailed(host="pinned.example", port=443, side="app", reason="unknown ca")
    scene.add(Stream.NETWORK, 2000, failed)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.NOT_OBSERVABLE
    assert analysis.coverage.hosts_refused == ["pinned.example"]


def test_the_farms_own_host_is_left_out() -> None:
    scene = Scene().begin()
    scene.call(1500, DataType.CANARY, "token-123456789")
    scene.flow(1600, "farm-canary.invalid", path="/token-123456789", stored=False)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.CLEAN, analysis.verdict
    assert analysis.coverage.hosts_seen == []


@pytest.mark.parametrize("recorder", [Stream.API, Stream.NETWORK])
def test_a_missed_canary_is_never_clean(recorder: Stream) -> None:
    scene = Scene().begin()
    scene.canary(30_000, recorder, seen=False)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.NOT_OBSERVABLE
    assert [gap.cause for gap in analysis.coverage.gaps] == [GapCause.CANARY_MISSED]


def test_each_phase_needs_its_own_proof_of_life() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.tap(5000, "同意", DialogKind.PRIVACY_CONSENT, answer=ConsentAnswer.ACCEPT)
    analysis = scene.end(canaries=False).judge()
    assert analysis.verdict.kind is VerdictKind.NOT_OBSERVABLE
    assert {gap.detail for gap in analysis.coverage.gaps} == {
        "no proof of life in phase after_accept"
    }


def test_late_or_failed_hooks_and_unhooked_processes_are_gaps() -> None:
    hooks = hooks_ready(early=False, failed={"oaid.get": "no such overload"})
    scene = Scene().begin(hooks=hooks)
    scene.restart(20_000, pid=101)
    scene.streams[Stream.API].pop()
    causes = {gap.cause for gap in scene.end().judge().coverage.gaps}
    assert causes >= {
        GapCause.HOOKS_NOT_READY,
        GapCause.HOOK_FAILED,
        GapCause.PROCESS_NOT_HOOKED,
    }


def test_open_gap_lasts_to_the_end_and_a_closed_one_does_not() -> None:
    scene = Scene().begin()
    scene.add(Stream.NETWORK, 3000, Gap(gap_id="g", cause=GapCause.PROXY_DOWN, start=ns(3000)))
    scene.add(
        Stream.DEVICE,
        4000,
        Gap(gap_id="h", cause=GapCause.PHONE_LOST, start=ns(4000), end=ns(4500)),
    )
    opened, closed = scene.end().judge().coverage.gaps
    assert opened.start == ns(3000) and opened.end >= ns(59_000)
    assert (closed.start, closed.end) == (ns(4000), ns(4500))


def test_unreadable_protocol_missing_bytes_and_torn_stream_are_gaps() -> None:
    scene = Scene().begin()
    raw = RawConnection(host="raw.example", port=5222, bytes_sent=10, bytes_received=0)
    scene.add(Stream.NETWORK, 2000, raw)
    scene.flow(3000, "lost.example", stored=False)
    scene.end()
    scene.streams[Stream.API] = [
        event for event in scene.streams[Stream.API] if not isinstance(event.body, Stopped)
    ]
    causes = {gap.cause for gap in scene.judge().coverage.gaps}
    assert causes == {"protocol_not_readable", "content_not_searched", GapCause.TORN_STREAM}


def test_what_nobody_can_read_is_told_with_its_size_and_keeps_a_session_from_being_clean() -> None:
    noise = random.Random(3).randbytes
    scene = Scene().begin()
    scene.flow(2000, "a.example", body=noise(5000))
    packed = base64.b64encode(noise(300)).decode()
    scene.flow(2500, "a.example", body=json.dumps({"v": 1, "d": packed}).encode())
    scene.flow(3000, "b.example", body=noise(40))
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.NOT_OBSERVABLE
    told = {gap.what: (gap.cause, gap.detail, len(gap.events)) for gap in analysis.coverage.gaps}
    why = "encrypted, or packed in an unknown way"
    assert told == {
        "flow to a.example": (
            "content_not_searched",
            f"{why}: 5300 bytes in 2 flows, the largest part 5000 bytes (body)",
            2,
        ),
        "flow to b.example": (
            "content_not_searched",
            f"{why}: 40 bytes in 1 flow, the largest part 40 bytes (body)",
            1,
        ),
    }
    assert any("5300 bytes" in reason for reason in analysis.verdict.reasons)


def test_pictures_and_text_leave_nothing_unread() -> None:
    scene = Scene().begin()
    scene.flow(2000, "a.example", body=b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(5000))
    scene.flow(2500, "a.example", body=b'{"v": "' + b"text of many words " * 200 + b'"}')
    assert scene.end().judge().verdict.kind is VerdictKind.CLEAN


def test_interrupted_session_is_never_clean_but_its_evidence_stands() -> None:
    scene = Scene().begin()
    scene.outcome, scene.reason = Outcome.INTERRUPTED, "phone gone"
    assert scene.end().judge().verdict.kind is VerdictKind.NOT_OBSERVABLE
    scene.call(1500)
    assert scene.judge().verdict.kind is VerdictKind.VIOLATION


def test_collects_after_crash_and_restart_before_any_answer() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.restart(10_000)
    scene.call(10_500)
    (finding,) = scene.end().judge().findings
    assert finding.phase is Phase.BEFORE_CONSENT


def test_asked_again_after_accept_and_restart_is_undetermined() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.restart(10_000)
    scene.dialog(10_400)
    scene.call(10_500)
    analysis = scene.end().judge()
    assert analysis.findings == [] and len(analysis.undetermined) == 1


def test_a_tap_that_may_have_agreed_ends_certainty() -> None:
    scene = Scene().begin()
    scene.tap(3000, "同意并继续")
    scene.call(4000)
    analysis = scene.end().judge()
    assert analysis.findings == [] and analysis.verdict.kind is VerdictKind.UNDETERMINED


def test_permission_and_advertisement_taps_give_no_consent() -> None:
    scene = Scene().begin()
    scene.tap(3000, "允许", DialogKind.PERMISSION)
    scene.tap(3500, "跳过", DialogKind.ADVERTISEMENT)
    scene.add(Stream.UI, 3600, Dialog(dialog=DialogKind.ADVERTISEMENT))
    scene.call(4000)
    assert scene.end().judge().verdict.kind is VerdictKind.VIOLATION


def test_sender_among_several_callers_stays_open_unless_the_receiver_tells() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.call(1600, stack=["com.example.metrics.Core.read(Core.java:1)"])
    scene.flow(2000, "collect.metrics.example", path=f"/?i={IMEI}")
    scene.flow(2100, TRACKER, path=f"/?i={IMEI}")
    findings = scene.end().judge().findings
    senders = {f.receiver.name: (f.caller.name, f.confidence) for f in findings if f.receiver}
    assert senders["Example Metrics"] == ("Example Metrics", Confidence.PROBABLE)
    assert senders["Example Tracker"] == ("Eager", Confidence.PROBABLE)


def test_same_recording_and_rules_give_the_same_bytes() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.call(1600, DataType.ANDROID_ID, ANDROID_ID)
    scene.flow(2000, TRACKER, path=f"/?i={IMEI}&a={ANDROID_ID}")
    scene.end()
    first = analysis_bytes(scene.judge())
    for stream in scene.streams.values():
        stream.reverse()
    scene.exchanges.reverse()
    assert analysis_bytes(scene.judge()) == first
    assert analysis_bytes(read_analysis(first)) == first
