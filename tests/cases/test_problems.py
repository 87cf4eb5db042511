"""What a judged recording says about one problem: shown, gone, or not to be told."""

import msgspec
import pytest

from farm.cases.problems import outlook, problems
from farm.cases.vocabulary import RetestOutcome
from farm.model.clause import SignalId
from farm.model.finding import Analysis
from farm.model.vocabulary import ConsentAnswer, DataType, Phase
from tests.cases.lab import RULES, cut_off, eager, quiet, sending
from tests.detect.builders import Scene
from tests.detect.clauses.scenes import SCENES
from tests.detect.clauses.scenes.consent import no_popup

ACCESSED = "collection.before_consent.accessed"
SENT = "collection.before_consent.transmitted"
AFTER = "collection.after_decline.accessed"
SHOWN, GONE, CANNOT_TELL = RetestOutcome.SHOWN, RetestOutcome.GONE, RetestOutcome.CANNOT_TELL


def judged(scene: Scene) -> Analysis:
    return scene.judge(RULES)


def declining() -> Scene:
    """An app that was refused, and asked for nothing."""
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    return scene.end()


def wavering() -> Scene:
    """A call that may lie before or after the answer."""
    scene = Scene(clock_bound_ms=4000).begin()
    scene.call(4500)
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


@pytest.mark.parametrize(
    ("analysis", "problem", "expected"),
    [
        (judged(eager()), ACCESSED, SHOWN),
        (judged(eager()), SENT, GONE),
        (judged(sending()), SENT, SHOWN),
        (judged(sending()), ACCESSED, SHOWN),  # what was sent was read
        (judged(quiet()), ACCESSED, GONE),
        (judged(cut_off()), ACCESSED, CANNOT_TELL),
        (judged(quiet()), AFTER, CANNOT_TELL),  # nobody declined
        (judged(declining()), AFTER, GONE),
        (judged(quiet()), "collection.of_old_rules", CANNOT_TELL),
    ],
)
def test_a_recording_says_of_a_problem(
    analysis: Analysis, problem: str, expected: RetestOutcome
) -> None:
    told = outlook(analysis, problem, RULES.pack)
    assert told.outcome is expected, told.reason
    assert told.reason


def test_what_could_not_be_placed_clears_nobody() -> None:
    analysis = judged(wavering())
    assert analysis.undetermined and analysis.undetermined[0].phase is Phase.UNDETERMINED
    whole = msgspec.structs.replace(
        analysis, coverage=msgspec.structs.replace(analysis.coverage, complete=True, gaps=[])
    )
    assert outlook(whole, ACCESSED, RULES.pack).outcome is CANNOT_TELL
    assert problems(whole, RULES.packs) == []


@pytest.mark.parametrize("signal", [SignalId.PRETICKED, SignalId.NO_POLICY_POPUP])
def test_a_signal_is_gone_only_where_it_would_have_been_seen(signal: SignalId) -> None:
    shows, _, kept, blind = (build(DataType.IMEI) for build in SCENES[signal])
    for scene, expected in ((shows, SHOWN), (kept, GONE), (blind, CANNOT_TELL)):
        told = outlook(judged(scene), f"signal:{signal}", RULES.pack)
        assert told.outcome is expected, told.reason
    nothing = msgspec.structs.replace(judged(kept), clauses=[])
    assert outlook(nothing, f"signal:{signal}", RULES.pack).outcome is CANNOT_TELL


def test_clauses_of_packs_that_are_not_known_open_nothing() -> None:
    analysis = judged(no_popup(DataType.IMEI))
    assert [one.id for one in problems(analysis, RULES.packs)] == ["signal:no_policy_popup"]
    assert problems(analysis, ()) == []
