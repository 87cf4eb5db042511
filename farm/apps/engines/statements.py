"""What engines say, in one vocabulary. Values only; nothing here runs an engine."""

from enum import StrEnum

import msgspec

FORMAT_VERSION = 1


class Topic(StrEnum):
    """What a statement is about."""

    TRACKER = "tracker"  # code of a known tracker is inside
    SDK = "sdk"  # code of a known SDK is inside
    PERMISSION = "permission"  # the manifest asks for it
    EXPORTED = "exported"  # a component that any other app may start
    SIGNER = "signer"  # who signed it, against those known to be genuine
    TARGET = "target"  # the API level that the app says it was made for
    PACKER = "packer"  # its code is packed, obfuscated or protected
    CLAUSE = "clause"  # the engine itself answers a clause of a standard


class Status(StrEnum):
    """How an engine's run ended. Only `DONE` says anything about the app."""

    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    ABSENT = "absent"  # the program or service is not there


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing an engine says. `holds` False: it looked, and it is not so."""

    topic: Topic
    subject: str  # tracker's name, permission, component, packer, clause id
    holds: bool = True
    confidence: float = 1.0  # as the engine states it, or 1.0 where it states none
    detail: str = ""


class EngineResult(msgspec.Struct, frozen=True, kw_only=True):
    """One engine on one APK."""

    engine: str
    version: str
    apk_sha256: str
    status: Status
    statements: list[Statement] = []
    reason: str = ""  # why it is not done
    seconds: float = 0.0
    format_version: int = FORMAT_VERSION

    def about(self, topic: Topic) -> list[Statement]:
        """The statements about one topic."""
        return [one for one in self.statements if one.topic is topic]
