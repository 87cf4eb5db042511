"""Whom the judgement must not accuse: other programs of the phone, common values, doubtful answers.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import hashlib
import json

import pytest

from farm.detect.claims import Passed, judge_scenario
from farm.model.events import Claim, Gap, Heartbeat, PhoneIdentity, StateChange, WebViewUsed
from farm.model.finding import Finding
from farm.model.vocabulary import (
    Confidence,
    ConsentAnswer,
    DataType,
    DialogKind,
    GapCause,
    Level,
    Outcome,
    Phase,
    SessionState,
    Stream,
    VerdictKind,
)
from tests.detect.builders import IMEI, Scene, ns

MAKER = "data.maker-of-phones.example"
SERIAL = "R58N31LQ7ZT"


def sent(findings: list[Finding]) -> list[DataType]:
    return [one.data_type for one in findings if one.level is not Level.ACCESSED]


def phone_with(data_type: DataType, value: str) -> Scene:
    scene = Scene().begin()
    scene.add(
        Stream.DEVICE,
        50,
        PhoneIdentity(data_type=data_type, value=value, how="read", name="asked"),
    )
    return scene


# Other programs of the phone


@pytest.mark.parametrize(("at", "kind"), [(900, VerdictKind.CLEAN), (1500, VerdictKind.VIOLATION)])
def test_nothing_that_left_before_the_app_ran_is_the_apps(at: float, kind: VerdictKind) -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    scene.tells_connections = at > 1000
    scene.flow(at, MAKER, path=f"/log?sn={SERIAL}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is kind, analysis.verdict
    told = any("not by it: serial: to" in reason for reason in analysis.verdict.reasons)
    assert told is (kind is VerdictKind.CLEAN)


def test_what_the_system_sends_of_the_phone_is_not_said_to_be_the_apps() -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    scene.tells_connections = True
    scene.flow(1400, "api.eager.example", path="/config")
    scene.tells_connections = False
    scene.flow(1500, MAKER, path=f"/log?sn={SERIAL}", client_random=b"s" * 32)
    analysis = scene.end().judge()
    assert (sent(analysis.findings), sent(analysis.undetermined)) == ([], [DataType.SERIAL])
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED
    assert any("another program" in reason for reason in analysis.undetermined[0].reasons)


@pytest.mark.parametrize("random", [b"", b"s" * 32])
def test_a_connection_of_nobody_knows_whom_accuses_nobody(random: bytes) -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    scene.flow(1500, MAKER, path=f"/log?sn={SERIAL}", client_random=random)
    analysis = scene.end().judge()
    assert (sent(analysis.findings), sent(analysis.undetermined)) == ([], [DataType.SERIAL])


@pytest.mark.parametrize("of_the_app", [True, False])
def test_what_the_app_read_and_another_sent_is_a_reading(of_the_app: bool) -> None:
    scene = Scene().begin()
    scene.call(1300)
    scene.tells_connections = True
    scene.flow(1400, "api.eager.example", path="/config")
    scene.tells_connections = of_the_app
    scene.flow(1500, MAKER, path=f"/?imei={IMEI}", client_random=b"" if of_the_app else b"s" * 32)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.VIOLATION  # it was read, whoever sent it
    assert sent(analysis.findings) == [DataType.IMEI] * of_the_app
    assert sent(analysis.undetermined) == [DataType.IMEI] * (not of_the_app)


@pytest.mark.parametrize(
    ("random", "confidence"),
    [(b"", Confidence.PROBABLE), (b"own" * 10 + b"!!", Confidence.CERTAIN)],
)
def test_what_is_not_encrypted_is_tied_to_nobody_for_certain(
    random: bytes, confidence: Confidence
) -> None:
    scene = Scene().begin()
    scene.call(1300)
    scene.tells_connections = True
    scene.flow(1400, "api.eager.example", path="/config")
    scene.tells_connections = False
    if random:
        scene.connected(1450, random)
    scene.flow(1500, MAKER, path=f"/?imei={IMEI}", client_random=random)
    (finding,) = [one for one in scene.end().judge().findings if one.receiver is not None]
    assert finding.confidence is confidence


@pytest.mark.parametrize(
    ("name", "package", "theirs"),
    [
        (b"X-Requested-With", b"com.example.eager", True),
        (b"x-requested-with", b"com.example.eager", True),
        (b"X-Requested-With", b"com.example.eagerly", False),
        (b"X-Requested-With", b"XMLHttpRequest", False),
        (b"Referer", b"com.example.eager", False),
    ],
)
def test_a_page_inside_the_app_names_it(name: bytes, package: bytes, theirs: bool) -> None:
    scene = Scene().begin()
    scene.call(1300)
    scene.tells_connections = True
    scene.flow(1400, "api.eager.example", path="/config")
    scene.tells_connections = False
    page = [(name, package)]
    scene.flow(1500, MAKER, path=f"/?imei={IMEI}", headers=page, client_random=b"w" * 32)
    assert sent(scene.end().judge().findings) == [DataType.IMEI] * theirs


@pytest.mark.parametrize(
    ("opened", "at", "headers", "theirs"),
    [
        ("https://h5.eager.example/index", 1400, [(b"Origin", b"https://h5.eager.example")], True),
        ("https://h5.eager.example/", 1400, [(b"Referer", b"https://h5.eager.example/a?b")], True),
        (f"https://{MAKER}/page", 1400, [], True),
        ("https://h5.eager.example/", 1600, [(b"Origin", b"https://h5.eager.example")], False),
        ("https://h5.eager.example/", 1400, [(b"Origin", b"https://other.example")], False),
        ("https://[broken", 1400, [(b"Referer", b"https://[broken")], False),
    ],
)
def test_what_a_page_sends_that_the_app_opened_is_the_apps(
    opened: str, at: float, headers: list[tuple[bytes, bytes]], theirs: bool
) -> None:
    scene = Scene().begin()
    scene.call(1300)
    scene.tells_connections = True
    scene.flow(1350, "api.eager.example", path="/config")
    scene.tells_connections = False
    scene.add(Stream.API, at, WebViewUsed(action="load", detail=opened, pid=100, tid=1))
    scene.flow(1500, MAKER, path=f"/?imei={IMEI}", headers=headers, client_random=b"w" * 32)
    assert sent(scene.end().judge().findings) == [DataType.IMEI] * theirs


def test_a_claim_is_not_broken_by_another_program() -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    scene.flow(1500, MAKER, path=f"/log?sn={SERIAL}", client_random=b"s" * 32)
    claim = Claim(
        name="no serial leaves",
        data_type=DataType.SERIAL,
        level=Level.TRANSMITTED,
        expected=False,
        phase=Phase.BEFORE_CONSENT,
    )
    scene.add(Stream.UI, 3000, claim)
    result = judge_scenario(scene.end().session(), scene.streams, scene.exchanges)
    assert [one.held for one in result.expectations] == [Passed.UNDETERMINED]


@pytest.mark.parametrize(("value", "held"), [("null", Passed.YES), (IMEI, Passed.NO)])
def test_a_claim_is_not_broken_by_asking_in_vain(value: str, held: Passed) -> None:
    scene = Scene().begin()
    scene.call(1500, value=value)
    claim = Claim(
        name="no IMEI", data_type=DataType.IMEI, level=Level.ACCESSED, expected=False, phase=None
    )
    scene.add(Stream.UI, 3000, claim)
    result = judge_scenario(scene.end().session(), scene.streams, scene.exchanges)
    assert [one.held for one in result.expectations] == [held]


# Values that many phones share

COMMON = (
    (DataType.SERIAL, "0123456789ABCDEF"),
    (DataType.SERIAL, "unknown"),
    (DataType.IMEI, "012345678912345"),
    (DataType.IMEI, "123456789012345"),
    (DataType.IMEI, "358240051111110"),
    (DataType.IMEI, "004999010640000"),
    (DataType.IMEI, "000000000000000"),
    (DataType.ANDROID_ID, "9774d56d682e549c"),
    (DataType.ANDROID_ID, "ffffffffffffffff"),
    (DataType.ANDROID_ID, ""),
    (DataType.WIFI_MAC, "02:00:00:00:00:00"),
    (DataType.WIFI_MAC, "02:15:B2:00:00:00"),
    (DataType.WIFI_MAC, "11:11:11:11:11:11"),
    (DataType.OAID, "00000000-0000-0000-0000-000000000000"),
    (DataType.WIFI_SSID, "AndroidWifi"),
    (DataType.LOCATION, "0.0,0.0"),
    (DataType.PHONE_NUMBER, "15555215554"),
)


@pytest.mark.parametrize(("data_type", "value"), COMMON)
def test_a_value_of_many_phones_tells_of_no_sending(data_type: DataType, value: str) -> None:
    scene = phone_with(data_type, value)
    scene.call(1300, data_type, value)
    scene.tells_connections = True
    body = {"a": value, "md5": hashlib.md5(value.encode()).hexdigest()}  # noqa: S324
    if "," in value:
        body |= dict(zip(("lat", "lng"), value.split(","), strict=True))
    scene.flow(1500, MAKER, body=json.dumps(body).encode())
    analysis = scene.end().judge()
    assert sent(analysis.findings) == []


@pytest.mark.parametrize("value", ["-1", "2147483647", "0.0,0.0", "-1,-1", "0,0,0"])
def test_what_systems_say_for_nothing_is_no_reading(value: str) -> None:
    scene = Scene().begin()
    scene.call(1300, DataType.CELL_LOCATION, value)
    assert scene.end().judge().findings == []


@pytest.mark.parametrize(
    ("data_type", "value"),
    [(DataType.SERIAL, "0123456789ABCDEF"), (DataType.IMEI, "358240051111110")],
)
def test_reading_a_common_value_is_a_reading_all_the_same(data_type: DataType, value: str) -> None:
    scene = Scene().begin()
    scene.call(1300, data_type, value)
    (finding,) = scene.end().judge().findings
    assert finding.level is Level.ACCESSED


def test_what_counts_half_way_is_nobodys_default() -> None:
    scene = Scene().begin()
    for at, number in ((1300, "861234567890120"), (1310, "012345678998761")):
        scene.call(at, DataType.IMEI, number)
        scene.flow(at + 200, MAKER, path=f"/?imei={number}")
    (finding,) = [one for one in scene.end().judge().findings if one.receiver is not None]
    assert finding.flow_count == 2


@pytest.mark.parametrize("renamed", [False, True])
def test_the_name_of_a_phone_that_nobody_named_is_its_makers(renamed: bool) -> None:
    name = "Lin's Redmi Note 8" if renamed else "Redmi Note 8"
    scene = Scene().begin()
    scene.call(1300, DataType.BUILD_PROPERTIES, "Redmi Note 8")
    scene.call(1310, DataType.DEVICE_NAME, name)
    scene.flow(1500, MAKER, body=json.dumps({"device_name": name}).encode())
    assert sent(scene.end().judge().findings) == [DataType.DEVICE_NAME] * renamed


# Doubtful answers


def collects(scene: Scene, at: float) -> Scene:
    scene.call(at)
    scene.flow(at + 100, MAKER, path=f"/?imei={IMEI}")
    return scene


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("[enter]", DialogKind.NONE),
        ("Aceptar", DialogKind.NONE),
        ("동의합니다", DialogKind.NONE),
        ("Принять", DialogKind.NONE),
        ("我已阅读", DialogKind.NONE),
        ("立即体验", DialogKind.NONE),
        ("同意并升级", DialogKind.UPDATE),
        ("同意", DialogKind.ADVERTISEMENT),
        ("I agree", DialogKind.RATING),
    ],
)
def test_a_button_that_may_have_agreed_leaves_what_follows_open(
    text: str, dialog: DialogKind
) -> None:
    scene = Scene().begin()
    scene.tap(2000, text, dialog)
    analysis = collects(scene, 3000).end().judge()
    assert analysis.findings == [] and analysis.undetermined != []
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("允许", DialogKind.PERMISSION),
        ("不同意", DialogKind.UPDATE),
        ("立即更新", DialogKind.UPDATE),
        ("跳过", DialogKind.ADVERTISEMENT),
        ("Disagree", DialogKind.ADVERTISEMENT),
        ("首页", DialogKind.NONE),
    ],
)
def test_a_button_about_other_things_gives_no_consent(text: str, dialog: DialogKind) -> None:
    scene = Scene().begin()
    scene.tap(2000, text, dialog)
    assert collects(scene, 3000).end().judge().verdict.kind is VerdictKind.VIOLATION


def test_refusing_something_after_agreeing_takes_nothing_back() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.dialog(8000)
    scene.answer(9000, ConsentAnswer.DECLINE)
    analysis = collects(scene, 12_000).end().judge()
    assert analysis.findings == []
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("同意并继续", VerdictKind.UNDETERMINED),
        ("仅浏览", VerdictKind.VIOLATION),
        ("仍不同意", VerdictKind.VIOLATION),
    ],
)
def test_agreeing_late_on_a_screen_that_nobody_recognised(text: str, kind: VerdictKind) -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.tap(8000, text)
    assert collects(scene, 12_000).end().judge().verdict.kind is kind


def test_a_second_question_after_such_a_button_closes_the_doubt() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.tap(8000, "同意并继续")
    scene.dialog(9000)
    (finding, *_) = collects(scene, 12_000).end().judge().findings
    assert finding.phase is Phase.AFTER_DECLINE


# The host's clock is set


def beats(scene: Scene, set_at: float, by: float) -> None:
    """The session's heartbeats, in a session in which the host's clock is set by some ms."""
    for at in range(0, 20_000, 1000):
        t = at + (by if at >= set_at else 0)
        scene.add(Stream.DEVICE, t, Heartbeat(counts={"monotonic_ns": at * 1_000_000 + 77}))


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        (0, VerdictKind.VIOLATION),
        (-2, VerdictKind.VIOLATION),  # less than two readings of a clock are apart
        (-400, VerdictKind.UNDETERMINED),
        (-10_000, VerdictKind.UNDETERMINED),
    ],
)
def test_a_flow_seems_to_lie_before_the_tap_where_the_clock_was_set_back(
    by: float, kind: VerdictKind
) -> None:
    scene = Scene().begin()
    beats(scene, set_at=6000, by=by)
    scene.call(1500, value="null")
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    scene.tells_connections = True
    scene.flow(5500, MAKER, path=f"/?sn={SERIAL}")
    analysis = scene.end().judge()
    assert analysis.verdict.kind is kind, analysis.verdict
    assert (sent(analysis.findings) == []) is (kind is VerdictKind.UNDETERMINED)


def test_setting_the_clock_leaves_certain_what_lies_far_from_it() -> None:
    scene = Scene().begin()
    beats(scene, set_at=12_000, by=-400)
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    scene.tells_connections = True
    scene.flow(5500, MAKER, path=f"/?sn={SERIAL}")
    assert sent(scene.end().judge().findings) == [DataType.SERIAL]


@pytest.mark.parametrize("by", [-3000, 3000])
def test_calls_cannot_be_placed_by_a_clock_that_was_set(by: float) -> None:
    scene = Scene().begin()
    beats(scene, set_at=12_000, by=by)
    scene.call(3000)
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED
    assert any("host's clock was set" in reason for reason in analysis.verdict.reasons)


def test_an_older_recording_shows_it_by_the_order_of_its_events() -> None:
    scene = Scene().begin()
    for at in (4000, 5000, 2500, 3500):
        scene.add(Stream.DEVICE, at, Heartbeat())
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.tells_connections = True
    scene.answer(4500, ConsentAnswer.ACCEPT)
    scene.flow(3000, MAKER, path=f"/?sn={SERIAL}")
    assert sent(scene.end().judge().findings) == []


# What the scenario did is not on record to the end


def states(scene: Scene, *reached: SessionState) -> None:
    for number, state in enumerate(reached):
        scene.add(Stream.DEVICE, 100 + number, StateChange(state=state))


WORKING = (SessionState.PREPARING, SessionState.LAUNCHING, SessionState.DRIVING)


@pytest.mark.parametrize("over", [True, False])
def test_a_controller_that_died_may_have_tapped_before(over: bool) -> None:
    scene = Scene().begin()
    states(scene, *WORKING, *((SessionState.STOPPING,) if over else ()))
    scene.outcome = Outcome.INTERRUPTED
    scene.dialog(2000)  # the last that the scenario told; it taps, and is killed
    analysis = collects(scene, 3000).end().judge()
    assert (analysis.findings == []) is not over
    kind = VerdictKind.VIOLATION if over else VerdictKind.UNDETERMINED
    assert analysis.verdict.kind is kind


def test_what_came_before_the_controller_died_is_certain() -> None:
    scene = Scene().begin()
    states(scene, *WORKING)
    scene.outcome = None
    collects(scene, 1500)
    scene.dialog(2000)
    assert scene.end().judge().verdict.kind is VerdictKind.VIOLATION


@pytest.mark.parametrize(
    ("cause", "scope", "kind"),
    [
        (GapCause.DISK_FULL, "", VerdictKind.UNDETERMINED),
        (GapCause.TORN_STREAM, "", VerdictKind.UNDETERMINED),
        (GapCause.EVENTS_DROPPED, "tap", VerdictKind.UNDETERMINED),
        (GapCause.EVENTS_DROPPED, "screen", VerdictKind.VIOLATION),
    ],
)
def test_a_tap_may_be_among_what_the_stream_lost(
    cause: GapCause, scope: str, kind: VerdictKind
) -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.add(Stream.UI, 2500, Gap(gap_id="g", cause=cause, start=ns(2400), scope=scope))
    assert collects(scene, 3000).end().judge().verdict.kind is kind


def test_a_gap_before_the_answer_leaves_what_follows_it_certain() -> None:
    scene = Scene().begin()
    scene.add(Stream.UI, 1500, Gap(gap_id="g", cause=GapCause.TORN_STREAM, start=ns(1400)))
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    (finding, *_) = collects(scene, 8000).end().judge().findings
    assert finding.phase is Phase.AFTER_DECLINE
