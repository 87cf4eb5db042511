"""How many screens of mazes each strategy finds with the same number of events.

First on twins: some of the mazes as the apps that they are, over adb and uiautomator2, where the
app itself says which screens it showed. Then all twenty in memory with several seeds, which shows
how far one run is chance.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from farm.twin.mazes.maze import grow, load_specs
from tests.end_to_end.maze_walk import walk as twin_walk
from tests.end_to_end.unhooked import phones
from tests.explore.mazes import walk

_STRATEGIES = ("model", "monkey", "pixel-monkey", "breadth-first")
_EVENTS_PER_SCREEN = 4
_SEEDS = (1, 2, 3)


_ON_TWINS = ("maze02", "maze05", "maze08", "maze11", "maze14")
_TWIN_STRATEGIES = ("model", "monkey", "breadth-first")
_TWIN_EVENTS_PER_SCREEN = 2  # about what a session of ten minutes can spend on an app
_MONKEY_TIMES = 1.5  # what is promised


def main() -> None:
    """Explore the mazes with every strategy, and print the screens that were really shown."""
    names = [name for name in os.environ.get("FARM_BENCH_MAZES", "").split(",") if name]
    asyncio.run(_on_twins(names or _ON_TWINS))
    _in_memory()


async def _on_twins(names: Sequence[str]) -> None:
    total = dict.fromkeys(_TWIN_STRATEGIES, 0)
    sys.stdout.write("on twins\n" + _head(_TWIN_STRATEGIES))
    for spec in load_specs():
        if spec.name not in names:
            continue
        events = _TWIN_EVENTS_PER_SCREEN * spec.screens
        async with phones(spec.profile) as pool:
            seen = {
                name: len(await twin_walk(pool, spec, name, events, seed=1))
                for name in _TWIN_STRATEGIES
            }
        for name, count in seen.items():
            total[name] += count
        row = "".join(f"{count:>15}" for count in seen.values())
        reachable = len(grow(spec).reachable)
        sys.stdout.write(f"{spec.name:<8}{reachable:>8}{events:>8}{row}  {spec.profile}\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"{total['model'] / total['monkey']:.2f} times the monkey (promised {_MONKEY_TIMES}), "
        f"{total['model'] / total['breadth-first']:.2f} times breadth-first\n"
    )


def _head(strategies: Sequence[str]) -> str:
    row = "".join(f"{name:>15}" for name in strategies)
    return f"{'maze':<8}{'screens':>8}{'events':>8}{row}\n"


def _in_memory() -> None:
    total = dict.fromkeys(_STRATEGIES, 0)
    reachable = 0
    worse: list[str] = []
    sys.stdout.write("in memory\n" + _head(_STRATEGIES))
    for spec in load_specs():
        maze = grow(spec)
        events = _EVENTS_PER_SCREEN * spec.screens
        seen = {
            name: sum(asyncio.run(walk(maze, name, events, seed)).seen for seed in _SEEDS)
            for name in _STRATEGIES
        }
        for name, count in seen.items():
            total[name] += count
        reachable += len(maze.reachable) * len(_SEEDS)
        sys.stdout.write(
            f"{spec.name:<8}{len(maze.reachable):>8}{events:>8}"
            + "".join(f"{count / len(_SEEDS):>15.1f}" for count in seen.values())
            + "\n"
        )
        if seen["model"] < _MONKEY_TIMES * max(seen["monkey"], seen["pixel-monkey"]):
            worse.append(f"{spec.name}: less than 1.5 times a monkey")
        if seen["model"] <= seen["breadth-first"] and seen["model"] < len(maze.reachable) * len(
            _SEEDS
        ):
            worse.append(f"{spec.name}: no more than breadth-first")
    sys.stdout.write(
        f"of {reachable} in {len(_SEEDS)} seeds: "
        + ", ".join(f"{name} {count}" for name, count in total.items())
        + f"; {total['model'] / total['monkey']:.2f} times the monkey, "
        f"{total['model'] / total['breadth-first']:.2f} times breadth-first\n"
    )
    sys.stdout.write("\n".join(worse) + "\n" if worse else "in every maze as promised\n")


if __name__ == "__main__":
    main()
