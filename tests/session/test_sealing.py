"""Sealing waits for a recorder that is still closing its files, but not for ever."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.vocabulary import Stream
from farm.recording import BeingWritten, verify
from farm.recording.files import MANIFEST, stream_file
from farm.recording.journal import Journal
from farm.session.sealing import seal_when_idle
from tests.recording.conftest import write_recording


async def test_a_writer_that_lets_go_late_is_waited_for(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    folder = write_recording(tmp_path / "r")
    writer = Journal(folder / stream_file(Stream.NETWORK))
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        sealing = group.create_task(seal_when_idle(folder, key, patience=20))
        await asyncio.sleep(0.5)
        assert not sealing.done() and not (folder / MANIFEST).exists()
        writer.close()
    assert verify(folder, key.public_key()) == []


async def test_a_writer_that_never_lets_go_is_named(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    folder = write_recording(tmp_path / "r")
    writer = Journal(folder / stream_file(Stream.NETWORK))
    try:
        with pytest.raises(BeingWritten, match=r"network\.jsonl: is being written"):
            await seal_when_idle(folder, key, patience=0.3)
    finally:
        writer.close()
    assert not (folder / MANIFEST).exists()
