"""Who signed an APK: the first certificate of the newest signature scheme that it carries.

Only reads; whether the signature is valid is for Android to say when it installs the app.
Layout: source.android.com/docs/security/features/apksigning/v2 ("APK Signing Block format").
"""

import struct
from pathlib import Path

from farm.model.errors import UsageError

_MAGIC = b"APK Sig Block 42"
_MAX_BLOCK = 32 * 1024 * 1024
_SCHEMES = (0x1B93AD61, 0xF05368C0, 0x7109871A)  # v3.1, v3, v2: the newest counts


def signer_certificate(path: Path, directory_offset: int) -> bytes:
    """Return the signer's certificate (DER) from the signing block, empty if there is none.

    Args:
        path: the APK.
        directory_offset: where its central directory begins.

    Raises:
        UsageError: there is a signing block, but it is broken.
    """
    block = _block(path, directory_offset)
    if not block:
        return b""
    pairs = _pairs(block)
    try:
        for scheme in _SCHEMES:
            if scheme in pairs:
                signers = _prefixed(pairs[scheme], 0)
                signer = _prefixed(signers, 0)
                signed_data = _prefixed(signer, 0)
                digests = _prefixed(signed_data, 0)
                certificates = _prefixed(signed_data, 4 + len(digests))
                return _prefixed(certificates, 0)
    except (struct.error, ValueError) as error:
        raise UsageError(f"{path}: its APK signing block is corrupt: {error}") from error
    return b""


def _block(path: Path, directory_offset: int) -> bytes:
    if directory_offset < 32:
        return b""
    with path.open("rb") as file:
        file.seek(directory_offset - 24)
        footer = file.read(24)
        if len(footer) != 24 or footer[8:] != _MAGIC:
            return b""
        (size,) = struct.unpack_from("<Q", footer)
        if not 24 <= size <= min(_MAX_BLOCK, directory_offset - 8):
            raise UsageError(f"{path}: its APK signing block claims {size} bytes")
        file.seek(directory_offset - size)
        return file.read(size - 24)


def _pairs(block: bytes) -> dict[int, bytes]:
    """Values by id; the first of equal ids counts, a torn rest is left out."""
    pairs: dict[int, bytes] = {}
    position = 0
    while position + 12 <= len(block) and len(pairs) < 100:
        size, name = struct.unpack_from("<QI", block, position)
        end = position + 8 + size
        if size < 4 or end > len(block):
            break
        pairs.setdefault(name, block[position + 12 : end])
        position = end
    return pairs


def _prefixed(data: bytes, position: int) -> bytes:
    """The value behind a 32-bit length."""
    (size,) = struct.unpack_from("<I", data, position)
    value = data[position + 4 : position + 4 + size]
    if len(value) != size:
        raise ValueError("a length reaches beyond its end")
    return value
