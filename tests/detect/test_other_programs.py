"""Whom the judgement must not accuse: of what other programs of the phone sent.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import pytest

from farm.detect.claims import Passed, judge_scenario
from farm.model.events import Claim, WebViewUsed
from farm.model.vocabulary import (
    Confidence,
    ConsentAnswer,
    DataType,
    Level,
    Phase,
    Stream,
    VerdictKind,
)
from tests.detect.builders import IMEI, Scene
from tests.detect.phones import MAKER, SERIAL, phone_with, sent


def told(scene: Scene, at: float = 1400) -> None:
    """The app's own request, whose connection its hooks tell; those that follow they do not."""
    scene.tells_connections = True
    scene.flow(at, "api.eager.example", path="/config")
    scene.tells_connections = False


@pytest.mark.parametrize(("at", "kind"), [(900, VerdictKind.CLEAN), (1500, VerdictKind.VIOLATION)])
def test_nothing_that_left_before_the_app_ran_is_the_apps(at: float, kind: VerdictKind) -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    scene.tells_connections = at > 1000
    scene.flow(at, MAKER, path=f"/log?sn={SERIAL}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is kind, analysis.verdict
    said = any("not by it: serial: to" in reason for reason in analysis.verdict.reasons)
    assert said is (kind is VerdictKind.CLEAN)


def test_what_the_system_sends_of_the_phone_is_not_said_to_be_the_apps() -> None:
    scene = phone_with(DataType.SERIAL, SERIAL)
    told(scene)
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
    told(scene)
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
    told(scene)
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
    told(scene)
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
    told(scene, 1350)
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
