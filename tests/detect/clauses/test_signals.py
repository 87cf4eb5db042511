"""Every signal: a session that shows it, one that nearly does, one that would have, one that
cannot tell."""

import pytest

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.needs import DESCRIPTIONS, Need
from farm.detect.clauses.packs import shipped_packs
from farm.model.clause import ClauseAnswer, Sighting, SignalId, SignalState
from farm.model.vocabulary import DataType
from tests.detect.builders import Scene
from tests.detect.clauses.scenes import SCENES, ClauseScene

# One clause a signal that does not narrow it to some kinds of information.
_CLAUSE_OF = {
    signal: clause.id
    for loaded in shipped_packs()
    for clause in loaded.pack.clauses
    for signal in (*clause.broken_by, *clause.review_by)
    if not clause.data_types
}


def seen(signal: SignalId, scene: Scene) -> Sighting:
    [judgement] = [one for one in scene.judge().clauses if one.clause == _CLAUSE_OF[signal]]
    [sighting] = [one for one in judgement.sightings if one.signal is signal]
    return sighting


def test_every_signal_has_a_finder_and_sessions() -> None:
    assert set(SIGNALS) == set(SignalId) == set(SCENES)
    assert all(signal.id is name for name, signal in SIGNALS.items())
    assert set(DESCRIPTIONS) == set(Need)


@pytest.mark.parametrize("signal", SignalId)
def test_a_session_that_shows_it(signal: SignalId) -> None:
    sighting = seen(signal, SCENES[signal][0](DataType.IMEI))
    assert sighting.state is SignalState.PRESENT
    assert sighting.count >= 1
    scene = SCENES[signal][0](DataType.IMEI)
    references = {event.reference for events in scene.streams.values() for event in events}
    for one in sighting.signs:
        assert one.events and set(one.events) <= references
        assert one.zh and one.en


@pytest.mark.parametrize("signal", SignalId)
def test_a_session_that_nearly_shows_it(signal: SignalId) -> None:
    assert seen(signal, SCENES[signal][1](DataType.IMEI)).state is not SignalState.PRESENT


@pytest.mark.parametrize("signal", SignalId)
def test_a_session_that_would_have_shown_it(signal: SignalId) -> None:
    sighting = seen(signal, SCENES[signal][2](DataType.IMEI))
    assert (sighting.state, sighting.lacks) == (SignalState.ABSENT, [])


@pytest.mark.parametrize("signal", SignalId)
def test_a_session_that_cannot_tell(signal: SignalId) -> None:
    sighting = seen(signal, SCENES[signal][3](DataType.IMEI))
    assert sighting.state is SignalState.UNKNOWN
    assert sighting.lacks


def test_signs_are_bounded_and_counted() -> None:
    scene = ClauseScene()
    for number in range(30):
        scene.ask_consent(2000 + number, preticked=True)
    sighting = seen(SignalId.PRETICKED, scene.done())
    assert (sighting.count, len(sighting.signs)) == (30, 20)


def test_texts_of_the_app_are_bounded() -> None:
    scene = ClauseScene()
    scene.ask_consent(accept_text="x" * 10_000, decline_text="")
    [one] = seen(SignalId.NO_REFUSE_BUTTON, scene.done()).signs
    assert len(one.en) <= 300 and len(one.zh) <= 300


def test_a_limited_clause_looks_at_its_own_kinds_only() -> None:
    scene = SCENES[SignalId.API_BEFORE_CONSENT][0](DataType.CONTACTS)
    answers = {one.clause: one.answer for one in scene.judge().clauses}
    assert answers["TAF-077.4-1"] is ClauseAnswer.BROKEN  # address book
    assert answers["TAF-077.2-1"] is ClauseAnswer.KEPT  # location


def test_what_an_app_does_when_it_is_started_is_not_silent() -> None:
    scene = ClauseScene()
    scene.in_front(1100, 57_000)
    scene.call(1500, DataType.IMEI)
    assert seen(SignalId.SILENT_COLLECTION, scene.done()).state is SignalState.ABSENT
    late = ClauseScene()
    late.in_front(1100, 57_000)
    late.call(40_000, DataType.IMEI)
    assert seen(SignalId.SILENT_COLLECTION, late.done()).state is SignalState.PRESENT
