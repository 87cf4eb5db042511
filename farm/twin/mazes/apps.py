"""Mazes as twin apps: one compiled code for all of them, and each maze's table as an asset.

Apps are built when they are asked for, into a folder of their own: set-up needs none of them.
"""

import sys
from pathlib import Path

from farm.paths import BUILD
from farm.twin.building.apk import SDKS
from farm.twin.building.sample import Sample
from farm.twin.building.shared import build_shared, shared_code
from farm.twin.building.tools import java_files
from farm.twin.mazes.maze import Maze, Spec, grow, load_specs

JAVA = Path(__file__).parent / "java"
CODE_PACKAGE = "com.example.maze"
ACTIVITY = f"{CODE_PACKAGE}.MazeActivity"
MAZES = BUILD / "twin" / "mazes"
_ASSET = "maze.tsv"


def build_maze(spec: Spec, out: Path | None = None, maze: Maze | None = None) -> Path:
    """Build the APK of one line of the table, or of a maze made by hand; returns its path.

    Raises:
        SetupError: a build tool is missing.
        BuildError: the code does not compile.
    """
    out = out or MAZES / f"{spec.name}.apk"
    sources = [*java_files(JAVA), *java_files(SDKS / "kit")]
    shared = shared_code(CODE_PACKAGE, ACTIVITY, sources, MAZES)
    assets = {_ASSET: _table(maze or grow(spec)).encode()}
    return build_shared(shared, _sample(spec), assets, out)


def package_of(spec: Spec) -> str:
    """The maze's package name."""
    return f"{CODE_PACKAGE}.{spec.name.replace('-', '_')}"


def _sample(spec: Spec) -> Sample:
    return Sample(
        package=package_of(spec),
        namespace=CODE_PACKAGE,
        label=spec.label,
        version_name="1.0",
        version_code=1,
        target_sdk=28,
        developer="maze",
        permissions=["INTERNET", "ACCESS_FINE_LOCATION"],
        activities=[ACTIVITY],
    )


def _table(maze: Maze) -> str:
    """Lines of tab-separated fields, as `MazeTable` reads them."""
    rows: list[tuple[str, ...]] = [
        ("maze", maze.spec.label, "consent" if maze.spec.consent else "")
    ]
    for screen in maze.screens:
        rows.append(("screen", screen.kind, screen.title, screen.text, screen.dialog))
        rows += [("item", item.text, str(item.target)) for item in screen.items]
    return "".join("\t".join(row) + "\n" for row in rows)


if __name__ == "__main__":
    for each in load_specs():
        sys.stdout.write(f"{each.name}\t{build_maze(each)}\n")
