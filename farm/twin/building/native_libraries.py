"""Compile the native libraries of an app that calls functions which the hook catalogue names.

The C sources lie in `native/`; this module runs the compiler and knows no entry.
"""

from collections.abc import Sequence
from pathlib import Path

from farm.twin.building.runtime_jar import jdk_home
from farm.twin.building.tools import run_tool

NATIVE = Path(__file__).with_name("native")
NDK_LIBRARIES = ("libaaudio", "libcamera2ndk", "libmediandk", "libOpenSLES", "libandroid")


def compile_library(library: Path, *arguments: str | Path) -> Path:
    """Compile sources into a library that is known by its file's name; returns it.

    Raises:
        SetupError: gcc is missing.
        BuildError: gcc refused a source.
    """
    run_tool("gcc", "-shared", "-fPIC", "-g", "-Wall", "-Werror", f"-Wl,-soname,{library.name}",
             "-o", library, *arguments)  # fmt: skip
    return library


def compile_ndk(folder: Path) -> list[Path]:
    """Libraries by the names of the NDK's, with those functions of them that are hooked."""
    return [
        compile_library(folder / f"{name}.so", NATIVE / "ndk.c", f"-D{name}")
        for name in NDK_LIBRARIES
    ]


def compile_calls(
    folder: Path, name: str, owner: str, linked: Sequence[Path], own: Path | None = None
) -> Path:
    """The library that makes the calls, and the NDK's beside it; returns the former.

    Args:
        folder: where they are put; they find each other by it.
        name: of the library's file.
        owner: the Java class with the native method `call(String, String...)`.
        linked: libraries that it needs besides.
        own: a generated source with calls of further functions.

    Raises:
        SetupError: gcc or the JDK's headers are missing.
        BuildError: gcc refused a source.
    """
    home = jdk_home()
    more: list[str | Path] = [own, "-DOWN_CALLS"] if own else []
    return compile_library(
        folder / name,
        NATIVE / "calls.c",
        *more,
        f"-DJNI_CALL=Java_{owner.replace('.', '_')}_call",
        f"-I{home}/include",
        f"-I{home}/include/linux",
        *compile_ndk(folder),
        *linked,
        "-Wl,-rpath,$ORIGIN",
    )
