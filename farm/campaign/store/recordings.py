"""Recordings in the store: each file under its name, the manifest last, as the proof of the rest.

An upload that was cut off goes on with the files that are missing.
"""

import asyncio
import re
from pathlib import Path, PurePosixPath

from farm.campaign.store.objects import Store, StoreError, StoreUnavailable
from farm.files import sha256_of
from farm.model.errors import RecordingError
from farm.model.session import ManifestEntry
from farm.recording.files import MANIFEST, SIGNATURE
from farm.recording.verify import decode_manifest

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,200}")
_AT_ONCE = 4  # files of one recording in flight


def recording_prefix(session_id: str) -> str:
    """Where a session's recording lies: by month, so that old ones can be found and removed."""
    return f"recordings/{session_id[:6]}/{session_id}"


async def upload(store: Store, folder: Path) -> tuple[str, str]:
    """Store a recording and return its prefix and its manifest's digest.

    One without a manifest, which could not be sealed, is kept all the same, with digest "".

    Raises:
        StoreUnavailable: the store failed; call again to go on.
        StoreError: the folder changed since it was sealed, or other bytes lie there.
        RecordingError: its manifest cannot be read.
    """
    prefix = recording_prefix(folder.name)
    entries, last = await asyncio.to_thread(_files, folder)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(entry: ManifestEntry) -> None:
        async with gate:
            await store.put_file(f"{prefix}/{entry.path}", folder / entry.path, entry.sha256)

    try:
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(one(entry))
    except* (StoreError, StoreUnavailable, OSError) as errors:
        raise errors.exceptions[0] from None
    manifest_sha256 = ""
    for entry in last:
        await store.put_file(f"{prefix}/{entry.path}", folder / entry.path, entry.sha256)
        if entry.path == MANIFEST:
            manifest_sha256 = entry.sha256
    return prefix, manifest_sha256


async def fetch(store: Store, prefix: str, cache: Path) -> Path:
    """Return a folder with a recording of the store: the store's own where it is on this machine.

    Raises:
        FileNotFoundError: there is none, or it was never sealed.
        StoreError: a file does not have its digest.
        StoreUnavailable: the store failed.
        RecordingError: its manifest cannot be read.
    """
    if store.folder is not None:
        folder = store.folder / prefix
        if not (folder / MANIFEST).is_file():
            raise FileNotFoundError(folder)
        return folder
    folder = cache / PurePosixPath(prefix).name
    manifest = decode_manifest(await store.get_bytes(f"{prefix}/{MANIFEST}"))
    for entry in manifest.files:
        target = folder / _inside(entry.path)
        if not target.is_file() or target.stat().st_size != entry.size:
            await store.get_file(f"{prefix}/{entry.path}", target, entry.sha256)
    for name in (SIGNATURE, MANIFEST):
        await store.get_file(f"{prefix}/{name}", folder / name)
    return folder


def _inside(name: str) -> str:
    """A manifest's path, which must not lead out of the recording's folder.

    Raises:
        RecordingError: it could.
    """
    if not all(_PART.fullmatch(part) for part in name.split("/")):
        raise RecordingError(f"{MANIFEST}: {name[:80]!r}: not a path inside a recording")
    return name


def _files(folder: Path) -> tuple[list[ManifestEntry], list[ManifestEntry]]:
    """The files of a recording with their digests; signature and manifest apart, to go last."""
    if not folder.is_dir():
        raise RecordingError(f"{folder}: no such recording")
    if not (folder / MANIFEST).is_file():
        loose = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
        return [_entry(folder, path) for path in loose], []
    manifest = decode_manifest((folder / MANIFEST).read_bytes())
    last = [_entry(folder, folder / name) for name in (SIGNATURE, MANIFEST)]
    return list(manifest.files), last


def _entry(folder: Path, path: Path) -> ManifestEntry:
    name = path.relative_to(folder).as_posix()
    return ManifestEntry(path=name, size=path.stat().st_size, sha256=sha256_of(path))
