"""Compile the Android classes that app processes run on into one jar.

What is written by hand is compiled first, then completed with stand-ins of whatever else the hook
catalogue names. The native library for `java.net.NetworkInterface` is compiled beside it.
"""

import shutil
import tempfile
from pathlib import Path

from farm.model.errors import SetupError
from farm.paths import BUILD
from farm.twin.building.hooked import (
    catalogue_files,
    read_hooked,
    read_signatures,
    signature_files,
)
from farm.twin.building.stand_ins import StandIns, read_existing
from farm.twin.building.tools import (
    build_lock,
    digest,
    is_fresh,
    java_files,
    mark_fresh,
    run_tool,
)

_ANDROID = Path(__file__).resolve().parent.parent / "android"
SOURCES = _ANDROID / "java"
NATIVE_SOURCE = _ANDROID / "native" / "phone_network.c"
RUNTIME_JAR = BUILD / "twin" / "android-runtime.jar"
NATIVE_LIBRARY = "libphone-network.so"
# Runs on Java 11 and later. Concatenation without invokedynamic keeps the calls visible.
JAVAC_FLAGS = ("--release", "11", "-g", "-encoding", "UTF-8", "-Xlint:-options",
               "-XDstringConcat=inline")  # fmt: skip


def build_runtime_jar(output: Path = RUNTIME_JAR) -> Path:
    """Build the jar if its sources changed; returns its path.

    Raises:
        SetupError: javac, jar or gcc is missing.
        BuildError: the sources do not compile.
    """
    sources = java_files(SOURCES)
    builder = sorted(Path(__file__).parent.glob("*.py"))
    named = [*catalogue_files(), *signature_files()]
    made_from = digest([*sources, NATIVE_SOURCE, *builder, *named], *JAVAC_FLAGS, "2")
    if is_fresh(output, made_from):
        return output
    with build_lock(output.parent):
        if is_fresh(output, made_from):
            return output
        with tempfile.TemporaryDirectory(dir=output.parent) as temporary:
            folder = Path(temporary)
            classes = folder / "classes"
            run_tool("javac", *JAVAC_FLAGS, "-d", classes, *sources)
            _complete(sources, classes, folder / "stand-ins")
            run_tool("jar", "--create", "--file", folder / "runtime.jar", "-C", classes, ".")
            library = folder / NATIVE_LIBRARY
            java_home = jdk_home()
            run_tool("gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library,
                     f"-I{java_home}/include", f"-I{java_home}/include/linux",
                     NATIVE_SOURCE)  # fmt: skip
            # The library before the jar, which counts as the whole.
            library.replace(output.parent / NATIVE_LIBRARY)
            (folder / "runtime.jar").replace(output)
            mark_fresh(output, made_from)
    return output


def _complete(sources: list[Path], classes: Path, out: Path) -> None:
    """Compile the stand-ins of platform classes into the same folder."""
    platform = [api for api in read_hooked(catalogue_files()) if api.platform]
    existing = read_existing(classes, SOURCES)
    made = StandIns(platform, read_signatures(), existing).write(out)
    replaced = {file.relative_to(out) for file in made}
    kept = [file for file in sources if file.relative_to(SOURCES) not in replaced]
    run_tool("javac", *JAVAC_FLAGS, "-nowarn", "-Xlint:none", "-d", classes, *kept, *made)


def jdk_home() -> Path:
    """The folder of the JDK whose `javac` is used; it holds the headers of native code."""
    found = shutil.which("javac")
    if found is None:
        raise SetupError("javac was not found; install it: apt-get install default-jdk-headless")
    return Path(found).resolve().parent.parent
