"""The shell's own commands: echo, test, cd, read, export, exit, sleep, sh and their like."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace

from farm.twin.system.interpreter import run_program, run_text
from farm.twin.system.shell_context import Context, Exit, Program
from farm.twin.system.streams import LineReader, read_all

MAX_SLEEP = 24 * 3600.0


async def echo(context: Context) -> int:
    words = context.args[1:]
    newline, escapes = True, True  # mksh's echo interprets escapes unless -E
    while words and re.fullmatch(r"-[neE]+", words[0]):
        newline = newline and "n" not in words[0]
        escapes = "E" not in words[0]
        words = words[1:]
    text = " ".join(words)
    if escapes:
        text = _unescape(text)
    await context.out(text + ("\n" if newline else ""))
    return 0


def _unescape(text: str) -> str:
    table = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b"}

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "x":
            return chr(int(code[1:], 16))
        if code[0] == "0":
            return chr(int(code, 8) & 0xFF)
        return table.get(code, "\\" + code)

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|[ntr\\abe])", one, text)


async def printf(context: Context) -> int:
    if len(context.args) < 2:
        return await context.fail("printf: missing operand")
    form, values = _unescape(context.args[1]), context.args[2:]
    first = True
    while first or values:
        first = False
        before = len(values)

        def fill(match: re.Match[str]) -> str:
            if match.group() == "%%":
                return "%"
            value = values.pop(0) if values else ""
            kind = match.group()[-1]
            if kind in "dixX":
                number = int(value) if re.fullmatch(r"[+-]?\d{1,18}", value) else 0
                return match.group().replace("i", "d")[:20] % number
            return _unescape(value) if kind == "b" else match.group()[:20] % value

        await context.out(re.sub(r"%%|%-?0?\d{0,4}[sdixXb]", fill, form))
        if len(values) == before:
            break
    return 0


async def true(context: Context) -> int:
    return 0


async def false(context: Context) -> int:
    return 1


async def cd(context: Context) -> int:
    target = context.path(context.args[1] if len(context.args) > 1 else "/")
    try:
        place = context.system.files.resolve(target, context.actor)
        facts = context.system.files.stat(target, context.actor)
    except OSError as error:
        return await context.fail(f"sh: cd: {target}: {error.strerror}", 2)
    if facts.mode & 0o170000 != 0o040000:
        return await context.fail(f"sh: cd: {target}: Not a directory", 2)
    context.directory = place.path
    return 0


async def pwd(context: Context) -> int:
    await context.out(context.directory + "\n")
    return 0


async def export(context: Context) -> int:
    for word in context.args[1:]:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            context.variables[name] = value
    return 0


async def unset(context: Context) -> int:
    for name in context.args[1:]:
        context.variables.pop(name, None)
    return 0


async def env(context: Context) -> int:
    words = context.args[1:]
    variables = dict(context.variables)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if words:
        return await run_program(replace(context, args=words, variables=variables))
    await context.out("".join(f"{k}={v}\n" for k, v in sorted(variables.items())))
    return 0


async def leave(context: Context) -> int:
    code = context.args[1] if len(context.args) > 1 else str(context.status)
    raise Exit(int(code) & 0xFF if re.fullmatch(r"\d{1,9}", code) else 1)


async def shell(context: Context) -> int:
    words = context.args[1:]
    while words and re.fullmatch(r"-[xeu]+", words[0]):
        words = words[1:]
    inner = replace(context, variables=dict(context.variables), positional=[])
    if words and words[0] == "-c":
        inner.positional = words[3:]
        return await run_text(inner, words[1] if len(words) > 1 else "")
    if words:
        with context.system.files.open_read(context.path(words[0]), context.actor) as file:
            text = file.read(1024 * 1024).decode("utf-8", "surrogateescape")
        inner.positional = words[1:]
        return await run_text(inner, text)
    return await run_stdin(inner)


async def run_stdin(context: Context) -> int:
    """Run the commands that come in on standard input, line by line (or here-document)."""
    lines = LineReader(context.stdin)
    context.stdin = lines
    status = 0
    while line := await lines.line():
        status = context.status = await run_text(context, line.decode("utf-8", "surrogateescape"))
    return status


async def sleep(context: Context) -> int:
    total = 0.0
    for word in context.args[1:]:
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd]?)", word)
        if match is None:
            return await context.fail(f"sleep: bad '{word[:50]}'")
        total += float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    with suppress(TimeoutError):
        async with asyncio.timeout(min(total, MAX_SLEEP)):
            await context.hangup.wait()
    return 0


async def test(context: Context) -> int:
    words = context.args[1:]
    if context.args[0] == "[":
        if not words or words[-1] != "]":
            return await context.fail("sh: [: missing ]", 2)
        words = words[:-1]
    return int(not _condition(context, words))


def _condition(context: Context, words: list[str]) -> bool:
    for operator in ("-o", "-a"):
        if operator in words[1:]:
            at = words.index(operator, 1)
            first, second = _condition(context, words[:at]), _condition(context, words[at + 1 :])
            return first or second if operator == "-o" else first and second
    if words and words[0] == "!":
        return not _condition(context, words[1:])
    if len(words) == 1:
        return bool(words[0])
    if len(words) == 2:
        return _unary(context, words[0], words[1])
    if len(words) == 3:
        left, operator, right = words
        if operator in ("=", "=="):
            return left == right
        if operator == "!=":
            return left != right
        try:
            a, b = int(left[:20]), int(right[:20])
        except ValueError:
            return False
        compared = {
            "-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b,
        }  # fmt: skip
        return compared.get(operator, False)
    return False


def _unary(context: Context, operator: str, value: str) -> bool:
    if operator in ("-n", "-z"):
        return bool(value) == (operator == "-n")
    try:
        facts = context.system.files.stat(context.path(value), context.actor, operator != "-L")
    except OSError:
        return False
    kind = facts.mode & 0o170000
    if operator == "-d":
        return kind == 0o040000
    if operator == "-f":
        return kind == 0o100000
    if operator in ("-L", "-h"):
        return kind == 0o120000
    if operator == "-s":
        return facts.size > 0
    wanted = {"-r": 4, "-w": 2, "-x": 1}.get(operator)
    if wanted:
        return context.actor.may(wanted, facts.mode, facts.uid, facts.gid)
    return operator == "-e"


async def read(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")] or ["REPLY"]
    reader = context.stdin if isinstance(context.stdin, LineReader) else LineReader(context.stdin)
    line = await reader.line()
    pieces = line.decode("utf-8", "surrogateescape").rstrip("\n").split(None, len(names) - 1)
    for index, name in enumerate(names):
        context.variables[name] = pieces[index] if index < len(pieces) else ""
    return 0 if line else 1


async def run_rest(context: Context) -> int:
    """nohup, setsid, exec, command, nice: run what follows."""
    words = context.args[1:]
    while words and words[0].startswith("-"):
        words = words[1:]
    if not words:
        return 0
    hangup = asyncio.Event() if context.args[0] in ("nohup", "setsid") else context.hangup
    return await run_program(replace(context, args=words, hangup=hangup))


async def timeout(context: Context) -> int:
    words = context.args[1:]
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in ("-k", "-s") else 1 :]
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)s?", words[0]) if words else None
    if match is None or len(words) < 2:
        return await context.fail("timeout: needs 2 arguments")
    try:
        async with asyncio.timeout(float(match[1])):
            return await run_program(replace(context, args=words[1:]))
    except TimeoutError:
        return 124


async def xargs(context: Context) -> int:
    raw = (await read_all(context.stdin, 1024 * 1024)).decode("utf-8", "surrogateescape")
    return await run_program(replace(context, args=[*(context.args[1:] or ["echo"]), *raw.split()]))


async def which(context: Context) -> int:
    status = 0
    for name in context.args[1:]:
        folders = ("/sbin", "/system/bin", "/system/xbin")
        found = [f"{d}/{name}" for d in folders if context.system.files.exists(f"{d}/{name}")]
        if found and "/" not in name and context.system.program(name):
            await context.out(found[0] + "\n")
        else:
            status = 1
    return status


async def set_options(context: Context) -> int:
    return 0


PROGRAMS: dict[str, Program] = {
    "echo": echo, "printf": printf, "true": true, ":": true, "false": false, "cd": cd, "pwd": pwd,
    "export": export, "unset": unset, "env": env, "exit": leave, "sh": shell, "sleep": sleep,
    "test": test, "[": test, "read": read, "nohup": run_rest, "setsid": run_rest, "exec": run_rest,
    "command": run_rest, "nice": run_rest, "timeout": timeout, "xargs": xargs, "which": which,
    "set": set_options, "trap": set_options, "umask": set_options, "wait": set_options,
    "sync": set_options,
}  # fmt: skip
