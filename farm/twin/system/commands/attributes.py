"""Programs that show and change what a file is: chmod, chown, stat, touch, ln, readlink, du."""

import re
import stat as modes

from farm.twin.system.actor import user_id, user_name
from farm.twin.system.commands.arguments import complain, options
from farm.twin.system.shell_context import Context, Program


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
            "A": modes.filemode(facts.mode), "u": str(facts.uid), "g": str(facts.gid),
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


async def du(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")] or ["."]
    for name in names:
        facts = context.system.files.stat(context.path(name), context.actor)
        await context.out(f"{max(4, facts.size // 1024)}\t{name}\n")
    return 0


PROGRAMS: dict[str, Program] = {
    "chmod": chmod, "chown": chown, "chgrp": chown, "stat": stat, "touch": touch, "ln": ln,
    "readlink": readlink, "realpath": readlink, "du": du,
}  # fmt: skip
