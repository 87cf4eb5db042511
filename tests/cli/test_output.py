"""What an app, a phone or a file is called reaches no terminal as a command or as markup."""

import io
import logging

import pytest
from rich.console import Console
from rich.table import Table

from farm.cli import output
from farm.cli.output import PlainLines, complain, plain, say

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m‮elpmaxe.moc⁦​﻿\u2028[bold red]x[/bold red][/]:skull:"
HIDDEN = ("\x1b", "\x07", "\x9b", "‮", "⁦", "​", "﻿", "\u2028")


@pytest.mark.parametrize("speak", [say, complain])
def test_lines_are_plain(capsys: pytest.CaptureFixture[str], speak: object) -> None:
    assert callable(speak)
    speak(HOSTILE)
    said = capsys.readouterr().err
    assert not any(character in said for character in HIDDEN)
    assert "[bold red]x[/bold red][/]:skull:" in said
    assert "\\x1b]0;owned\\x07" in said


def test_lines_of_ours_may_have_several(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\rthree")
    assert capsys.readouterr().err == "one\ntwo\\rthree\n"


def test_a_table_shows_markup_as_it_stands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output.console, "_width", 500)  # COLUMNS counts only as it is made
    table = Table("name[/]", box=None)
    table.add_row(plain(HOSTILE))
    output.console.print(table)
    shown = capsys.readouterr().err
    assert "[bold red]x[/bold red][/]:skull:" in shown and "name[/]" in shown


def test_markup_would_have_bitten() -> None:
    with pytest.raises(Exception, match="closing tag"):
        Console(file=io.StringIO()).print(Table("name[/]"))


def test_log_lines_are_plain() -> None:
    record = logging.LogRecord(
        "farm", logging.WARNING, "x.py", 1, "source %s: %s", ("shop", f"{HOSTILE}.apk"), None
    )
    line = PlainLines("%(message)s").format(record)
    assert line.startswith("source shop: \\x1b]0;owned")
    assert not any(character in line for character in HIDDEN)
    assert line.count("\n") == 0
