"""Keeps every set of hooks that sessions ran with, so that a later night can run with it again.

A set lies in the store under the digests that recordings name, and is checked against them when it
comes back: an archive of the bundle and of the catalogue's files in their order.
"""

import asyncio
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from farm.campaign.store import Store, StoreError
from farm.files import sha256_of
from farm.model.errors import SetupError
from farm.recorders.api.catalogue import catalogue_files, load_catalogue
from farm.session.settings import HookSet

_LARGEST = 64 << 20  # bytes of a set; the shipped one has 1 MB
_MOST_FILES = 1000
_BUNDLE = "bundle.js"
_NAME = re.compile(r"bundle\.js|[0-9]{4}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\.yaml")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP knows: equal sets are equal bytes


def hooks_key(bundle_sha256: str, catalogue_sha256: str) -> str:
    """What a set of hooks is called, by the digests in a session's description."""
    return f"{bundle_sha256}-{catalogue_sha256}"


def hooks_name(key: str) -> str:
    """Where a set lies in the store."""
    return f"hooks/{key}.zip"


async def keep_hooks(store: Store, hooks: HookSet) -> str:
    """Put a set into the store, where it is not there yet; returns its key.

    Raises:
        SetupError, UsageError: a file is missing, or the catalogue cannot be read.
        StoreError, StoreUnavailable: it could not be stored.
    """
    key, data = await asyncio.to_thread(_pack, hooks)
    if await store.size(hooks_name(key)) is None:
        await store.put_bytes(hooks_name(key), data)
    return key


async def fetch_hooks(store: Store, key: str, cache: Path) -> HookSet:
    """A set as files on this host, verified.

    Raises:
        SetupError: the store does not have it.
        StoreError: it is not what its key says.
        StoreUnavailable: the store failed.
    """
    folder = cache / "hooks" / key
    if not await asyncio.to_thread(folder.is_dir):
        try:
            data = await store.get_bytes(hooks_name(key), _LARGEST)
        except FileNotFoundError:
            raise SetupError(f"{store.address}: has no {hooks_name(key)}") from None
        await asyncio.to_thread(_unpack, data, folder, key)
    return _set_in(folder)


def _set_in(folder: Path) -> HookSet:
    files = sorted(folder.glob("*/*.yaml"))  # the digest is over names and bytes, in this order
    if not files:
        raise StoreError(f"{folder.name}: has no catalogue")
    return HookSet(bundle=folder / _BUNDLE, catalogue=files[0], own=tuple(files[1:]))


def _pack(hooks: HookSet) -> tuple[str, bytes]:
    if not hooks.bundle.is_file():
        raise SetupError(f"{hooks.bundle}: missing; run `make setup`, which builds the hooks")
    key = hooks_key(sha256_of(hooks.bundle), load_catalogue(hooks.catalogue, hooks.own).sha256)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        files = [(_BUNDLE, hooks.bundle)]
        for number, path in enumerate(catalogue_files(hooks.catalogue, *hooks.own)):
            files.append((f"{number:04}/{path.name}", path))
        for name, path in files:
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, path.read_bytes())
    return key, buffer.getvalue()


def _unpack(data: bytes, folder: Path, key: str) -> None:
    """Put an archive's files into a folder, which appears only when it is whole and verified."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".fetch-"))
    try:
        _extract(data, partial, key)
        made = _set_in(partial)
        found = hooks_key(sha256_of(made.bundle), load_catalogue(made.catalogue, made.own).sha256)
        if found != key:
            raise StoreError(f"{hooks_name(key)}: holds other hooks than its name says")
        if not folder.is_dir():
            partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _extract(data: bytes, target: Path, key: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_FILES or sum(one.file_size for one in entries) > _LARGEST:
                raise StoreError(f"{hooks_name(key)}: larger than any set of hooks")
            for entry in entries:
                if not _NAME.fullmatch(entry.filename):
                    raise StoreError(f"{hooks_name(key)}: {entry.filename[:80]!r}: unexpected name")
                path = target / entry.filename
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise StoreError(f"{hooks_name(key)}: no archive of hooks: {error}") from error
