"""Runs the programs of Android's build tools; each is bounded in time and named in its errors."""

import subprocess

from farm.model.errors import AppError, SetupError

PROGRAMS = ("baksmali", "smali", "zipalign", "apksigner", "apktool", "keytool")
PACKAGES = "apksigner zipalign libsmali-java apktool default-jre-headless"  # of Debian, for these
_SECONDS = 300


def run(*argv: str) -> None:
    """Run one program to its end.

    Raises:
        SetupError: it is not installed.
        AppError: it failed, or took longer than five minutes: the APK is not to its taste.
    """
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_SECONDS, check=False, text=True)
    except FileNotFoundError as error:
        raise SetupError(f"{argv[0]} is not in PATH: apt install {PACKAGES}") from error
    except subprocess.TimeoutExpired as error:
        raise AppError(f"{argv[0]} did not end within {_SECONDS} s") from error
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-400:]
        raise AppError(f"{argv[0]} failed with exit code {done.returncode}: {words}")
