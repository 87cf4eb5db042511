"""Verification bites on every kind of change."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.model.session import Manifest
from farm.recording import fingerprint, load_or_create_key, seal, signer, verify
from farm.recording.files import MANIFEST, PUBLIC_KEY, SIGNATURE
from farm.recording.keys import public_pem
from tests.recording.conftest import write_recording


def _reorder(folder: Path) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    turned = msgspec.structs.replace(manifest, files=manifest.files[::-1])
    (folder / MANIFEST).write_bytes(msgspec.json.encode(turned))


def _append(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("ab") as file:
            file.write(b" ")

    return change


def _flip(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)

    return change


def _swap(folder: Path) -> None:
    (folder / "ui.jsonl.zst").rename(folder / "x")
    (folder / "device.jsonl.zst").rename(folder / "ui.jsonl.zst")
    (folder / "x").rename(folder / "device.jsonl.zst")


def _link(folder: Path) -> None:
    shutil.move(folder / "screens/0001.png", folder.parent / "outside.png")
    (folder / "screens/0001.png").symlink_to(folder.parent / "outside.png")


TAMPERING: dict[str, tuple[Callable[[Path], object], str]] = {
    "byte flipped": (_flip("screens/0001.png"), "0001.png: content changed"),
    "stream byte flipped": (_flip("ui.jsonl.zst"), "ui.jsonl.zst: content"),
    "byte appended": (_append("session.json"), "session.json: "),
    "manifest appended": (_append(MANIFEST), "manifest.sig: does not match"),
    "manifest reordered": (_reorder, "not sorted"),
    "streams swapped": (_swap, "ui.jsonl.zst: "),
    "file missing": (lambda f: (f / "ui.jsonl.zst").unlink(), "ui.jsonl.zst: missing"),
    "file added": (lambda f: (f / "extra").write_bytes(b""), "extra: file that"),
    "hidden file added": (lambda f: (f / ".x").write_bytes(b""), ".x: file that"),
    "folder added": (lambda f: (f / "empty").mkdir(), "empty: folder"),
    "link added": (lambda f: (f / "link").symlink_to("session.json"), "link: neither"),
    "dangling link added": (lambda f: (f / "link").symlink_to("nowhere"), "link: neither"),
    "file replaced by a link": (_link, "0001.png: neither"),
    "pipe added": (lambda f: os.mkfifo(f / "pipe"), "pipe: neither"),
    "hostile name added": (lambda f: (f / "a\n\x1b[31m").write_bytes(b""), "file that"),
    "signature cut": (lambda f: os.truncate(f / SIGNATURE, 63), "63 bytes"),
    "signature emptied": (lambda f: os.truncate(f / SIGNATURE, 0), "0 bytes"),
    "signature gone": (lambda f: (f / SIGNATURE).unlink(), "manifest.sig: No such"),
    "signature flipped": (_flip(SIGNATURE), "does not match"),
    "manifest gone": (lambda f: (f / MANIFEST).unlink(), "manifest.json: No such"),
    "manifest no JSON": (lambda f: (f / MANIFEST).write_bytes(b"\xff{"), "not a manifest"),
    "key gone": (lambda f: (f / PUBLIC_KEY).unlink(), "manifest.pub"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(what: str, tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    assert verify(folder, key.public_key()) == []
    change, said = TAMPERING[what]
    change(folder)
    for problems in (verify(folder, key.public_key()), verify(folder)):
        assert any(said in problem for problem in problems), problems
        assert all(problem.isprintable() for problem in problems)


def test_another_key_is_found_only_when_the_key_is_pinned(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    forger = load_or_create_key(tmp_path / "forger.pem")
    assert any("another key" in problem for problem in verify(folder, forger.public_key()))
    (folder / PUBLIC_KEY).write_bytes(public_pem(forger.public_key()))
    (folder / SIGNATURE).write_bytes(forger.sign((folder / MANIFEST).read_bytes()))
    assert verify(folder) and verify(folder, key.public_key())
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
        (folder / name).unlink()
    seal(folder, forger)  # a whole forgery: only pinning tells
    assert verify(folder) == []
    assert verify(folder, key.public_key())
    assert signer(folder) == fingerprint(forger.public_key()) != fingerprint(key.public_key())


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed recording to change one byte of."""
    base = tmp_path_factory.mktemp("sealed")
    folder = write_recording(base / "r")
    seal(folder, load_or_create_key(base / "key.pem"))
    return folder


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_single_byte_counts(sealed: Path, data: st.DataObject) -> None:
    names = sorted(path for path in sealed.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(names))
    original = path.read_bytes()
    position = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(changed)
        assert verify(sealed)
    finally:
        path.write_bytes(original)
    assert verify(sealed) == []
