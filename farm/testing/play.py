"""Plays scenarios for tests: one lab per pytest run, whatever the number of its processes.

The process that pytest was started in owns the lab, on a thread of its own, and answers over
loopback to the workers of pytest-xdist, so that phones are leased by one pool.
"""

import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from farm.cli.judgement import judge_recording
from farm.detect.claims import ScenarioResult, scenario_result
from farm.detect.rules import load_rules
from farm.explore.loader import load
from farm.model.errors import FarmError, UsageError
from farm.model.finding import Analysis
from farm.recording import Recording
from farm.testing.lab_thread import LabThread, Wish
from farm.testing.phone import Answer, FarmPhone, Question

_LONGEST_ANSWER = 64 << 20  # a screenshot
_ANSWER_SECONDS = 6 * 3600.0


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that was played: its recording, and what analysis says of it."""

    folder: Path
    recording: Recording
    analysis: Analysis
    report: Path
    result: ScenarioResult

    def described(self) -> str:
        """Where to look, for a report of pytest."""
        return (
            f"recording: {self.folder}\nreport: {self.report}\n"
            f"verdict: {self.analysis.verdict.kind}"
        )


class Line(Protocol):
    """The way to the lab: in this process, or over loopback."""

    def ask(self, wish: Wish) -> Path: ...

    def ask_phone(self, question: Question) -> Answer: ...

    def close(self) -> None: ...


class Player:
    """Plays each wish once and remembers what came of it."""

    def __init__(self, line: Line, config: pytest.Config) -> None:
        self._line = line
        self._config = config
        self._played: dict[bytes, Played] = {}

    def play(
        self, apk: Path, scenario: str, parameters: dict[str, str], strict: bool = True
    ) -> Played:
        """Play a scenario on an app.

        Args:
            apk: the app.
            scenario: a name or a file.
            parameters: of the scenario, beside those of `--farm-set`.
            strict: whether a parameter of `--farm-set` that it lacks is an error; never one of
                `parameters`.

        Raises:
            UsageError: app, scenario or a parameter cannot be used.
            FarmError: no recording came of it.
        """
        loaded = load(scenario)
        own = {each.name for each in loaded.signature.parameters}
        chosen = _pairs(self._config.getoption("--farm-set"))
        chosen = {name: text for name, text in chosen.items() if name in own} | parameters
        loaded.bound(chosen)  # says now what is wrong
        wish = Wish(
            apk=str(apk.resolve()),
            scenario=str(loaded.path.resolve()),
            parameters=chosen,
            hints=str(Path(hints).resolve()) if (hints := self._option("--farm-hints")) else "",
        )
        key = msgspec.json.encode(wish, order="sorted")
        if key not in self._played:
            self._played[key] = _read(self._line.ask(wish))
        return self._played[key]

    def phone(self, played: Played) -> FarmPhone:
        """The phone that a scenario was played on."""
        return FarmPhone(played.recording.session.device, self._line)

    def address(self) -> str:
        """Where workers reach the lab.

        Raises:
            UsageError: this process is a worker itself.
        """
        if not isinstance(self._line, LabThread):
            raise UsageError("a worker has no lab of its own")
        return self._line.listen(secrets.token_hex(16))

    def close(self) -> None:
        """Close the lab."""
        self._line.close()

    def _option(self, name: str) -> str | None:
        value = self._config.getoption(name)
        return str(value) if value else None


class Remote:
    """A worker's line to the lab."""

    def __init__(self, address: str) -> None:
        port, _, self._token = address.partition(" ")
        self._port = int(port)

    def ask(self, wish: Wish) -> Path:
        """Have a wish played; returns the recording's folder."""
        return Path(str(self._request({"wish": msgspec.to_builtins(wish)})["folder"]))

    def ask_phone(self, question: Question) -> Answer:
        """Ask one of the lab's phones."""
        reply = self._request({"phone": msgspec.to_builtins(question)})
        return msgspec.convert(reply["phone"], Answer)

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            request = {"token": self._token} | request
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline(_LONGEST_ANSWER)
        if not line:
            raise FarmError("the lab of this test run has gone")
        reply: dict[str, Any] = json.loads(line)
        if reply.get("error"):
            raise FarmError(str(reply["error"]))
        return reply

    def close(self) -> None:
        """Nothing is open between two wishes."""


def make_player(config: pytest.Config, broker: str | None) -> Player:
    """The player of this process: beside the lab, or on a line to it.

    Raises:
        UsageError: no device was named.
    """
    if broker:
        return Player(Remote(broker), config)
    device = config.getoption("--farm-device") or "twin"
    home = config.getoption("--farm-home") or os.environ.get("FARM_HOME")
    workers: Any = getattr(config.option, "numprocesses", None)
    count = workers if isinstance(workers, int) and workers > 0 else 1
    return Player(LabThread(device, Path(home) if home else None, count), config)


def _pairs(options: list[str] | None) -> dict[str, str]:
    table: dict[str, str] = {}
    for option in options or []:
        name, equals, value = option.partition("=")
        if not equals:
            raise UsageError(f"--farm-set {option}: expected NAME=VALUE")
        table[name] = value
    return table


def _read(folder: Path) -> Played:
    recording = Recording.open(folder)
    judgement = judge_recording(folder, load_rules(None))
    return Played(
        folder=folder,
        recording=recording,
        analysis=judgement.analysis,
        report=judgement.report_file,
        result=scenario_result(recording),
    )
