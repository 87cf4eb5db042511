"""Run the JDK's and Debian's build tools, and tell stale outputs from fresh ones.

Each output keeps a stamp beside it that names the digest of everything it was made from.
"""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from farm.model.errors import FarmError, SetupError

_TOOL_SECONDS = 180
_PACKAGES = {
    "javac": "default-jdk-headless",
    "jar": "default-jdk-headless",
    "gcc": "gcc",
    "aapt": "aapt",
    "zipalign": "zipalign",
    "apksigner": "apksigner",
    "smali": "libsmali-java",
    "keytool": "default-jdk-headless",
}


class BuildError(FarmError):
    """A twin app or the Android classes could not be built; the message holds the tool's words."""


def run_tool(name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """Run a build tool and return what it printed.

    Raises:
        SetupError: the tool is not installed.
        BuildError: it failed or took longer than three minutes.
    """
    program = shutil.which(name)
    if program is None:
        raise SetupError(f"{name} was not found; install it: apt-get install {_PACKAGES[name]}")
    try:
        done = subprocess.run(
            [program, *map(str, arguments)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TOOL_SECONDS,
            cwd=cwd,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"{name} took longer than {_TOOL_SECONDS} s") from None
    if done.returncode != 0:
        raise BuildError(f"{name} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout + done.stderr


def digest(files: Iterable[Path], *texts: str) -> str:
    """SHA-256 over names and contents of files, and texts; order does not matter."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    for text in texts:
        total.update(f"{text}\0".encode())
    return total.hexdigest()


def is_fresh(output: Path, wanted: str) -> bool:
    """Whether the output exists and was made from what `wanted` is the digest of."""
    stamp = output.with_name(output.name + ".stamp")
    try:
        return output.is_file() and stamp.read_text() == wanted
    except OSError:
        return False


def mark_fresh(output: Path, made_from: str) -> None:
    """Remember what the output was made from."""
    output.with_name(output.name + ".stamp").write_text(made_from)


@contextlib.contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Only one process builds in a folder at a time; the others wait and then find it fresh."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def java_files(folder: Path) -> list[Path]:
    """The Java sources below a folder."""
    return sorted(folder.rglob("*.java"))
