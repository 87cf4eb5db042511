"""Hooks in the store: the very ones come back, in order, or none."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from farm.campaign.store import Store, StoreError
from farm.campaign.worker.hook_store import fetch_hooks, hooks_key, hooks_name, keep_hooks
from farm.files import sha256_of
from farm.model.errors import FarmError, SetupError
from farm.paths import HOOK_BUNDLE, HOOK_CATALOGUE
from farm.recorders.api.catalogue import load_catalogue
from farm.session.settings import HookSet


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


@pytest.fixture
def hooks(tmp_path: Path) -> HookSet:
    """Two folders with files of the same name, whose order counts."""
    first, second = tmp_path / "catalogue", tmp_path / "own"
    shutil.copytree(HOOK_CATALOGUE, first)
    second.mkdir()
    name = sorted(path.name for path in first.glob("*.yaml"))[0]
    document = yaml.safe_load((first / name).read_text())
    entry = document["apis"][0] | {"id": "own.entry"}
    (second / name).write_text(yaml.safe_dump(document | {"apis": [entry]}))
    bundle = tmp_path / "farm-hooks.js"
    bundle.write_bytes(b"// an older bundle")
    return HookSet(bundle=bundle, catalogue=first, own=(second,))


async def test_the_same_hooks_come_back(store: Store, hooks: HookSet, tmp_path: Path) -> None:
    key = await keep_hooks(store, hooks)
    assert await keep_hooks(store, hooks) == key
    back = await fetch_hooks(store, key, tmp_path / "cache")
    assert sha256_of(back.bundle) == sha256_of(hooks.bundle)
    expected = load_catalogue(hooks.catalogue, hooks.own)
    found = load_catalogue(back.catalogue, back.own)
    assert (found.sha256, found.apis) == (expected.sha256, expected.apis)
    assert len(found.apis) > len(load_catalogue(hooks.catalogue).apis)
    assert await fetch_hooks(store, key, tmp_path / "cache") == back


async def test_the_shipped_ones_are_named_as_recordings_name_them(store: Store) -> None:
    key = await keep_hooks(store, HookSet())
    assert key == hooks_key(sha256_of(HOOK_BUNDLE), load_catalogue().sha256)


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"no archive",
        archive(**{"bundle.js": b"x"}),
        archive(**{"bundle.js": b"x", "../evil.yaml": b"x"}),
        archive(**{"bundle.js": b"x", "0000/../../evil.yaml": b"x"}),
        archive(**{"bundle.js": b"other", "0000/a.yaml": b"version: 1\napis: []\n"}),
    ],
)
async def test_what_is_not_these_hooks_is_refused(
    store: Store, data: bytes, tmp_path: Path
) -> None:
    key = hooks_key("a" * 64, "b" * 64)
    await store.put_bytes(hooks_name(key), data)
    with pytest.raises(FarmError):
        await fetch_hooks(store, key, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.yaml"))
    assert not list(tmp_path.rglob("evil.yaml"))


async def test_changed_hooks_are_refused(store: Store, hooks: HookSet, tmp_path: Path) -> None:
    key = await keep_hooks(store, hooks)
    data = await store.get_bytes(hooks_name(key))
    other = hooks_key("a" * 64, key.partition("-")[2])
    await store.put_bytes(hooks_name(other), data)
    with pytest.raises(StoreError, match="other hooks"):
        await fetch_hooks(store, other, tmp_path / "cache")
    with pytest.raises(SetupError, match="has no"):
        await fetch_hooks(store, hooks_key("c" * 64, "d" * 64), tmp_path / "cache")
