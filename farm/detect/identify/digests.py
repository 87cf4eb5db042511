"""Digests by which apps let a value stand for itself: hashlib's, SM3, and CRC-32.

For recognition only, never for security.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives import hashes


def _sm3(data: bytes) -> bytes:
    # hashlib has SM3 only where OpenSSL was built with it; this library always has.
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _of(name: str) -> Callable[[bytes], bytes]:
    return lambda data: hashlib.new(name, data, usedforsecurity=False).digest()


DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "md5": _of("md5"),
    "sha1": _of("sha1"),
    "sha224": _of("sha224"),
    "sha256": _of("sha256"),
    "sha384": _of("sha384"),
    "sha512": _of("sha512"),
    "sha3-224": _of("sha3_224"),
    "sha3-256": _of("sha3_256"),
    "sha3-384": _of("sha3_384"),
    "sha3-512": _of("sha3_512"),
    "sm3": _sm3,
}
"""RFC 1321, FIPS 180-4, FIPS 202, GB/T 32905-2016."""

COMMON = ("md5", "sha1", "sha256", "sm3")
"""Those that are tried with salts and on top of one another."""

_INNER = ("md5", "sha1", "sha256")
_SEPARATORS = ("", ":", "-", "_", "|", "&", ",", "#", ".")


def crc32(data: bytes) -> int:
    """ISO 3309, as `java.util.zip.CRC32` has it."""
    return zlib.crc32(data)


def doubled(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Digests of hexadecimal digests: `md5 of md5`."""
    for inner in _INNER:
        text = DIGESTS[inner](data).hex().encode()
        for outer in _INNER:
            yield f"{outer} of {inner}", DIGESTS[outer](text)


def salted(value: bytes, salt: bytes) -> Iterator[tuple[str, bytes]]:
    """Digests of a value with a salt on either side, or as the key of an HMAC (RFC 2104).

    Names have "value" and "salt" where the two stand.
    """
    for name in COMMON:
        digest = DIGESTS[name]
        for separator in _SEPARATORS:
            between = separator.encode()
            shown = f" {separator} " if separator else " "
            yield f"{name} of value{shown}salt", digest(value + between + salt)
            yield f"{name} of salt{shown}value", digest(salt + between + value)
    for name in ("md5", "sha1", "sha256"):
        yield f"hmac-{name} of value, key salt", hmac.digest(salt, value, name)
