"""Mazes as twin apps: one compiled code for all of them, and each maze's table as an asset.

Apps are built when they are asked for, into a folder of their own: set-up needs none of them.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from farm.paths import BUILD
from farm.twin.building.apk import SDKS, Code, compile_code, pack
from farm.twin.building.runtime_jar import SOURCES as ANDROID
from farm.twin.building.sample import Sample
from farm.twin.building.tools import build_lock, digest, is_fresh, java_files, mark_fresh
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
    code, made_of = _code()
    sample, table = _sample(spec), _table(maze or grow(spec))
    made_from = digest([], made_of, table, repr(sample))
    if is_fresh(out, made_from):
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as temporary:
        folder = Path(temporary)
        assets = {_ASSET: table.encode()}
        pack(sample, code, folder, sources=_sources(), assets=assets).replace(out)
    mark_fresh(out, made_from)
    return out


def package_of(spec: Spec) -> str:
    """The maze's package name."""
    return f"{CODE_PACKAGE}.{spec.name.replace('-', '_')}"


def _sources() -> list[Path]:
    return [*java_files(JAVA), *java_files(SDKS / "kit")]


def _code() -> tuple[Code, str]:
    """The code that all mazes share, and the digest of what it was made from."""
    builder = sorted(Path(compile_code.__code__.co_filename).parent.glob("*.py"))
    made_from = digest([*_sources(), *java_files(ANDROID), *builder], "1")
    code = Code(MAZES / "classes.jar", MAZES / "classes.dex")
    with build_lock(MAZES):
        if not (is_fresh(code.jar, made_from) and code.dex.exists()):
            with tempfile.TemporaryDirectory(dir=MAZES) as temporary:
                sample = Sample(
                    package=CODE_PACKAGE,
                    label="maze",
                    version_name="1.0",
                    version_code=1,
                    target_sdk=28,
                    activities=[ACTIVITY],
                )
                made = compile_code(sample, _sources(), Path(temporary) / "code")
                shutil.move(made.dex, code.dex)
                shutil.move(made.jar, code.jar)
            mark_fresh(code.jar, made_from)
    return code, made_from


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
