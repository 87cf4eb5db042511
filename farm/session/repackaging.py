"""Copies of apps for phones without root, made once for each app, gadget and authority.

Knows where copies are kept; how one is made is the business of `farm.devices.gadget`.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from farm.apps.components import entry_class
from farm.devices.frida_server import read_gadget_file
from farm.devices.gadget import Repackaging, repackage, sign
from farm.files import sha256_of
from farm.model.session import App

_VERSION = b"1"  # of what a copy differs in; raised when `farm.devices.gadget` changes that
_MOST_KEPT = 40


def repackaged(
    apks: Sequence[Path], app: App, abi: str, *, frida_files: Path, ca_pem: bytes, folder: Path
) -> list[Path]:
    """Return copies of an app's APKs that load frida-gadget; blocks, minutes at most.

    Args:
        apks: the base first, then splits.
        app: what `apks` hold.
        abi: the phone's.
        frida_files: the operator's folder with gadget files.
        ca_pem: certificate authority that the copy trusts.
        folder: where copies and the signing key are kept.

    Raises:
        AppError: the app cannot be repackaged.
        SetupError: a program or the gadget's file is missing.
    """
    gadget = read_gadget_file(frida_files, abi)
    digest = hashlib.sha256(b"\0".join([_VERSION, app.apk_sha256.encode(), abi.encode(), ca_pem]))
    digest.update(gadget)
    for split in apks[1:]:
        digest.update(sha256_of(split).encode())
    copies = folder / digest.hexdigest()[:32]
    names = ["base.apk", *(f"split-{number}.apk" for number in range(1, len(apks)))]
    if not (copies / "whole").is_file():
        copies.mkdir(parents=True, exist_ok=True)
        plan = Repackaging(
            entry_class=entry_class(apks[0], app.package, app.main_activity),
            abi=abi,
            gadget=gadget,
            ca_pem=ca_pem,
            key_folder=folder,
        )
        made = copies / f".{os.getpid()}.apk"
        for number, name in enumerate(names):
            if number == 0:
                repackage(apks[0], plan, made)
            else:
                sign(apks[number], made, folder)
            made.replace(copies / name)
        (copies / "whole").touch()
        _prune(folder, keep=copies)
    return [copies / name for name in names]


def _prune(folder: Path, keep: Path) -> None:
    """Remove the oldest copies beyond the number that is kept."""
    kept = [path for path in folder.iterdir() if path.is_dir() and path != keep]
    kept.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[_MOST_KEPT:]:
        for file in old.iterdir():
            file.unlink(missing_ok=True)
        old.rmdir()
