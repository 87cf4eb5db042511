"""A maze as a real twin app, explored over adb: screens, pictures, dialogs, the way back."""

import re
from pathlib import Path

import msgspec
import pytest

from farm.explore.pictures.words import reader
from farm.model.events import Exploration, Tap
from farm.model.vocabulary import Outcome, Stream
from farm.recording import Recording
from farm.session.lab import inspect_apk
from farm.twin.mazes.apps import build_maze
from farm.twin.mazes.maze import Spec, grow
from tests.end_to_end.twin_lab import events, twin_lab

SPEC = Spec(
    name="maze-test",
    label="小迷宫",
    screens=14,
    seed=3,
    branching=3,
    canvases=1,
    walls=1,
    dangers=1,
    foreign=1,
    dialogs=2,
)


@pytest.mark.end_to_end
@pytest.mark.timeout(400)
async def test_a_maze_is_explored_on_a_twin(tmp_path: Path) -> None:
    apk = build_maze(SPEC, tmp_path / "maze.apk")
    maze = grow(SPEC)
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("eager", "explore", settle=0.5)
        scenario = order.scenario.bound({"events": "40", "seconds": "120"})
        order = msgspec.structs.replace(
            order, apks=(apk,), app=await inspect_apk(apk), scenario=scenario
        )
        result = await lab.inspect(order)
    assert result.outcome is Outcome.COMPLETE, result.reason
    seen = {int(each) for each in re.findall(r"maze\s*: screen (\d+)", _log(result.folder))}
    (report,) = [
        each.body for each in events(result, Stream.UI) if isinstance(each.body, Exploration)
    ]
    assert report.events == 40 and report.strategy == "model"
    # Its screens are those the app itself says it showed.
    assert len(seen) >= 8, (seen, report)
    assert seen <= maze.reachable
    assert "maze    : reset" not in _log(result.folder)
    taps = [each.body.text for each in events(result, Stream.UI) if isinstance(each.body, Tap)]
    assert taps[0] == "同意"
    canvas = next(screen for screen in maze.screens if screen.kind == "canvas")
    if reader() is not None and canvas.id in seen:
        assert {item.text for item in canvas.items} & set(taps)


def _log(folder: Path) -> str:
    recording = Recording.open(folder)
    assert recording.session.outcome is Outcome.COMPLETE
    return (folder / "logcat.txt").read_text("utf-8", "replace")
