"""Sealing: compress the streams, list every file with its hash, sign the list.

Each step can be repeated, and a recording that lost its sealer at any instruction is sealed by
calling again. What was sealed once is never signed anew in another form: an altered recording
must not get a fresh signature.
"""

import base64
import hashlib
import os
import time
from pathlib import Path

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.errors import DiskFull, RecordingError
from farm.model.session import FORMAT_VERSION, Manifest, ManifestEntry
from farm.model.vocabulary import Stream
from farm.recording.files import (
    FLOWS,
    LOGCAT,
    MANIFEST,
    PUBLIC_KEY,
    RESERVE,
    SESSION,
    SIGNATURE,
    TEMPORARY_PREFIX,
    UNSIGNED,
    no_room,
    release_reserve,
    remove_leftovers,
    sealed_stream_file,
    stream_file,
    sync_folder,
    write_atomic,
)
from farm.recording.journal import check_unlocked
from farm.recording.keys import public_pem, raw_public
from farm.recording.migrations import decode_session
from farm.recording.verify import decode_manifest, verify

_LEVEL = 6
_CHUNK = 1 << 20


def seal(folder: Path, key: Ed25519PrivateKey) -> Manifest:
    """Seal the recording in `folder` and return its manifest. Blocks: call in a thread.

    Sealing a sealed recording changes nothing. On a full disk streams stay uncompressed.

    Raises:
        RecordingError: it is still being written, is no recording, or was sealed before and
            does not match its seal (any more).
        DiskFull: there is no room even for the list and its signature.
    """
    check_idle(folder)
    if (folder / MANIFEST).exists():
        return _finish(folder, key)
    session, _ = decode_session(_read_session(folder), str(folder / SESSION))
    for stream in Stream:
        _compress(folder, stream)
    write_with_reserve(folder, PUBLIC_KEY, public_pem(key.public_key()))
    release_reserve(folder / RESERVE)
    remove_leftovers(folder)
    entries = [_entry(folder, path) for path in _files(folder)]
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        session_id=session.session_id,
        sealed=time.time_ns(),
        public_key=base64.b64encode(raw_public(key.public_key())).decode(),
        files=sorted(entries, key=lambda entry: entry.path),
    )
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    write_atomic(folder / MANIFEST, data)
    write_atomic(folder / SIGNATURE, key.sign(data))
    return manifest


def check_idle(folder: Path) -> None:
    """Check that nobody writes to the recording.

    Raises:
        RecordingError: some stream or file is locked by a writer.
    """
    for name in (*(stream_file(stream) for stream in Stream), FLOWS, LOGCAT):
        check_unlocked(folder / name)


def write_with_reserve(folder: Path, name: str, data: bytes) -> None:
    """Write a file durably, if need be with the room of the reserve.

    Raises:
        DiskFull: not even the reserve was enough.
    """
    try:
        write_atomic(folder / name, data)
    except DiskFull:
        if not release_reserve(folder / RESERVE):
            raise
        write_atomic(folder / name, data)


def _finish(folder: Path, key: Ed25519PrivateKey) -> Manifest:
    data = (folder / MANIFEST).read_bytes()
    manifest = decode_manifest(data)
    if manifest.public_key != base64.b64encode(raw_public(key.public_key())).decode():
        raise RecordingError(f"{folder}: was sealed with another key and stays as it is")
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):  # of a sealer that died before its rename
        leftover.unlink()
    had_signature = (folder / SIGNATURE).exists()
    problems = verify(folder, key.public_key(), signed=had_signature)
    if problems:
        raise RecordingError(
            f"{folder}: was sealed before and has changed since; it is not signed again: "
            + "; ".join(problems[:5])
        )
    if not had_signature:  # the sealer died between the two files
        write_atomic(folder / SIGNATURE, key.sign(data))
    return manifest


def _compress(folder: Path, stream: Stream) -> None:
    source = folder / stream_file(stream)
    target = folder / sealed_stream_file(stream)
    if not source.exists():
        return
    temporary = folder / f"{TEMPORARY_PREFIX}{os.urandom(6).hex()}"
    compressor = zstandard.ZstdCompressor(
        level=_LEVEL, write_checksum=True, write_content_size=True
    )
    try:
        with source.open("rb") as reading, temporary.open("wb") as writing:
            size = os.fstat(reading.fileno()).st_size
            compressor.copy_stream(reading, writing, size=size, read_size=_CHUNK, write_size=_CHUNK)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if not no_room(error):
            raise
        target.unlink(missing_ok=True)  # of an earlier try, and older than the stream
        return  # a recording may be sealed with streams as they were written
    temporary.replace(target)
    sync_folder(folder)
    source.unlink()


def _files(folder: Path) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise RecordingError(
                f"{path}: neither file nor folder: a recording holds nothing else; remove it"
            )
        if path.is_file() and path.relative_to(folder).as_posix() not in UNSIGNED:
            found.append(path)
    return found


def _entry(folder: Path, path: Path) -> ManifestEntry:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        os.fsync(file.fileno())
    return ManifestEntry(
        path=path.relative_to(folder).as_posix(), size=size, sha256=digest.hexdigest()
    )


def _read_session(folder: Path) -> bytes:
    try:
        return (folder / SESSION).read_bytes()
    except OSError as error:
        raise RecordingError(
            f"{folder / SESSION}: {error.strerror}: expected the folder of one session"
        ) from error
