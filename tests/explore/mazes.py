"""Explorations of mazes by each strategy, and how many screens each really saw."""

from dataclasses import dataclass

import msgspec

from farm.explore.explorer.values import Report
from farm.explore.run import Run
from farm.twin.mazes.maze import Maze
from tests.explore.fake_phone import FAST, Diary
from tests.explore.maze_phone import MazePhone

QUICK = msgspec.structs.replace(FAST, observe_interval=0.0, keep_interval=1e9, max_screens=0)


@dataclass
class Walk:
    """One exploration."""

    seen: int  # screens of the maze that were really shown
    reachable: int
    resets: int  # how often something that must not be touched was touched
    report: Report


async def walk(
    maze: Maze, strategy: str, events: int, seed: int = 0, read_pictures: bool = True
) -> Walk:
    """Explore a fresh phone with the maze."""
    phone = MazePhone(maze, seed)
    run = Run(driver=phone, journal=Diary(), app=phone, policy=QUICK)
    report = await run.explore(
        events=events, seed=seed, strategy=strategy, read_pictures=read_pictures
    )
    return Walk(
        seen=len(phone.shown & maze.reachable),
        reachable=len(maze.reachable),
        resets=phone.resets,
        report=report,
    )
