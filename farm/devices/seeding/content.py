"""The phone's content providers through its `content` command, as the shell or as root.

Only sentences of ours go into conditions: callers pass values, which are quoted here.
"""

import re

from farm.devices.outputs.content import read_column, read_failure
from farm.devices.phone import Phone
from farm.model.errors import DeviceError

_SECONDS = 30.0
_ABSENT = re.compile(r"Could not find provider|Unknown (?:URL|URI)|Failed to find provider")
_REFUSED = re.compile(r"SecurityException|Permission Denial")


class Refused(DeviceError):
    """The phone's provider does not do what was asked, for a reason that will not pass."""


class Content:
    """Providers of one phone. With `root`, asked as root."""

    def __init__(self, phone: Phone, *, root: bool = False) -> None:
        self.phone = phone
        self._root = root

    async def insert(self, uri: str, **values: str | int) -> None:
        """Add a row.

        Raises:
            Refused: the provider is missing or does not allow it.
            DeviceError: it failed otherwise.
        """
        binds: list[str] = []
        for column, value in values.items():
            kind = "s" if isinstance(value, str) else "l" if abs(value) >= 1 << 31 else "i"
            binds += ["--bind", f"{column}:{kind}:{value}"]
        await self._run("insert", "--uri", uri, *binds)

    async def delete(self, uri: str, where: str) -> None:
        """Remove rows."""
        await self._run("delete", "--uri", uri, "--where", where)

    async def column(self, uri: str, column: str, where: str, sort: str = "") -> list[str]:
        """One column of the rows that satisfy a condition.

        Raises:
            Refused, DeviceError: as above, or the answer cannot be read.
        """
        order = ("--sort", sort) if sort else ()
        query = ("query", "--uri", uri, "--projection", column, "--where", where, *order)
        output = await self._run(*query)
        found = read_column(output, column)
        if found is None:
            words = " ".join(output.split())[:200]
            raise DeviceError(f"{self.phone.serial}: content query {uri}: {words!r}")
        return found

    async def call(self, uri: str, method: str, argument: str) -> None:
        """Call a method of a provider."""
        await self._run("call", "--uri", uri, "--method", method, "--arg", argument)

    async def _run(self, *argv: str) -> str:
        result = await self.phone.shell("content", *argv, timeout=_SECONDS, root=self._root)
        why = read_failure(result.stdout, result.stderr)
        if not why and result.exit_code != 0:
            why = (result.stderr.strip() or result.text)[:300] or f"exit {result.exit_code}"
        if why:
            message = f"{self.phone.serial}: content {argv[0]} {argv[2]}: {why}"
            if _ABSENT.search(why) or _REFUSED.search(why):
                raise Refused(message)
            raise DeviceError(message)
        return result.stdout


def quoted(value: str) -> str:
    """A text as a literal of SQLite."""
    return "'" + value.replace("'", "''") + "'"


async def gone(content: Content, uri: str, where: str) -> bool:
    """Whether no such row is there; a provider that is not there has none either.

    Raises:
        DeviceGone: the phone vanished.
        DeviceError: it cannot be told.
    """
    try:
        return not await content.column(uri, "_id", where)
    except Refused:
        return True
