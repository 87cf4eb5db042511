"""What controller and capture process say to each other: one JSON document a line.

The controller sends commands on the process's standard input, the process answers and reports on
its standard output. The end of its input tells the process that the controller is gone.
"""

import msgspec

LONGEST_LINE = 4 << 20
"""Bytes of one line: the configuration may carry certificates."""


class Configure(msgspec.Struct, frozen=True, kw_only=True, tag="configure"):
    """The first line: what holds for all sessions of the process."""

    authority_folder: str  # where the interception CA lies, or is made
    hosts: dict[str, tuple[str, int]]  # "name:port" -> address and port to connect to instead
    extra_trust: str  # PEM certificates that upstream servers may chain to, beside the usual ones
    body_limit: int  # bytes of one body that are kept
    heartbeat: float  # seconds


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open"):
    """Listen for one phone and record into a folder; `port` 0 takes a free one."""

    request: int
    session: str
    folder: str
    port: int
    resumed: bool  # another capture process recorded here and died


class Close(msgspec.Struct, frozen=True, kw_only=True, tag="close"):
    """Stop listening, end the connections, and close the session's files."""

    request: int
    session: str


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping"):
    """Ask whether the process still turns."""

    request: int


Command = Configure | Open | Close | Ping


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The answer to `Configure`: the CA's certificate in PEM."""

    certificate: str
    version: str


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The answer to a command; `error` is empty when it worked."""

    request: int
    port: int = 0
    resident: int = 0  # bytes of memory the process uses
    error: str = ""


class CanarySeen(msgspec.Struct, frozen=True, kw_only=True, tag="canary_seen"):
    """A proof-of-life request came through and is in the recording."""

    session: str
    token: str


class DiskIsFull(msgspec.Struct, frozen=True, kw_only=True, tag="disk_full"):
    """The session's traffic is no longer recorded."""

    session: str


Report = Ready | Done | CanarySeen | DiskIsFull

_ENCODER = msgspec.json.Encoder()
_COMMANDS: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_REPORTS: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)


def encode(message: Command | Report) -> bytes:
    """Return the message as one line."""
    return _ENCODER.encode(message) + b"\n"


def decode_command(line: bytes) -> Command:
    """Return the command of one line; raises `msgspec.MsgspecError` for anything else."""
    return _COMMANDS.decode(line)


def decode_report(line: bytes) -> Report:
    """Return the report of one line; raises `msgspec.MsgspecError` for anything else."""
    return _REPORTS.decode(line)
