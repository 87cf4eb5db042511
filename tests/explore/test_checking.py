"""Mistakes in scenarios, found without a phone: each at its line, and none in good ones."""

from pathlib import Path

import pytest

from farm import paths
from farm.explore.checking import check
from farm.explore.hints import Hints
from farm.explore.selectors import Selector
from farm.explore.template import literal, new_scenario
from farm.model.errors import UsageError

_HEAD = """from farm.scenario import App, Consent, Expect, Phone, Screen, Step, scenario


@scenario(title="Look")
async def look(app: App, screen: Screen, consent: Consent, phone: Phone, step: Step,
               expect: Expect) -> None:
"""


def _problems(folder: Path, body: str, hints: Hints | None = None) -> list[tuple[int, str]]:
    path = folder / "look.py"
    path.write_text(_HEAD + "".join(f"    {line}\n" for line in body.split("\n")))
    found = check(path, hints=hints)
    assert all(each.path == str(path) for each in found)
    return [(each.line, each.message) for each in found]


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        ("consent.accept()", 7, "expected `await` before it"),
        ("await consent.wait(5)\nscreen.tap('x')", 8, "expected `await`"),
        ("await expect.no_access('imei', before='consent')", 7, "leave `await` out"),
        ("await app.lunch()", 7, "app.lunch: no such thing; app has"),
        ("await screen.tap(name='x')", 7, "unexpected keyword argument 'name'"),
        ("await consent.wait(1, 2, 3)", 7, "too many positional arguments"),
        ("with step('a'):\n    pass", 7, "expected `async with step(...)`, found `with`"),
        ("step('a')", 7, "expected `async with step"),
        ("async with step():\n    pass", 7, "missing a required argument: 'name'"),
        ("expect.no_access('imai')", 7, "'imai': no such data type; there are imei,"),
        ("expect.no_access('imei', before='accept')", 7, "expected before='consent'"),
        ("expect.access('imei', after='agree')", 7, "after='agree': expected"),
        ("import time\ntime.sleep(3)", 8, "time.sleep: blocks the whole farm"),
        ("await phone.reboot()", 7, "phone.reboot: no such thing"),
        ("x = 1\nif x\n    pass", 8, "syntax error"),
    ],
)
def test_mistakes(tmp_path: Path, body: str, line: int, part: str) -> None:
    found = _problems(tmp_path, body)
    assert [each for each in found if each[0] == line and part in each[1]], found


@pytest.mark.parametrize(
    "body",
    [
        "async with step('a', deadline=3), step('b'):\n    await consent.wait()",
        "if await app.alive() and not await screen.shows('x'):\n    await app.watch(1)",
        "async with asyncio.TaskGroup() as group:\n    pass",
        "await screen.tap(**{'text': 'x'})",
        "expect.that('any name', True)\nexpect.no_access('imei')",
        "expect.access('imei', after='decline')",
        "seen = screen.appearances('privacy_consent')",
    ],
)
def test_no_mistakes(tmp_path: Path, body: str) -> None:
    assert _problems(tmp_path, body) == []


def test_shipped_scenarios_have_none() -> None:
    for path in sorted(paths.SCENARIOS.glob("*.py")):
        assert check(path) == []


def test_helpers_of_the_file_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "look.py"
    source = _HEAD + "    await help(app)\n\n\nasync def help(app: App) -> None:\n    app.home()\n"
    path.write_text(source)
    (problem,) = check(path)
    assert problem.line == 11 and "app.home(...)" in problem.message


def test_names_of_hints(tmp_path: Path) -> None:
    hints = Hints(selectors={"settings": Selector(text="设置")})
    body = "await screen.tap(hint='settings')\nawait screen.tap(hint='setings')"
    ((line, message),) = _problems(tmp_path, body, hints)
    assert line == 8 and "'setings'" in message
    assert _problems(tmp_path, body) == []


def test_new_scenario_has_no_mistakes(tmp_path: Path) -> None:
    title = 'Say "hi" \\ and\n"""quit"""'
    path = new_scenario(tmp_path / "my_first", title)
    assert path.name == "my_first.py" and check(path) == []
    with pytest.raises(UsageError, match="exists already"):
        new_scenario(path, "again")
    with pytest.raises(UsageError, match="lower-case"):
        new_scenario(tmp_path / "My-First.py", "x")


@pytest.mark.parametrize("text", ["plain", "it's", 'say "x"', "a\\b", "'\"", "\x00\u202e", "中\n"])
def test_any_text_becomes_a_literal(text: str) -> None:
    source = literal(text)
    assert "\n" not in source
    assert compile(source, "", "eval") and eval(source) == text  # noqa: S307 - our own output
