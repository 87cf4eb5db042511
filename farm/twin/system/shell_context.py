"""What every program of the shell is given: arguments, streams, user, folder and the phone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from farm.twin.adb.shell_protocol import Input, Output
from farm.twin.system.actor import Actor

if TYPE_CHECKING:
    from farm.twin.system.phone_system import PhoneSystem


@dataclass
class Context:
    """Everything a program sees: arguments, streams, user, folder and the phone."""

    system: "PhoneSystem"
    actor: Actor
    stdin: Input
    stdout: Output
    stderr: Output
    hangup: asyncio.Event
    args: list[str] = field(default_factory=list)
    directory: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    status: int = 0
    nesting: int = 0
    detached: bool = False

    async def out(self, text: str) -> None:
        """Write text to standard output."""
        await self.stdout.write(text.encode("utf-8", "surrogateescape"))

    async def err(self, text: str) -> None:
        """Write text to standard error."""
        await self.stderr.write(text.encode("utf-8", "surrogateescape"))

    async def fail(self, text: str, code: int = 1) -> int:
        """Write a line to standard error and give back `code`."""
        await self.err(text + "\n")
        return code

    def path(self, name: str) -> str:
        """An absolute phone path for a name relative to the current folder."""
        return name if name.startswith("/") else f"{self.directory.rstrip('/')}/{name}"


Program = Callable[[Context], Awaitable[int]]


class Exit(Exception):
    """`exit` was called."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
