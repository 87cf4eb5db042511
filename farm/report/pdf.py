"""A report's page as PDF, printed by Chromium: the same page, the same words."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from farm.model.errors import SetupError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 120.0
_LARGEST = 256 << 20


def to_pdf(page: str) -> bytes:
    """Print a self-contained page.

    The page comes from us but quotes the app under test: Chromium gets an empty profile, no
    network, and the page's own policy forbids scripts.

    Raises:
        SetupError: there is no Chromium, or it did not print.
    """
    program = find_chromium()
    with tempfile.TemporaryDirectory(prefix="farm-pdf-") as name:
        folder = Path(name)
        source, target = folder / "report.html", folder / "report.pdf"
        source.write_text(page, "utf-8", "backslashreplace")
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={target}",
            *_sandbox(),
            source.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise SetupError(f"{program}: did not print the page within {_SECONDS:g} s") from error
        if not target.is_file() or not 0 < target.stat().st_size <= _LARGEST:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise SetupError(f"{program}: printed nothing: {' '.join(said)[:300]}")
        return target.read_bytes()


def find_chromium() -> str:
    """The path of Chromium or Chrome.

    Raises:
        SetupError: none is installed.
    """
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise SetupError("no Chromium was found; install it: apt-get install chromium")


def _sandbox() -> list[str]:
    """Chromium refuses to sandbox itself as root; there is no script to contain."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []
