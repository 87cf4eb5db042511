"""Runs the shell's command trees: redirection, pipes, control flow, status."""

import asyncio
import os
from contextlib import ExitStack
from dataclasses import replace

from farm.twin.adb.shell_protocol import Output
from farm.twin.system.expansion import expand_fields, expand_text
from farm.twin.system.shell_context import Context, Exit
from farm.twin.system.shell_parser import parse
from farm.twin.system.shell_syntax import (
    AndOr,
    CommandList,
    Compound,
    Pipeline,
    Redirect,
    ShellSyntaxError,
    Simple,
)
from farm.twin.system.streams import BytesInput, Discard, FileInput, FileOutput, NoInput, Pipe

MAX_LOOPS = 100_000
MAX_NESTING = 30


async def run_text(context: Context, command: str) -> int:
    """Parse and run; the exit code of the last command."""
    if context.nesting > MAX_NESTING:
        return await context.fail("sh: too many nested shells")
    try:
        tree = parse(command.replace("\0", ""))  # no argument can hold NUL: it marks patterns here
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
        values = [v for w in tree.words or [] for v in await expand_fields(inner, w, run_text)]
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
    words = [value for word in tree.words for value in await expand_fields(context, word, run_text)]
    assigned = {name: await expand_text(context, word, run_text) for name, word in tree.assignments}
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
        target = await expand_text(context, redirect.target, run_text)
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
