"""`docs/architecture.md` speaks of rooms and modules that exist, in the order that is checked."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text()
NAMES = re.findall(r"`([\w./-]+(?:/|\.(?:py|md|yaml)|(?<=farm)/[\w/]+))`", TEXT)
RECORDED = {"screens/"}  # names inside a recording
ROOMS = re.findall(r"^\| `farm/([\w.]+)` \|", TEXT, re.M)


def test_every_module_and_folder_that_is_named_is_there() -> None:
    everywhere = {path.name for path in (ROOT / "farm").rglob("*") if path.name != "__pycache__"}
    missing = [
        name
        for name in NAMES
        if name not in RECORDED
        and not (ROOT / name).exists()
        and name.rstrip("/") not in everywhere
    ]
    assert len(NAMES) > 20, "the names were not found in the text"
    assert missing == []


def test_every_room_stands_in_the_table_in_the_order_of_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = [
        [room.strip().removeprefix("farm.") for room in layer.split("|")]
        for layer in reversed(contract["layers"])
    ]
    rank = {room: number for number, layer in enumerate(layers) for room in layer}
    shown = [room.removesuffix(".py") for room in ROOMS]
    assert set(shown) == set(rank)
    assert [rank[room] for room in shown] == sorted(rank[room] for room in shown)
