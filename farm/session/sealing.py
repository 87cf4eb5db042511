"""Seals a recording once all its writers have let go of it."""

import asyncio
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.recording import BeingWritten, seal

_LOOK_SECONDS = 0.2


async def seal_when_idle(folder: Path, key: Ed25519PrivateKey, patience: float = 10.0) -> None:
    """Seal; a recorder in another process may still be closing its files, as after a cancellation.

    Args:
        folder: the recording.
        key: signs it.
        patience: seconds to wait for the last writer.

    Raises:
        BeingWritten: somebody still writes after that.
        RecordingError: see `farm.recording.seal`.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + patience
    while True:
        try:
            await asyncio.to_thread(seal, folder, key)
            return
        except BeingWritten:
            if clock() >= end:
                raise
        await asyncio.sleep(_LOOK_SECONDS)
