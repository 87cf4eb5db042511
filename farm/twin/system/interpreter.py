"""Runs the shell's command trees: expansion, redirection, pipes, control flow, status."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from farm.twin.adb.shell_protocol import Input, Output
from farm.twin.system.actor import Actor
from farm.twin.system.arithmetic import arithmetic
from farm.twin.system.shell_parser import parse
from farm.twin.system.shell_syntax import (
    AndOr,
    CommandList,
    Compound,
    Part,
    Pipeline,
    Redirect,
    ShellSyntaxError,
    Simple,
    Word,
)
from farm.twin.system.streams import (
    BytesInput,
    Capture,
    Discard,
    FileInput,
    FileOutput,
    NoInput,
    Pipe,
)

if TYPE_CHECKING:
    from farm.twin.system.phone_system import PhoneSystem

MAX_LOOPS = 100_000
MAX_NESTING = 30


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


async def run_text(context: Context, text: str) -> int:
    """Parse and run; the exit code of the last command."""
    if context.nesting > MAX_NESTING:
        return await context.fail("sh: too many nested shells")
    try:
        tree = parse(text.replace("\0", ""))  # no argument can hold NUL: it marks patterns here
    except ShellSyntaxError as error:
        return await context.fail(f"sh: syntax error: {error}")
    context.nesting += 1
    try:
        return await _list(context, tree)
    except Exit as leaving:
        return leaving.code
    finally:
        context.nesting -= 1


async def _list(context: Context, tree: CommandList) -> int:
    for item in tree.items:
        if item.background:
            context.system.run_background(context, _and_or, item)
            context.status = 0
        else:
            context.status = await _and_or(context, item)
    return context.status


async def _and_or(context: Context, tree: AndOr) -> int:
    status = await _pipeline(context, tree.first)
    for operator, pipeline in tree.rest:
        context.status = status
        if (status == 0) == (operator == "&&"):
            status = await _pipeline(context, pipeline)
    return status


async def _pipeline(context: Context, tree: Pipeline) -> int:
    if len(tree.commands) == 1:
        status = await _command(context, tree.commands[0])
    else:
        pipes = [Pipe() for _ in tree.commands[1:]]
        statuses = [0] * len(tree.commands)

        async def run(index: int) -> None:
            inner = replace(context, variables=dict(context.variables))
            if index > 0:
                inner.stdin = pipes[index - 1]
            if index < len(pipes):
                inner.stdout = pipes[index]
            try:
                statuses[index] = await _command(inner, tree.commands[index])
            except Exit as leaving:
                statuses[index] = leaving.code
            except BrokenPipeError:
                statuses[index] = 141
            finally:
                if index > 0:
                    pipes[index - 1].close_reader()
            if index < len(pipes):
                await pipes[index].close_writer()

        async with asyncio.TaskGroup() as tasks:
            for index in range(len(tree.commands)):
                tasks.create_task(run(index))
        status = statuses[-1]
    return int(status == 0) if tree.negated else status


async def _command(context: Context, tree: Simple | Compound) -> int:
    with ExitStack() as files:
        try:
            inner = await _redirected(context, tree.redirects, files)
        except OSError as error:
            return await context.fail(f"sh: can't open {error.filename}: {error.strerror}")
        if inner is None:
            return await context.fail("sh: bad redirection")
        if isinstance(tree, Compound):
            return await _compound(context, inner, tree)
        return await _simple(context, inner, tree)


async def _compound(context: Context, inner: Context, tree: Compound) -> int:
    if tree.kind == "subshell":
        try:
            return await _list(replace(inner, variables=dict(inner.variables)), tree.blocks[0])
        except Exit as leaving:
            return leaving.code
    status = 0
    if tree.kind == "group":
        status = await _list(inner, tree.blocks[0])
    elif tree.kind == "if":
        blocks = tree.blocks
        for index in range(0, len(blocks) - 1, 2):
            if await _list(inner, blocks[index]) == 0:
                status = await _list(inner, blocks[index + 1])
                break
        else:
            if len(blocks) % 2:
                status = await _list(inner, blocks[-1])
    elif tree.kind == "for":
        values = [v for w in tree.words or [] for v in await expand(inner, w)]
        for value in values if tree.words is not None else inner.positional:
            inner.variables[tree.name] = value
            status = await _list(inner, tree.blocks[0])
            await asyncio.sleep(0)
    else:
        for _ in range(MAX_LOOPS):
            if inner.hangup.is_set():
                break
            if (await _list(inner, tree.blocks[0]) == 0) != (tree.kind == "while"):
                break
            status = await _list(inner, tree.blocks[1])
            await asyncio.sleep(0)
    context.directory = inner.directory
    return status


async def _simple(context: Context, inner: Context, tree: Simple) -> int:
    words = [value for word in tree.words for value in await expand(context, word)]
    assigned = {name: "".join(await _fields(context, word)) for name, word in tree.assignments}
    if not words:
        context.variables.update(assigned)
        return 0
    if assigned:
        inner = replace(inner, variables={**inner.variables, **assigned})
    inner.args = words
    status = await run_program(inner)
    context.directory = inner.directory
    return status


async def run_program(context: Context) -> int:
    """Run `context.args` as the shell would: a program of the phone, or a file of its own."""
    system, name = context.system, context.args[0]
    program = system.program(name)
    if program is None and "/" in name:
        program = system.executable_file(context, name)
    if program is None:
        shown = name[:200]
        if "/" in name and system.files.exists(context.path(name), context.actor):
            return await context.fail(f"sh: {shown}: can't execute: Permission denied", 126)
        words = "not found" if "/" in name or system.sdk < 28 else "inaccessible or not found"
        return await context.fail(f"sh: {shown}: {words}", 127)
    try:
        return await program(context)
    except BrokenPipeError:
        return 141
    except OSError as error:
        return await context.fail(
            f"{os.path.basename(name)}: {error.filename or ''}: {error.strerror or error}"
        )


async def _redirected(
    context: Context, redirects: list[Redirect], files: ExitStack
) -> Context | None:
    if not redirects:
        return replace(context, variables=context.variables)
    inner = replace(context, variables=context.variables)
    for redirect in redirects:
        target = "".join(await _fields(context, redirect.target))
        if redirect.operator == "<<<":
            inner.stdin = BytesInput(target.encode("utf-8", "surrogateescape"))
        elif redirect.operator == "<":
            if target == "/dev/null":
                inner.stdin = NoInput()
            else:
                path = context.path(target)
                inner.stdin = FileInput(
                    files.enter_context(context.system.files.open_read(path, context.actor))
                )
        elif redirect.operator == ">&":
            source = {"1": inner.stdout, "2": inner.stderr, "-": Discard()}.get(target)
            if source is None or not _set_output(inner, redirect.descriptor, source):
                return None
        else:
            output: Output = Discard()
            if target != "/dev/null":
                file = context.system.files.open_write(
                    context.path(target), context.actor, append=redirect.operator == ">>"
                )
                output = FileOutput(files.enter_context(file))
            if not _set_output(inner, redirect.descriptor, output):
                return None
    return inner


def _set_output(context: Context, descriptor: int, output: Output) -> bool:
    if descriptor == 1:
        context.stdout = output
    elif descriptor == 2:
        context.stderr = output
    return descriptor in (1, 2)


# Expansion


async def expand(context: Context, word: Word) -> list[str]:
    """A word to its fields, with file name patterns replaced by what matches."""
    results: list[str] = []
    for text in await _fields(context, word, split=True):
        if "\0" in text:
            pattern = text.replace("\0", "")
            found = context.system.files.glob(pattern, context.directory, context.actor)
            results += found or [pattern]
        else:
            results.append(text)
    return results


async def _fields(context: Context, word: Word, split: bool = False) -> list[str]:
    """Expand the parts; NUL before a character marks it as an unquoted pattern."""
    fields: list[str] = []
    current = ""
    open_field = False
    for part in word.parts:
        value = part.text if part.kind == "text" else await _value(context, part)
        if part.kind == "variable" and part.text == "@" and part.quoted and split:
            for index, argument in enumerate(context.positional):
                if index:
                    fields.append(current)
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
                    fields.append(current)
                    current, open_field = "", False
                current += piece
        else:
            current += value
            open_field = open_field or bool(value) or part.quoted
    if current or open_field:
        fields.append(current)
    return fields


async def _value(context: Context, part: Part) -> str:
    if part.kind == "arithmetic":
        return arithmetic(part.text, context.variables)
    if part.kind == "command":
        capture = Capture()
        inner = replace(context, stdout=capture, variables=dict(context.variables))
        with suppress(BrokenPipeError):
            context.status = await run_text(inner, part.text)
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
