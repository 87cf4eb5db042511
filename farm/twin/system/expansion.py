"""Expands the shell's words: parameters, arithmetic, substitution, fields, file name patterns.

POSIX, IEEE 1003.1, chapter 2.6. Substituted commands are run by whoever asks for the expansion.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from farm.twin.system.arithmetic import arithmetic
from farm.twin.system.shell_context import Context
from farm.twin.system.shell_syntax import Part, Word
from farm.twin.system.streams import Capture

Run = Callable[[Context, str], Awaitable[int]]
"""Runs a command text, as `$(...)` asks for; the exit code of its last command."""


async def expand_fields(context: Context, word: Word, run: Run) -> list[str]:
    """A word to its fields, with file name patterns replaced by what matches."""
    results: list[str] = []
    for value in await _expanded(context, word, run, split=True):
        if "\0" in value:
            pattern = value.replace("\0", "")
            found = context.system.files.glob(pattern, context.directory, context.actor)
            results += found or [pattern]
        else:
            results.append(value)
    return results


async def expand_text(context: Context, word: Word, run: Run) -> str:
    """A word to one text: neither split nor matched against file names."""
    return "".join(await _expanded(context, word, run, split=False))


async def _expanded(context: Context, word: Word, run: Run, *, split: bool) -> list[str]:
    """Expand the parts; NUL before a character marks it as an unquoted pattern."""
    found: list[str] = []
    current = ""
    open_field = False
    for part in word.parts:
        value = part.text if part.kind == "text" else await _value(context, part, run)
        if part.kind == "variable" and part.text == "@" and part.quoted and split:
            for index, argument in enumerate(context.positional):
                if index:
                    found.append(current)
                    current = ""
                current += argument
                open_field = True
            continue
        if split and not part.quoted:
            value = re.sub(r"([*?\[])", "\0\\1", value)
        if split and part.kind != "text" and not part.quoted:
            pieces = re.split(r"[ \t\n]+", value)
            for index, piece in enumerate(pieces):
                if index and (open_field or current):
                    found.append(current)
                    current, open_field = "", False
                current += piece
        else:
            current += value
            open_field = open_field or bool(value) or part.quoted
    if current or open_field:
        found.append(current)
    return found


async def _value(context: Context, part: Part, run: Run) -> str:
    if part.kind == "arithmetic":
        return arithmetic(part.text, context.variables)
    if part.kind == "command":
        capture = Capture()
        inner = replace(context, stdout=capture, variables=dict(context.variables))
        with suppress(BrokenPipeError):
            context.status = await run(inner, part.text)
        return bytes(capture.data).decode("utf-8", "surrogateescape").replace("\0", "").rstrip("\n")
    name, operator, default = part.text, "", ""
    for candidate in (":-", "-", ":+"):
        head, found, tail = part.text.partition(candidate)
        if found and head:
            name, operator, default = head, candidate, tail
            break
    value = _variable(context, name)
    if operator in (":-", "-") and not value:
        return default
    if operator == ":+":
        return default if value else ""
    return value


def _variable(context: Context, name: str) -> str:
    if name == "?":
        return str(context.status)
    if name == "$":
        return "4242"
    if name == "#":
        return str(len(context.positional))
    if name in ("@", "*"):
        return " ".join(context.positional)
    if name.isdigit():
        index = int(name[:4])
        return "sh" if index == 0 else (context.positional + [""] * index)[index - 1]
    return context.variables.get(name, "")
