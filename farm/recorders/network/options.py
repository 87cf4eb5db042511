"""How capture works, the same for all sessions of a controller."""

from collections.abc import Mapping

import msgspec


class CaptureOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and names that an operator or a lab sets."""

    hosts: Mapping[str, tuple[str, int]] = {}  # "name:port" -> (address, port), as in a lab
    extra_trust: bytes = b""  # PEM: further CAs that upstream servers may chain to
    body_limit: int = 16 << 20  # bytes of one body that are kept
    heartbeat: float = 1.0  # seconds
    max_phones: int = 4  # sessions one process serves at a time
    recycle_sessions: int = 50  # sessions after which a process is replaced
    recycle_memory: int = 600 << 20  # bytes of memory after which it is replaced
    start_timeout: float = 30.0  # seconds
