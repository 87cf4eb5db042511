"""Verification: is this recording, to the byte, what was sealed, and by whom.

Reads only. Every deviation becomes one line that names the file and what is wrong with it.
"""

import base64
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from farm.model.errors import RecordingError, SetupError
from farm.model.session import FORMAT_VERSION, Manifest, ManifestEntry
from farm.model.vocabulary import Stream
from farm.recording.files import MANIFEST, PUBLIC_KEY, SESSION, SIGNATURE, UNSIGNED
from farm.recording.keys import fingerprint, public_key_from_pem, raw_public
from farm.recording.migrations import decode_session
from farm.recording.streams import read_events, stream_path

_LARGEST_MANIFEST = 64 << 20
_SIGNATURE_BYTES = 64
_CHUNK = 1 << 20


def verify(
    folder: Path,
    public_key: Ed25519PublicKey | None = None,
    *,
    signed: bool = True,
    contents: bool = True,
) -> list[str]:
    """Return what is wrong with the sealed recording in `folder`; empty means intact.

    With `public_key` the signature must be that key's. Without it the key that the recording
    itself carries is used: that shows that nothing changed since, but not who sealed it.
    `signed=False` leaves the signature out, for the sealer's own use; `contents=False` does not
    read the events of what is intact, for one who will do so.
    Blocks on reading every byte: call in a thread.
    """
    try:
        data = _read_small(folder / MANIFEST, _LARGEST_MANIFEST)
        manifest = decode_manifest(data)
    except RecordingError as error:
        return [str(error)]
    problems = [*_signature_problems(folder, manifest, data, public_key, signed)]
    problems += _list_problems(manifest)
    problems += _file_problems(folder, manifest)
    if contents and not problems:  # only trustworthy bytes are worth reading
        problems += _content_problems(folder, manifest)
    return problems


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest in `data`.

    Raises:
        RecordingError: it is none, or of a newer format.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordingError(f"{MANIFEST}: not a manifest: {error}") from error
    if not 1 <= manifest.format_version <= FORMAT_VERSION:
        raise RecordingError(
            f"{MANIFEST}: format version {manifest.format_version} is unknown: update the farm"
        )
    return manifest


def signer(folder: Path) -> str:
    """Return the fingerprint of the key that the recording carries (see `keys.fingerprint`).

    Raises:
        RecordingError: there is none to read.
    """
    try:
        return fingerprint(
            public_key_from_pem(_read_small(folder / PUBLIC_KEY, 1 << 16), PUBLIC_KEY)
        )
    except SetupError as error:
        raise RecordingError(str(error)) from error


def _signature_problems(
    folder: Path,
    manifest: Manifest,
    data: bytes,
    public_key: Ed25519PublicKey | None,
    signed: bool,
) -> Iterator[str]:
    try:
        pem = _read_small(folder / PUBLIC_KEY, 1 << 16)
        carried = public_key_from_pem(pem, PUBLIC_KEY)
    except (RecordingError, SetupError) as error:
        yield str(error)
        carried = None
    if carried and base64.b64encode(raw_public(carried)).decode() != manifest.public_key:
        yield f"{PUBLIC_KEY}: not the key that {MANIFEST} names"
    if public_key and base64.b64encode(raw_public(public_key)).decode() != manifest.public_key:
        yield f"{MANIFEST}: sealed with another key than expected ({fingerprint(public_key)})"
    key = public_key or carried
    if not signed or key is None:
        return
    try:
        signature = _read_small(folder / SIGNATURE, 1 << 16)
    except RecordingError as error:
        yield str(error)
        return
    if len(signature) != _SIGNATURE_BYTES:
        yield f"{SIGNATURE}: {len(signature)} bytes, expected {_SIGNATURE_BYTES}"
        return
    try:
        key.verify(signature, data)
    except InvalidSignature:
        yield f"{SIGNATURE}: does not match {MANIFEST}"


def _list_problems(manifest: Manifest) -> Iterator[str]:
    paths = [entry.path for entry in manifest.files]
    if paths != sorted(set(paths)):
        yield f"{MANIFEST}: paths are not sorted and unique"
    for path in paths:
        if path in UNSIGNED or not _is_plain(path):
            yield f"{MANIFEST}: lists {path[:200]!r}, which is no path inside a recording"
    for needed in (SESSION, PUBLIC_KEY):
        if needed not in paths:
            yield f"{MANIFEST}: does not list {needed}"


def _is_plain(path: str) -> bool:
    pure = PurePosixPath(path)
    return (
        bool(path)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and pure.as_posix() == path
        and "\0" not in path
    )


def _file_problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    expected = {entry.path: entry for entry in manifest.files if _is_plain(entry.path)}
    folders = {parent.as_posix() for path in expected for parent in PurePosixPath(path).parents}
    present: set[str] = set()
    for name, mode in _walk(folder):
        if stat.S_ISDIR(mode):
            if name not in folders and not _may_be_empty(folder / name, name):
                yield f"{_shown(name)}: folder that the manifest does not know"
        elif not stat.S_ISREG(mode):
            yield f"{_shown(name)}: neither file nor folder (a link or device was put there)"
        elif name in expected:
            present.add(name)
            yield from _entry_problems(folder / name, expected[name])
        elif name not in UNSIGNED:
            yield f"{_shown(name)}: file that the manifest does not list"
    for name in sorted(expected.keys() - present):
        yield f"{_shown(name)}: missing"


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield every name below the folder with its mode; links are named and never followed."""
    waiting = [""]
    while waiting:
        parent = waiting.pop()
        with os.scandir(folder / parent) as entries:
            for entry in sorted(entries, key=lambda found: found.name):
                name = f"{parent}/{entry.name}" if parent else entry.name
                mode = entry.stat(follow_symlinks=False).st_mode
                yield name, mode
                if stat.S_ISDIR(mode):
                    waiting.append(name)


def _may_be_empty(path: Path, name: str) -> bool:
    """`screens/` is made with the recording and may have stayed empty."""
    return name == "screens" and not any(path.iterdir())


def _entry_problems(path: Path, entry: ManifestEntry) -> Iterator[str]:
    digest = hashlib.sha256()
    size = 0
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        yield f"{_shown(entry.path)}: cannot be read: {error.strerror}"
        return
    if size != entry.size:
        yield f"{_shown(entry.path)}: {size} bytes, sealed with {entry.size}"
    elif digest.hexdigest() != entry.sha256:
        yield f"{_shown(entry.path)}: content changed (SHA-256 differs)"


def _content_problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    try:
        session, version = decode_session((folder / SESSION).read_bytes(), SESSION)
    except RecordingError as error:
        yield str(error)
        return
    if session.session_id != manifest.session_id:
        yield f"{SESSION}: session {session.session_id!r}, sealed as {manifest.session_id!r}"
    for stream in Stream:
        path = stream_path(folder, stream)
        if path is None:
            continue
        try:
            for _ in read_events(path, stream, version, torn_end=False):
                pass
        except RecordingError as error:
            yield str(error)


def _read_small(path: Path, largest: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise RecordingError(f"{path.name}: {error.strerror}") from error
    if len(data) > largest:
        raise RecordingError(f"{path.name}: larger than {largest} bytes")
    return data


def _shown(name: str) -> str:
    """A file name may be anybody's: one line, bounded."""
    return name if name.isprintable() and len(name) < 300 else ascii(name)[:300]
