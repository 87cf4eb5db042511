"""The small Java that app processes run on: what it holds, and when there is none."""

import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from farm.model.errors import SetupError
from farm.paths import BUILD
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.runtime.java import choose_java, examine
from farm.twin.runtime.java_image import link_java


def install(folder: Path, jlink: str) -> Path:
    """A JDK as far as linking needs one, with a `jlink` of the test's own; its launcher."""
    (folder / "bin").mkdir(parents=True)
    (folder / "jmods").mkdir()
    (folder / "jmods" / "java.base.jmod").write_bytes(b"")
    for name, script in (("java", "exit 0"), ("jlink", jlink)):
        program = folder / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder / "bin" / "java"


def test_it_can_be_hooked_and_maps_a_fraction() -> None:
    whole = choose_java()
    small = link_java(whole, BUILD)
    if small == whole:
        pytest.skip("this Java has no jlink")
    assert examine(small).usable
    assert examine(small).version == examine(whole).version
    modules = [java.parent.parent / "lib" / "modules" for java in (small, whole)]
    assert modules[0].stat().st_size * 4 < modules[1].stat().st_size


def test_it_has_every_class_that_the_android_classes_name() -> None:
    whole = choose_java()
    small = link_java(whole, BUILD)
    if small == whole:
        pytest.skip("this Java has no jlink")
    listed = subprocess.run([small, "--list-modules"], capture_output=True, text=True, check=True)
    held = {line.split("@")[0] for line in listed.stdout.split()}
    command = ["jdeps", "--multi-release", "17", "--ignore-missing-deps", "--print-module-deps"]
    named = subprocess.run(
        [*command, build_runtime_jar()], capture_output=True, text=True, check=True
    )
    assert set(named.stdout.strip().split(",")) <= held


def test_a_java_that_cannot_be_linked_stays(tmp_path: Path) -> None:
    launcher = install(tmp_path / "jre", "exit 1")
    (launcher.parent / "jlink").unlink()
    assert link_java(launcher, tmp_path / "build") == launcher


def test_a_failure_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    launcher = install(tmp_path / "jdk", "echo module not found >&2; exit 1")
    with pytest.raises(SetupError, match=r"jlink: a small Java .* module not found"):
        link_java(launcher, tmp_path / "build")
    assert [one.name for one in (tmp_path / "build").iterdir()] == [".java.lock"]


def test_twins_that_start_at_once_link_one_image(tmp_path: Path) -> None:
    # The last argument is where the image goes; its Java can write its archive of classes.
    log = tmp_path / "calls"
    launcher = install(
        tmp_path / "jdk",
        f"echo call >> {log}\nfor last; do :; done\nsleep 0.2\n"
        'mkdir -p "$last/bin"; printf "#!/bin/sh\\n" > "$last/bin/java"; chmod +x "$last/bin/java"',
    )
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: link_java(launcher, tmp_path / "build"), range(4)))
    assert len(found) == 1
    assert found.pop().is_file()
    assert log.read_text().split() == ["call"]
