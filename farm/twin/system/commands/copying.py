"""Programs that copy what files hold: cp, mv, dd."""

import errno
import os
import stat as modes
from typing import IO

from farm.twin.system.commands.arguments import CHUNK, complain, options
from farm.twin.system.shell_context import Context, Program


def _copy_file(context: Context, source: str, target: str, keep: bool) -> None:
    files = context.system.files
    facts = files.stat(source, context.actor)
    with (
        files.open_read(source, context.actor) as reader,
        files.open_write(target, context.actor) as writer,
    ):
        while data := reader.read(CHUNK):
            writer.write(data)
    if not target.startswith("/dev/"):
        mode = facts.mode & 0o777
        owners = (facts.uid, facts.gid) if keep and context.actor.is_root else (None, None)
        files.change(target, context.actor, mode, *owners)


def _copy(context: Context, source: str, target: str, flags: dict[str, str], depth: int) -> None:
    files = context.system.files
    if depth > 60:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if modes.S_ISDIR(files.stat(source, context.actor).mode):
        if not {"r", "R", "a"} & flags.keys():
            raise OSError(errno.EISDIR, "Is a directory")
        entries = list(files.entries(source, context.actor))
        if not files.exists(target, context.actor):
            files.mkdir(target, context.actor)
        for name, _ in entries:
            _copy(context, f"{source}/{name}", f"{target}/{name}", flags, depth + 1)
    else:
        _copy_file(context, source, target, bool({"p", "a"} & flags.keys()))


async def _transfer(context: Context, move: bool) -> int:
    flags, names = options(context)
    if len(names) < 2:
        return await context.fail(f"{context.args[0]}: Needs 2 arguments")
    files = context.system.files
    last = context.path(names[-1])
    into = False
    if files.exists(last, context.actor):
        into = modes.S_ISDIR(files.stat(last, context.actor).mode)
    if len(names) > 2 and not into:
        return await context.fail(f"{context.args[0]}: '{names[-1]}' not directory")
    status = 0
    for name in names[:-1]:
        source = context.path(name)
        target = f"{last}/{os.path.basename(source.rstrip('/'))}" if into else last
        try:
            if move:
                same = source.split("/")[1:2] == target.split("/")[1:2] and not files.mounts
                if same:
                    files.rename(source, target, context.actor)
                else:  # another file system: copy, then remove, as mv does
                    _copy(context, source, target, {"a": ""}, 0)
                    files.remove(source, context.actor, recursive=True)
            else:
                _copy(context, source, target, flags, 0)
        except OSError as error:
            status = await complain(context, name, error)
    return status


async def cp(context: Context) -> int:
    return await _transfer(context, move=False)


async def mv(context: Context) -> int:
    return await _transfer(context, move=True)


async def _put(context: Context, writer: IO[bytes] | None, data: bytes) -> None:
    if writer is not None:
        writer.write(data)
    else:
        await context.stdout.write(data)


async def dd(context: Context) -> int:
    values = dict(a.split("=", 1) for a in context.args[1:] if "=" in a)
    data_source = values.get("if")
    target = values.get("of")
    total = 0
    files = context.system.files
    writer = files.open_write(context.path(target), context.actor) if target else None
    try:
        if data_source and data_source != "/dev/zero":
            with files.open_read(context.path(data_source), context.actor) as reader:
                while data := reader.read(CHUNK):
                    total += len(data)
                    await _put(context, writer, data)
        elif data_source is None:
            while data := await context.stdin.read():
                total += len(data)
                await _put(context, writer, data)
    finally:
        if writer:
            writer.close()
    return await context.fail(f"{total} bytes copied", 0)


PROGRAMS: dict[str, Program] = {"cp": cp, "mv": mv, "dd": dd}
