"""Messages of the ADB transport: reading and writing them, and nothing about their meaning.

Source: AOSP packages/modules/adb, `protocol.txt` and `adb.h` (version 0x01000001: no checksums).
"""

import asyncio
import struct
from typing import NamedTuple

HEADER = struct.Struct("<6I")
VERSION = 0x01000001
MAX_PAYLOAD = 1024 * 1024
"""Largest payload either side may send, in bytes (MAX_PAYLOAD of AOSP's adb.h)."""

CNXN = 0x4E584E43
AUTH = 0x48545541
OPEN = 0x4E45504F
OKAY = 0x59414B4F
CLSE = 0x45534C43
WRTE = 0x45545257

AUTH_TOKEN = 1
AUTH_SIGNATURE = 2
AUTH_PUBLIC_KEY = 3

KNOWN_COMMANDS = frozenset({CNXN, AUTH, OPEN, OKAY, CLSE, WRTE})


class ProtocolError(Exception):
    """The peer broke the protocol: the connection is dropped, as adbd does."""


class Message(NamedTuple):
    """One transport message; the meaning of the arguments depends on the command."""

    command: int
    arg0: int
    arg1: int
    payload: bytes = b""


def encode(message: Message) -> bytes:
    """The bytes of a message. Only CNXN carries a checksum: peers of old versions check it."""
    checksum = sum(message.payload) & 0xFFFFFFFF if message.command == CNXN else 0
    head = HEADER.pack(
        message.command,
        message.arg0,
        message.arg1,
        len(message.payload),
        checksum,
        message.command ^ 0xFFFFFFFF,
    )
    return head + message.payload


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Read one message.

    Raises:
        ProtocolError: bad magic, unknown command or a payload above `MAX_PAYLOAD`.
        asyncio.IncompleteReadError: the peer closed the connection.
    """
    head = await reader.readexactly(HEADER.size)
    command, arg0, arg1, length, _checksum, magic = HEADER.unpack(head)
    if magic != command ^ 0xFFFFFFFF:
        raise ProtocolError(f"magic {magic:#x} does not match command {command:#x}")
    if command not in KNOWN_COMMANDS:
        raise ProtocolError(f"unknown command {command:#x}")
    if length > MAX_PAYLOAD:
        raise ProtocolError(f"payload of {length} bytes, at most {MAX_PAYLOAD} are allowed")
    payload = await reader.readexactly(length) if length else b""
    return Message(command, arg0, arg1, payload)
