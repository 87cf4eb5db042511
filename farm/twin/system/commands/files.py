"""Programs that work on files: ls, cat, rm, mkdir, mv, cp, chmod, chown, stat, sums, dd, ln."""

import errno
import hashlib
import os
import re
import stat as modes
import time
from typing import IO

from farm.twin.adb.sync import FileStat
from farm.twin.system.actor import user_id, user_name
from farm.twin.system.interpreter import Context, Program

CHUNK = 256 * 1024


def options(context: Context, valued: str = "") -> tuple[dict[str, str], list[str]]:
    """Split arguments into single-letter options and operands; `valued` letters take a value."""
    found: dict[str, str] = {}
    operands: list[str] = []
    words = list(context.args[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            operands += words
            break
        if word.startswith("-") and len(word) > 1 and not word.startswith("--"):
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in valued:
                    found[letter] = letters or (words.pop(0) if words else "")
                    break
                found[letter] = ""
        else:
            operands.append(word)
    return found, operands


async def complain(context: Context, name: str, error: OSError) -> int:
    """`rm: X: No such file or directory`."""
    return await context.fail(f"{context.args[0]}: {name}: {error.strerror}")


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


def mode_text(mode: int) -> str:
    """`-rw-r--r--`."""
    return modes.filemode(mode)


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
        f"{mode_text(facts.mode)} {facts.links} {user_name(facts.uid)} {user_name(facts.gid)} "
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


def parse_mode(text: str, old: int) -> int | None:
    """`755`, `+x`, `u+rw,go-w`; None if it is no mode."""
    if re.fullmatch(r"[0-7]{1,5}", text):
        return int(text, 8) & 0o7777
    mode = old & 0o7777
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]*)([+=-])([rwxXst]*)", clause)
        if match is None:
            return None
        bits = 0
        for who in (match[1] or "a").replace("a", "ugo"):
            shift = {"u": 6, "g": 3, "o": 0}[who]
            for letter in match[3]:
                bits |= {"r": 4, "w": 2, "x": 1, "X": 1}.get(letter, 0) << shift
        mode = mode & ~bits if match[2] == "-" else mode | bits
    return mode


async def chmod(context: Context) -> int:
    names = [a for a in context.args[1:] if a not in ("-R", "-f", "-v")]
    if len(names) < 2:
        return await context.fail("chmod: Needs 2 arguments")
    status = 0
    for name in names[1:]:
        try:
            old = context.system.files.stat(context.path(name), context.actor).mode
            mode = parse_mode(names[0], old)
            if mode is None:
                return await context.fail(f"chmod: bad mode '{names[0]}'")
            context.system.files.change(context.path(name), context.actor, mode=mode)
        except OSError as error:
            status = await context.fail(f"chmod: '{name}' to '{names[0]}': {error.strerror}")
    return status


async def chown(context: Context) -> int:
    _, names = options(context)
    if len(names) < 2:
        return await context.fail(f"{context.args[0]}: Needs 2 arguments")
    user, _, group = names[0].replace(".", ":").partition(":")
    if context.args[0] == "chgrp":
        user, group = "", user
    ids = [user_id(n) if n else None for n in (user, group)]
    if (user and ids[0] is None) or (group and ids[1] is None):
        return await context.fail(f"chown: no user or group '{names[0]}'")
    status = 0
    for name in names[1:]:
        try:
            context.system.files.change(context.path(name), context.actor, uid=ids[0], gid=ids[1])
        except OSError as error:
            status = await context.fail(f"chown: '{name}' to '{names[0]}': {error.strerror}")
    return status


async def stat(context: Context) -> int:
    flags, names = options(context, valued="c")
    status = 0
    for name in names:
        try:
            facts = context.system.files.stat(context.path(name), context.actor, "L" in flags)
        except OSError as error:
            status = await context.fail(f"stat: '{name}': {error.strerror}")
            continue
        values = {
            "n": name, "s": str(facts.size), "a": f"{facts.mode & 0o7777:o}", "Y": str(facts.mtime),
            "A": mode_text(facts.mode), "u": str(facts.uid), "g": str(facts.gid),
            "U": user_name(facts.uid), "G": user_name(facts.gid), "f": f"{facts.mode:x}",
            "F": "directory" if modes.S_ISDIR(facts.mode) else "regular file",
            "i": str(facts.inode), "h": str(facts.links), "X": str(facts.mtime), "%": "%",
        }  # fmt: skip
        form = flags.get("c") or (
            "  File: %n\n  Size: %s\tBlocks: 8\tIO Blocks: 512\t%F\n"
            "Device: 803h/2051d\t Inode: %i\t Links: %h\n"
            "Access: (0%a/%A)\tUid: (%u/%U)\tGid: (%g/%G)\nModify: %Y"
        )
        await context.out(_fill(form, values) + "\n")
    return status


def _fill(form: str, values: dict[str, str]) -> str:
    return re.sub(r"%(.)", lambda match: values.get(match[1], "?"), form)


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


async def touch(context: Context) -> int:
    status = 0
    for name in [a for a in context.args[1:] if not a.startswith("-")]:
        try:
            if not context.system.files.exists(context.path(name), context.actor):
                context.system.files.open_write(context.path(name), context.actor).close()
        except OSError as error:
            status = await complain(context, name, error)
    return status


async def ln(context: Context) -> int:
    flags, names = options(context)
    if len(names) != 2 or "s" not in flags:
        return await context.fail("ln: hard links are not supported on this file system")
    try:
        if "f" in flags and context.system.files.exists(context.path(names[1]), context.actor):
            context.system.files.remove(context.path(names[1]), context.actor)
        context.system.files.symlink(names[0], context.path(names[1]), context.actor)
    except OSError as error:
        return await complain(context, names[1], error)
    return 0


async def readlink(context: Context) -> int:
    flags, names = options(context)
    if not names:
        return await context.fail("readlink: Needs 1 argument")
    try:
        place = context.system.files.resolve(context.path(names[0]), context.actor, "f" in flags)
    except OSError:
        return 1
    if "f" in flags or context.args[0] == "realpath":
        await context.out(place.path + "\n")
        return 0
    if place.link is None:
        return 1
    await context.out(place.link + "\n")
    return 0


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


async def du(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")] or ["."]
    for name in names:
        facts = context.system.files.stat(context.path(name), context.actor)
        await context.out(f"{max(4, facts.size // 1024)}\t{name}\n")
    return 0


PROGRAMS: dict[str, Program] = {
    "cat": cat, "ls": ls, "rm": rm, "rmdir": rmdir, "mkdir": mkdir, "cp": cp, "mv": mv,
    "chmod": chmod, "chown": chown, "chgrp": chown, "stat": stat, "md5sum": checksum,
    "sha1sum": checksum, "sha256sum": checksum, "sha512sum": checksum, "touch": touch, "ln": ln,
    "readlink": readlink, "realpath": readlink, "dd": dd, "du": du,
}  # fmt: skip
