"""Scenario files: what is accepted, and the one line for what is not."""

import hashlib
from pathlib import Path

import pytest

from farm.explore import loader
from farm.model.errors import UsageError

_GOOD = '''
from farm.explore.run import Run
from farm.explore.scenario import scenario

@scenario(title="Look", title_zh="看", duration=5)
async def look(run: Run) -> None:
    """Look."""
'''


def _write(folder: Path, source: str | bytes, name: str = "look.py") -> Path:
    path = folder / name
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return path


def test_shipped_scenarios() -> None:
    assert [each.name for each in loader.available()] == ["accept", "decline", "launch_idle"]
    accept = loader.load("accept")
    assert accept.sha256 == hashlib.sha256(accept.path.read_bytes()).hexdigest()
    assert accept.info.title_zh == "同意隐私政策" and accept.info.duration > 0


def test_by_path_and_by_name(tmp_path: Path) -> None:
    path = _write(tmp_path, _GOOD)
    assert loader.load(path).name == loader.load("look", tmp_path).name == "look"
    assert loader.check(path) == ""


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
        (_GOOD.replace("run: Run", "a, b"), ["takes 2 arguments"]),
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
    with pytest.raises(UsageError, match="known are accept, decline, launch_idle"):
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
