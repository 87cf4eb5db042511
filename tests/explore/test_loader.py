"""Scenario files: what is accepted, and the one line for what is not."""

import hashlib
from pathlib import Path

import pytest

from farm.explore import loader
from farm.model.errors import UsageError

_GOOD = '''
from farm.scenario import Screen, scenario


@scenario(title="Look", title_zh="看", duration=5)
async def look(screen: Screen) -> None:
    """Look."""
'''


def _write(folder: Path, source: str | bytes, name: str = "look.py") -> Path:
    path = folder / name
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return path


def test_shipped_scenarios() -> None:
    assert {"accept", "decline", "launch_idle"} <= {each.name for each in loader.available()}
    accept = loader.load("accept")
    assert accept.sha256 == hashlib.sha256(accept.path.read_bytes()).hexdigest()
    assert accept.info.title_zh == "同意隐私政策" and accept.info.duration > 0


def test_by_path_and_by_name(tmp_path: Path) -> None:
    path = _write(tmp_path, _GOOD)
    assert loader.load(path).name == loader.load("look", tmp_path).name == "look"


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("def broken(:\n", [":1: syntax error"]),
        ("\n\nasync def f(run):\n  x = = 1\n", [":4: syntax error"]),
        ("import no_such_module_here\n", [":1: ModuleNotFoundError"]),
        ("\n\nraise RuntimeError('no')\n", [":3: RuntimeError: no"]),
        ("async def look(run): ...\n", ["none of its functions", "@scenario"]),
        ("from scenarios.accept import accept\n", ["none of its functions"]),
        (_GOOD + _GOOD.replace("look", "look2"), ["2 of its functions"]),
        (_GOOD.replace("async def", "def"), [":5: look is not async"]),
        (_GOOD.replace("screen: Screen", "a, b"), [":5: look: parameter 'a': expected one of app"]),
        (_GOOD.replace("screen: Screen", "*screen"), ["*screen: expected parameters"]),
        (_GOOD.replace("screen: Screen", "seen=None"), ["'seen': its default is a NoneType"]),
        (_GOOD.replace("duration=5", "duration=0"), ["duration: expected seconds"]),
        (_GOOD.replace("duration=5", "duration='x'"), ["duration: expected seconds"]),
        (_GOOD.replace('"Look"', '""'), ["title: expected one line"]),
        (_GOOD.replace("duration=5", "durat=5"), [":5: TypeError"]),
        (b"x = '\x00'\n", [":1:"]),
        (b"\xff\xfe\xff", [":1:"]),
    ],
)
def test_unusable_file(tmp_path: Path, source: str | bytes, parts: list[str]) -> None:
    path = _write(tmp_path, source)
    with pytest.raises(UsageError) as caught:
        loader.load(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message
    for part in parts:
        assert part in message, message


def test_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"known are .*accept, .*decline"):
        loader.load("acept")
    with pytest.raises(UsageError, match="no such file"):
        loader.load(tmp_path / "x.py")
    with pytest.raises(UsageError, match="unknown"):
        loader.load("../accept")
    with pytest.raises(UsageError, match="file name"):
        loader.load(_write(tmp_path, _GOOD, "Bad-Name.py"))
    with pytest.raises(UsageError, match="no such folder"):
        loader.available(tmp_path / "nothing")


def test_size_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="larger than"):
        loader.load(_write(tmp_path, "#" * 2_000_000))


def test_parameters_are_read_and_set(tmp_path: Path) -> None:
    source = _GOOD.replace("screen: Screen", "screen: Screen, times: int = 2, deep: bool = False")
    scenario = loader.load(_write(tmp_path, source))
    assert scenario.signature.given == ("screen",)
    assert scenario.options == {"scenario.times": "2", "scenario.deep": "False"}
    bound = scenario.bound({"times": "5", "deep": "yes"})
    assert bound.values == {"times": 5, "deep": True}
    assert bound.options["scenario.times"] == "5"
    for name, text, message in (
        ("many", "1", "no such parameter; it has: times, deep"),
        ("times", "x", "expected a whole number"),
        ("times", "nan", "expected a whole number"),
        ("deep", "2", "expected true or false"),
    ):
        with pytest.raises(UsageError, match=message):
            scenario.bound({name: text})
