"""Which Java is taken: one that can be hooked, a 17 before others."""

import subprocess
from pathlib import Path

import pytest

from farm.model.errors import SetupError
from farm.twin.runtime.java import Java, choose_java, examine, has_symbols, installed


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, bytes]:
    """A shared library with its symbol table, and the same one stripped."""
    folder = tmp_path_factory.mktemp("elf")
    source, whole = folder / "jvm.c", folder / "libjvm.so"
    source.write_text(
        "static int hidden(void) { return 1; }\nint seen(void) { return hidden(); }\n"
    )
    command = ["gcc", "-shared", "-fPIC", "-O0", "-o", str(whole), str(source)]
    subprocess.run(command, check=True, timeout=60)
    kept = whole.read_bytes()
    subprocess.run(["strip", str(whole)], check=True, timeout=60)
    return {True: kept, False: whole.read_bytes()}


def install(folder: Path, release: str, library: bytes | None) -> Path:
    """A Java installation as far as it is looked at; its launcher."""
    launcher = folder / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_bytes(b"")
    if release:
        (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{release}"\n')
    if library is not None:
        (folder / "lib" / "server").mkdir(parents=True)
        (folder / "lib" / "server" / "libjvm.so").write_bytes(library)
    return launcher


def test_version_and_symbols_are_read(tmp_path: Path, libraries: dict[bool, bytes]) -> None:
    cases = {
        "17.0.9": (libraries[True], 17, True, True),
        "21.0.8": (libraries[True], 21, True, False),  # Debian 13's own
        "11": (libraries[True], 11, True, True),
        "1.8.0_402": (libraries[True], 8, True, False),
        "17.0.2": (libraries[False], 17, False, False),
        "17.0.3": (b"no library", 17, False, False),
        "17.0.4": (None, 17, False, False),
        "": (libraries[True], 0, True, False),
    }
    for number, (release, (library, version, symbols, usable)) in enumerate(cases.items()):
        launcher = install(tmp_path / str(number), release, library)
        assert examine(launcher) == Java(launcher, version, symbols)
        assert examine(launcher).usable is usable


def test_a_17_wins_and_a_21_is_never_taken(tmp_path: Path, libraries: dict[bool, bytes]) -> None:
    home = {
        release: install(tmp_path / release, release, libraries[True])
        for release in ("21", "11", "19", "17")
    }
    assert choose_java(iter(home.values())) == home["17"]
    assert choose_java(iter([home["21"], home["19"], home["11"]])) == home["19"]
    assert choose_java(iter([home["21"], home["11"]])) == home["11"]
    with pytest.raises(SetupError, match=r"found: .*21.*openjdk-17-jdk-headless"):
        choose_java(iter([home["21"]]))
    with pytest.raises(SetupError, match="found: none"):
        choose_java(iter([]))


def test_what_is_installed_here_has_one_that_can_be_hooked() -> None:
    assert choose_java() in list(installed())
    library = choose_java().parent.parent / "lib" / "server" / "libjvm.so"
    assert has_symbols(library)
