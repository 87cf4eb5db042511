"""Programs that read, list and remove files: cat, ls, rm, rmdir, mkdir and the sums."""

import errno
import hashlib
import os
import re
import stat as modes
import time
from typing import IO

from farm.twin.adb.sync import FileStat
from farm.twin.system.actor import user_name
from farm.twin.system.commands.arguments import CHUNK, complain, options
from farm.twin.system.shell_context import Context, Program


async def cat(context: Context) -> int:
    status = 0
    names = [a for a in context.args[1:] if a == "-" or not a.startswith("-")]
    for name in names or ["-"]:
        if name == "-":
            while data := await context.stdin.read():
                await context.stdout.write(data)
            continue
        try:
            with context.system.files.open_read(context.path(name), context.actor) as file:
                while data := file.read(CHUNK):
                    await context.stdout.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            status = await complain(context, name, error)
    return status


async def ls(context: Context) -> int:
    flags, names = options(context)
    status = 0
    names = names or ["."]
    for name in names:
        path = context.path(name)
        try:
            facts = context.system.files.stat(
                path, context.actor, follow="l" not in flags or name.endswith("/")
            )
            if modes.S_ISDIR(facts.mode) and "d" not in flags:
                entries = list(context.system.files.entries(path, context.actor))
                if "a" not in flags and "A" not in flags:
                    entries = [e for e in entries if not e[0].startswith(".")]
                if len(names) > 1:
                    await context.out(f"{name}:\n")
                if "l" in flags:
                    await context.out(f"total {sum(e[1].size for e in entries) // 1024}\n")
                await context.out("".join(_row(context, path, n, f, flags) for n, f in entries))
            else:
                await context.out(_row(context, "", name, facts, flags))
        except BrokenPipeError:
            raise
        except OSError as error:
            status = await complain(context, name, error)
    return status


def _row(context: Context, folder: str, name: str, facts: FileStat, flags: dict[str, str]) -> str:
    if "l" not in flags:
        return name + "\n"
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(facts.mtime + 8 * 3600))
    arrow = ""
    if modes.S_ISLNK(facts.mode):
        path = f"{folder.rstrip('/')}/{name}" if folder else context.path(name)
        arrow = f" -> {context.system.files.resolve(path, context.actor, follow=False).link}"
    return (
        f"{modes.filemode(facts.mode)} {facts.links} {user_name(facts.uid)} {user_name(facts.gid)} "
        f"{facts.size:6d} {when} {name}{arrow}\n"
    )


async def rm(context: Context) -> int:
    flags, names = options(context)
    status = 0
    for name in names:
        try:
            recursive = bool({"r", "R"} & flags.keys())
            context.system.files.remove(context.path(name), context.actor, recursive)
        except FileNotFoundError as error:
            if "f" not in flags:
                status = await complain(context, name, error)
        except OSError as error:
            status = await complain(context, name, error)
    return status


async def rmdir(context: Context) -> int:
    status = 0
    for name in context.args[1:]:
        path = context.path(name)
        try:
            if list(context.system.files.entries(path, context.actor)):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            context.system.files.remove(path, context.actor, recursive=True)
        except OSError as error:
            status = await complain(context, name, error)
    return status


async def mkdir(context: Context) -> int:
    flags, names = options(context, valued="m")
    mode = int(flags["m"], 8) if re.fullmatch(r"[0-7]{3,4}", flags.get("m", "")) else 0o755
    status = 0
    for name in names:
        try:
            context.system.files.mkdir(context.path(name), context.actor, "p" in flags, mode)
        except OSError as error:
            status = await complain(context, name, error)
    return status


def _digest(file: IO[bytes], algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    while data := file.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()


async def checksum(context: Context) -> int:
    algorithm = os.path.basename(context.args[0]).removesuffix("sum")
    brief = "-b" in context.args
    status = 0
    for name in [a for a in context.args[1:] if not a.startswith("-")] or ["-"]:
        if name == "-":
            digest = hashlib.new(algorithm, usedforsecurity=False)
            while data := await context.stdin.read():
                digest.update(data)
            await context.out(f"{digest.hexdigest()}  -\n")
            continue
        try:
            with context.system.files.open_read(context.path(name), context.actor) as file:
                value = _digest(file, algorithm)
        except OSError as error:
            status = await complain(context, name, error)
            continue
        await context.out(f"{value}\n" if brief else f"{value}  {name}\n")
    return status


PROGRAMS: dict[str, Program] = {
    "cat": cat, "ls": ls, "rm": rm, "rmdir": rmdir, "mkdir": mkdir, "md5sum": checksum,
    "sha1sum": checksum, "sha256sum": checksum, "sha512sum": checksum,
}  # fmt: skip
