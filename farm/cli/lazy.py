"""Commands that are imported when they are run: `farm --help` loads none of them.

The table of commands holds where each one lives and its line in the list of commands; a test holds
that line against the command's own help.
"""

from importlib import import_module
from typing import Any, Literal

import msgspec
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

MARKUP: Literal["markdown"] = "markdown"


class Entry(msgspec.Struct, frozen=True):
    """One command or group of commands."""

    target: str  # "module:attribute": a function, or a `typer.Typer` with commands of its own
    help: str  # its line in the list of commands


def load_command(name: str, entry: Entry) -> Any:
    """Import a command; what comes is a command of click, which typer may bring along itself."""
    module, _, attribute = entry.target.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        found.rich_markup_mode = MARKUP
        command: Any = get_group(found)
    else:
        alone = typer.Typer(
            add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=MARKUP
        )
        alone.command(name)(found)
        command = get_command(alone)
    command.name = name
    return command


def lazy_group(entries: dict[str, Entry]) -> type[TyperGroup]:
    """A class of groups that know these commands by name."""

    class LazyGroup(TyperGroup):
        """Lists the commands from the table, loads the one that is run."""

        def list_commands(self, ctx: Any) -> list[str]:
            """The commands in the table's order."""
            return list(entries)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """What a list of commands shows of one: its name and its line."""
            entry = entries.get(cmd_name)
            return None if entry is None else TyperCommand(cmd_name, help=entry.help)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Load the command that is to run."""
            name, command, rest = super().resolve_command(ctx, args)
            if name is not None and name in entries:
                command = load_command(name, entries[name])
            return name, command, rest

    return LazyGroup
