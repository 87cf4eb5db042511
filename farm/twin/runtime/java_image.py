"""A Java for app processes that holds only the modules Android has too, linked from the JDK's own.

HotSpot maps its file of modules whole: 129 MB of Debian's JDK 17. Frida, entering a process, takes
every mapped file for a library and copies what is none, this one twice: 0.3 s of each app's start
and 110 MB of its memory, for a file that no phone has. Linked anew and compressed it has 18 MB.

This module only links; it chooses no Java and starts no process of an app.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from farm.model.errors import SetupError

MODULES = (
    "java.base",
    "java.logging",
    "java.prefs",
    "java.sql",
    "java.xml",
    "jdk.crypto.ec",  # elliptic curves of TLS
    "jdk.localedata",
    "jdk.unsupported",  # sun.misc.Unsafe
)
_OPTIONS = ("--compress=2", "--include-locales=en,zh", "--no-header-files", "--no-man-pages")
# As JDKs have theirs made; without it each start parses the platform's classes again.
_DUMP = ("-Xshare:dump", "-XX:+UseG1GC", "-Xmx128m")
_SECONDS = 180


def link_java(java: Path, folder: Path) -> Path:
    """The launcher of a small Java made from `java`, below `folder`; linked once for each JDK.

    `java` itself where it cannot be linked anew, as a JRE without `jlink` and `jmods`.

    Raises:
        SetupError: jlink is there and failed; the message holds its words.
    """
    home = java.resolve().parent.parent
    jlink, modules = home / "bin" / "jlink", home / "jmods"
    if not jlink.is_file() or not modules.is_dir():
        return java
    image = folder / f"java-{_made_from(home, modules)}"
    launcher = image / "bin" / "java"
    if launcher.is_file():
        return launcher
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".java.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # twins started at once link one image
        if not launcher.is_file():
            _link(jlink, modules, image)
    return launcher


def _made_from(home: Path, modules: Path) -> str:
    whole = hashlib.sha256()
    whole.update(" ".join((str(home), *MODULES, *_OPTIONS, *_DUMP)).encode())
    base = (modules / "java.base.jmod").stat()  # replaced by each update of the JDK
    whole.update(f"\0{base.st_size}\0{base.st_mtime_ns}".encode())
    return whole.hexdigest()[:16]


def _link(jlink: Path, modules: Path, image: Path) -> None:
    """Put a whole image in its place at once; what is left of a failure is removed."""
    unfinished = Path(tempfile.mkdtemp(prefix=".java-", dir=image.parent))
    try:
        made = unfinished / image.name
        chosen = ",".join(MODULES)
        _run(jlink, "--module-path", modules, "--add-modules", chosen, *_OPTIONS, "--output", made)
        _run(made / "bin" / "java", *_DUMP)
        os.replace(made, image)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _run(program: Path, *arguments: str | Path) -> None:
    command = [str(program), *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"{program}: a small Java for twins cannot be made: {error}") from error
    if done.returncode != 0:
        reason = (done.stdout + done.stderr).decode(errors="replace").strip()[-500:]
        raise SetupError(f"{program}: a small Java for twins cannot be made: {reason}")
