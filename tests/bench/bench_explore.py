"""How many screens of 20 mazes each strategy finds with the same number of events."""

import asyncio
import sys

from farm.twin.mazes.maze import grow, load_specs
from tests.explore.mazes import walk

_STRATEGIES = ("model", "monkey", "pixel-monkey", "breadth-first")
_EVENTS_PER_SCREEN = 4
_SEEDS = (1, 2, 3)


def main() -> None:
    """Explore every maze with every strategy, and print the screens that were really shown."""
    total = dict.fromkeys(_STRATEGIES, 0)
    reachable = 0
    worse: list[str] = []
    sys.stdout.write(f"{'maze':<8}{'screens':>8}{'events':>8}" + "".join(
        f"{name:>15}" for name in _STRATEGIES) + "\n")  # fmt: skip
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
        if seen["model"] < 1.5 * max(seen["monkey"], seen["pixel-monkey"]):
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
