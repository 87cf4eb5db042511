"""The signing key of a farm: Ed25519 (RFC 8032), kept in one file that only its owner can read.

Creates, loads and names keys. What is signed with them is the business of `seal` and `verify`.
"""

import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from farm.model.errors import SetupError

_LARGEST_KEY_FILE = 64 * 1024


def load_or_create_key(path: Path) -> Ed25519PrivateKey:
    """Return the signing key at `path` (PEM, PKCS #8), made with mode 0600 where there is none.

    Two processes that create it at the same moment end with the same key: the file appears whole,
    under its name, exactly once.

    Raises:
        SetupError: the file is no Ed25519 key, or others may read it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _create(path)
        return _load(path)
    except OSError as error:
        raise SetupError(
            f"{path}: signing key cannot be read or made: {error.strerror or error}"
        ) from error


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file, to pin whose signature is expected.

    Raises:
        SetupError: the file is missing or holds no Ed25519 public key.
    """
    try:
        pem = path.read_bytes()[:_LARGEST_KEY_FILE]
    except OSError as error:
        raise SetupError(f"{path}: public key cannot be read: {error.strerror}") from error
    return public_key_from_pem(pem, str(path))


def public_key_from_pem(pem: bytes, name: str) -> Ed25519PublicKey:
    """Return the Ed25519 public key of a PEM text; `name` says in errors where it came from.

    Raises:
        SetupError: it is no Ed25519 public key.
    """
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SetupError(f"{name}: not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SetupError(f"{name}: expected an Ed25519 public key")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return the key as PEM (SubjectPublicKeyInfo), as `openssl pkeyutl -pubin` reads it."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def raw_public(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of the public key (RFC 8032, section 5.1.5)."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the key's SubjectPublicKeyInfo in DER, in hex.

    The same figure comes from `openssl pkey -pubin -in manifest.pub -outform DER | sha256sum`.
    """
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(6).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # unlike rename, never replaces a key made meanwhile
        except FileExistsError:
            return
    finally:
        temporary.unlink()


def _load(path: Path) -> Ed25519PrivateKey:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SetupError(
            f"{path}: signing key is readable by others (mode {mode:04o}): run chmod 600 on it"
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes()[:_LARGEST_KEY_FILE], None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SetupError(f"{path}: not a private key in PEM without passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SetupError(f"{path}: expected an Ed25519 private key")
    return key
