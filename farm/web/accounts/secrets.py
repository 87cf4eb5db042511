"""Random secrets that visitors carry. The database holds only their digests."""

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """A secret of 256 bits, safe in a cookie and a header."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What the database holds of a secret; a plain hash suffices for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()
