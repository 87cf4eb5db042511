"""Hashes passwords with Argon2id, off the event loop and few at a time. Keeps no password."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from farm.model.errors import UsageError

SHORTEST = 12
"""Characters; NIST SP 800-63B asks for eight and no rules about which."""
_LONGEST = 1024

_hasher = PasswordHasher()
# Each hash takes 64 MiB: a crowd at the door must not take all memory.
_AT_ONCE = 2


class Passwords:
    """Hashes and checks. One per server, for it bounds how much runs at once."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return the encoded Argon2id hash of a new password.

        Raises:
            UsageError: it is too short or too long.
        """
        if not SHORTEST <= len(password) <= _LONGEST:
            raise UsageError(f"password: expected {SHORTEST} to {_LONGEST} characters")
        async with self._gate:
            return await asyncio.to_thread(_hasher.hash, password)

    async def matches(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one; takes as long where there is no such account."""
        if len(password) > _LONGEST:
            return False
        async with self._gate:
            if not self._nobody:
                self._nobody = await asyncio.to_thread(_hasher.hash, "nobody's password")
            right = await asyncio.to_thread(_verify, encoded or self._nobody, password)
        return right and encoded is not None


def outdated(encoded: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(encoded)


def _verify(encoded: str, password: str) -> bool:
    try:
        return _hasher.verify(encoded, password)
    except (VerificationError, InvalidHashError):
        return False
