"""What a session stands on: the phone, the capture, the hooks, keys and folders of its lab."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.devices.phone import Phone
from farm.recorders.network import CaptureProcess


class StageTools(msgspec.Struct, frozen=True, kw_only=True):
    """What a session stands on; the lab owns all of it."""

    phone: Phone
    capture: CaptureProcess
    bundle: Path  # compiled hooks
    bundle_sha256: str
    catalogue: Path  # the catalogue of hooked APIs
    hooks: tuple[Path, ...]  # folders that extend it
    catalogue_sha256: str  # over all of it
    key: Ed25519PrivateKey
    frida_files: Path  # folder with the operator's frida-server and gadget files
    ledgers: Path  # folder that remembers what was changed on phones
    repackaged: Path  # folder of copies for phones without root, and of the key that signs them
