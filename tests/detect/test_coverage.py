"""What coverage says beside its gaps: where an app looked for instruments."""

from farm.model.events import InstrumentationSought
from farm.model.vocabulary import ConsentAnswer, Stream, VerdictKind
from tests.detect.builders import Scene


def looked(way: str, detail: str) -> InstrumentationSought:
    return InstrumentationSought(way=way, detail=detail, pid=100, tid=1)


def quiet(*sought: InstrumentationSought) -> Scene:
    scene = Scene().begin()
    for number, one in enumerate(sought):
        scene.add(Stream.API, 1000 + number, one)
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def test_looking_for_instruments_is_told_and_is_neither_gap_nor_violation() -> None:
    analysis = quiet(
        looked("maps", "/proc/self/maps"),
        looked("maps", "/proc/self/maps (2 times so far)"),
        looked("port", "127.0.0.1:27042"),
    ).judge()
    assert analysis.coverage.instruments_sought == {
        "maps": ["/proc/self/maps"],
        "port": ["127.0.0.1:27042"],
    }
    assert analysis.coverage.complete
    assert analysis.verdict.kind is VerdictKind.CLEAN


def test_an_app_that_does_not_look_is_not_said_to() -> None:
    assert quiet().judge().coverage.instruments_sought == {}
