"""Names and whole files of a recording's folder: what may lie there, and how it gets there.

Writes files atomically and keeps the reserve that lets a recording end on a full disk. Appending
to streams is the business of `journal`.
"""

import contextlib
import errno
import os
import re
from pathlib import Path

from farm.model.errors import DiskFull, RecordingError
from farm.model.vocabulary import Stream

SESSION = "session.json"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PUBLIC_KEY = "manifest.pub"
FLOWS = "flows.mitm"
LOGCAT = "logcat.txt"
SCREENS = "screens"
TORN = "torn"
RESERVE = ".reserve"
TEMPORARY_PREFIX = ".tmp-"

UNSIGNED = frozenset({MANIFEST, SIGNATURE})
"""The two files that the manifest cannot list: itself, and the signature over it."""

RESERVE_BYTES = 1 << 20
_OWN_NAMES = frozenset({SESSION, MANIFEST, SIGNATURE, PUBLIC_KEY, FLOWS, RESERVE})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,120}){0,3}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def stream_file(stream: Stream) -> str:
    """Return the name of a stream that is being written."""
    return f"{stream.value}.jsonl"


def sealed_stream_file(stream: Stream) -> str:
    """Return the name of a stream after sealing."""
    return f"{stream.value}.jsonl.zst"


def no_room(error: OSError) -> bool:
    """Return whether the error means that the disk, the quota or the file limit is used up."""
    return error.errno in _NO_ROOM


def check_name(name: str) -> str:
    """Return `name` if it may be the relative name of a further file of a recording.

    Raises:
        RecordingError: it could leave the folder, hide, or take the place of a file of ours.
    """
    own_streams = {pattern(stream) for stream in Stream for pattern in _STREAM_NAMES}
    if not _NAME.fullmatch(name) or name in _OWN_NAMES | own_streams:
        raise RecordingError(
            f"{name[:200]!r}: not a name for a file of a recording: expected letters, digits, "
            "'.', '_', '-' in at most four parts, and none of the recording's own names"
        )
    return name


_STREAM_NAMES = (stream_file, sealed_stream_file)


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put `data` under `path` so that a reader sees the old content or the new, never a part.

    With `durable` the content survives a power failure once the call returns (fsync of the file
    and of its folder); without it the order is kept, and sealing makes it durable later.

    Raises:
        DiskFull: there is no room; what stood under `path` is untouched.
        OSError: any other failure of the file system.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(6).hex()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if no_room(error):
            raise DiskFull(f"{path}: disk full, {len(data)} bytes were not written") from error
        raise
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_reserve(path: Path, size: int) -> None:
    """Occupy `size` bytes of disk under `path`, to be given back when the disk is full.

    A disk that is full already gets no reserve; the first write then says so.
    """
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if not no_room(error) and error.errno not in {errno.EOPNOTSUPP, errno.EINVAL}:
            raise
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def release_reserve(path: Path) -> bool:
    """Give the reserve's room back; return whether there was one."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def remove_leftovers(folder: Path) -> None:
    """Remove what only a running recording needs: temporary files and reserves."""
    for path in [*folder.rglob(f"{TEMPORARY_PREFIX}*"), *folder.glob(f"{RESERVE}*")]:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
