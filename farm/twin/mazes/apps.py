"""Mazes as twin apps: one Java activity that draws any screen, and each maze's table beside it.

Apps are built when they are asked for, into the folder of the other twin apps.
"""

import json
import shutil
import sys
from pathlib import Path

from farm.paths import BUILD
from farm.twin.building.apk import build_app
from farm.twin.mazes.maze import FOREIGN, RESET, Maze, Spec, grow, load_specs

JAVA = Path(__file__).parent / "java"
PACKAGE = "com.example.maze"
ACTIVITY = f"{PACKAGE}.MazeActivity"
SOURCES = BUILD / "twin" / "mazes"
_APKS = BUILD / "twin" / "apks"


def build_maze(spec: Spec, out: Path | None = None) -> Path:
    """Build one maze's APK if it is stale; returns its path.

    Raises:
        SetupError: a build tool is missing.
        BuildError: the code does not compile.
    """
    folder = SOURCES / spec.name
    code = folder / "java"
    code.mkdir(parents=True, exist_ok=True)
    for source in JAVA.glob("*.java"):
        shutil.copyfile(source, code / source.name)
    (code / "MazeData.java").write_text(_data(grow(spec)), "utf-8")
    (folder / "app.yaml").write_text(_description(spec), "utf-8")
    return build_app(folder, out or _APKS / f"{spec.name}.apk")


def _description(spec: Spec) -> str:
    return json.dumps(  # YAML reads JSON
        {
            "package": PACKAGE,
            "label": spec.label,
            "version_name": "1.0",
            "version_code": 1,
            "target_sdk": 28,
            "developer": "maze",
            "permissions": ["INTERNET", "ACCESS_FINE_LOCATION"],
            "activities": [ACTIVITY],
            "sdks": ["kit"],
        },
        ensure_ascii=False,
    )


def _data(maze: Maze) -> str:
    screens = maze.screens
    return "\n".join(
        [
            f"package {PACKAGE};",
            "",
            "/** The maze's table. */",
            "final class MazeData {",
            f"    static final String LABEL = {_text(maze.spec.label)};",
            f"    static final boolean CONSENT = {str(maze.spec.consent).lower()};",
            f"    static final int FOREIGN = {FOREIGN};",
            f"    static final int RESET = {RESET};",
            '    static final String OTHER_APP = "com.android.settings";',
            '    static final String OTHER_ACTIVITY = "com.android.settings.Settings";',
            _array("String", "KINDS", [_text(screen.kind) for screen in screens]),
            _array("String", "TITLES", [_text(screen.title) for screen in screens]),
            _array("String", "BODIES", [_text(screen.text) for screen in screens]),
            _array("String", "DIALOGS", [_text(screen.dialog) for screen in screens]),
            _array(
                "String[]",
                "TEXTS",
                ["{" + ", ".join(_text(i.text) for i in s.items) + "}" for s in screens],
            ),
            _array(
                "int[]",
                "TARGETS",
                ["{" + ", ".join(str(i.target) for i in s.items) + "}" for s in screens],
            ),
            "",
            "    private MazeData() {}",
            "}",
            "",
        ]
    )


def _array(kind: str, name: str, values: list[str]) -> str:
    lines = ",\n".join(f"        {value}" for value in values)
    return f"    static final {kind}[] {name} = {{\n{lines}\n    }};"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    for each in load_specs():
        sys.stdout.write(f"{each.name}\t{build_maze(each)}\n")
