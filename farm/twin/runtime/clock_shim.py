"""Build the library that gives app processes the phone's clock; the C source says what it does.

This module only compiles and names the environment; it starts no process of an app.
"""

import hashlib
import os
import subprocess
from pathlib import Path

from farm.model.errors import SetupError

SOURCE = Path(__file__).with_name("clock_shim.c")
_COMPILE_SECONDS = 60


def build_clock_shim(folder: Path) -> Path:
    """Return the built library below `folder`; compiled once per version of its source.

    Raises:
        SetupError: no C compiler, or it refused the source.
    """
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    library = folder / f"twin-clock-{digest}.so"
    if library.exists():
        return library
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{library.name}.{os.getpid()}"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", str(unfinished), str(SOURCE)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_COMPILE_SECONDS, check=False)
    except FileNotFoundError:
        raise SetupError("gcc was not found; install it: apt-get install gcc libc6-dev") from None
    except subprocess.TimeoutExpired:
        raise SetupError(
            f"gcc took more than {_COMPILE_SECONDS} s to build {SOURCE.name}"
        ) from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()[:500]
        raise SetupError(f"gcc could not build {SOURCE.name}: {reason}")
    unfinished.replace(library)  # atomic, so that twins started at once do not meet half a file
    return library


def clock_environment(skew: tuple[int, float, int]) -> dict[str, str]:
    """The shim's environment for `SystemHalf.clock_skew()`, for a child of this process."""
    offset_ns, drift_ppm, reference_ns = skew
    return {
        "TWIN_CLOCK_OFFSET_NS": str(offset_ns),
        "TWIN_CLOCK_DRIFT_PPM": repr(float(drift_ppm)),
        "TWIN_CLOCK_REFERENCE_NS": str(reference_ns),
        "TWIN_PARENT_PID": str(os.getpid()),
    }
