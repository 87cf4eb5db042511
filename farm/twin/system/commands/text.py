"""Programs that filter text: grep, head, tail, wc, cut, tr, sort, uniq, tee, base64, basename."""

import base64 as codec
import os
import re

from farm.twin.system.commands.arguments import options
from farm.twin.system.shell_context import Context, Program
from farm.twin.system.streams import FileInput, LineReader, read_all

MAX_PATTERN = 500


async def _data(context: Context, names: list[str]) -> bytes:
    if not names:
        return await read_all(context.stdin)
    parts = []
    for name in names:
        with context.system.files.open_read(context.path(name), context.actor) as file:
            parts.append(file.read(8 * 1024 * 1024))
    return b"".join(parts)


async def grep(context: Context) -> int:
    flags, words = options(context, valued="em")
    pattern = flags.get("e") or (words.pop(0) if words else "")
    if len(pattern) > MAX_PATTERN:
        return await context.fail("grep: pattern too long", 2)
    if "F" in flags or os.path.basename(context.args[0]) == "fgrep":
        pattern = re.escape(pattern)
    elif "E" not in flags and os.path.basename(context.args[0]) != "egrep":
        # Basic expressions: these are literal unless escaped, the reverse of Python's.
        pattern = re.sub(
            r"\\?[(){}|+?]", lambda m: m[0][1:] if m[0][0] == "\\" else "\\" + m[0], pattern
        )
    if "w" in flags:
        pattern = rf"\b(?:{pattern})\b"
    try:
        matcher = re.compile(
            pattern.encode("utf-8", "surrogateescape"), re.I if "i" in flags else 0
        )
    except re.error:
        return await context.fail(f"grep: bad regex '{pattern}'", 2)
    count = 0
    limit = int(flags["m"]) if flags.get("m", "").isdigit() else 1 << 60
    sources = words or ["-"]
    for name in sources:
        if name == "-":
            reader = LineReader(context.stdin)
        else:
            try:
                file = context.system.files.open_read(context.path(name), context.actor)
            except OSError as error:
                if "s" not in flags:
                    await context.fail(f"grep: {name}: {error.strerror}")
                continue
            reader = LineReader(FileInput(file))
        while count < limit and (line := await reader.line()):
            found = matcher.search(line.rstrip(b"\n"))
            if bool(found) == ("v" in flags):
                continue
            count += 1
            if "q" in flags:
                return 0
            if not {"c", "l"} & flags.keys():
                shown = found.group() + b"\n" if "o" in flags and found else line
                await context.stdout.write(shown if shown.endswith(b"\n") else shown + b"\n")
        if "l" in flags and count:
            await context.out(name + "\n")
    if "c" in flags:
        await context.out(f"{count}\n")
    return int(count == 0)


async def head(context: Context) -> int:
    flags, names = options(context, valued="nc")
    short = next((a[1:] for a in context.args[1:] if re.fullmatch(r"-\d{1,9}", a)), None)
    data_size = flags.get("c")
    if data_size and data_size.isdigit():
        await context.stdout.write((await _data(context, names))[: int(data_size)])
        return 0
    value = short or flags.get("n") or "10"
    count = int(value) if value.isdigit() else 10
    if names:
        lines = (await _data(context, names)).splitlines(keepends=True)[:count]
        await context.stdout.write(b"".join(lines))
        return 0
    reader = LineReader(context.stdin)
    for _ in range(count):
        line = await reader.line()
        if not line:
            break
        await context.stdout.write(line)
    return 0


async def tail(context: Context) -> int:
    flags, names = options(context, valued="nc")
    short = next((a[1:] for a in context.args[1:] if re.fullmatch(r"-\d{1,9}", a)), None)
    value = short or flags.get("n") or "10"
    lines = (await _data(context, names)).splitlines(keepends=True)
    if value.startswith("+") and value[1:].isdigit():
        chosen = lines[max(0, int(value[1:]) - 1) :]
    else:
        chosen = lines[-int(value) :] if value.isdigit() and int(value) else []
    await context.stdout.write(b"".join(chosen))
    return 0


async def wc(context: Context) -> int:
    flags, names = options(context)
    raw = await _data(context, names)
    values = {"l": raw.count(b"\n"), "w": len(raw.split()), "c": len(raw)}
    shown = [str(values[k]) for k in ("l", "w", "c") if k in flags or not flags]
    await context.out(" ".join([*shown, *names]) + "\n")
    return 0


async def cut(context: Context) -> int:
    flags, names = options(context, valued="dfc")
    chosen: list[int] = []
    for piece in flags.get("f", flags.get("c", "1")).split(","):
        start, dash, end = piece.partition("-")
        first = int(start) if start.isdigit() else 1
        last = (int(end) if end.isdigit() else 1000) if dash else first
        chosen += range(first, min(last, 1000) + 1)
    separator = flags.get("d", "\t")
    for line in (await _data(context, names)).decode("utf-8", "surrogateescape").splitlines():
        cells = list(line) if "c" in flags else line.split(separator)
        if "f" in flags and separator not in line:
            await context.out(line + "\n")
            continue
        glue = "" if "c" in flags else separator
        await context.out(glue.join(cells[n - 1] for n in chosen if n <= len(cells)) + "\n")
    return 0


async def tr(context: Context) -> int:
    flags, sets = options(context)

    def spread(text: str) -> str:
        text = (
            text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0")
        )
        return re.sub(
            r"(.)-(.)",
            lambda m: "".join(map(chr, range(ord(m[1]), min(ord(m[2]), 0x24F) + 1))),
            text,
        )

    text = (await read_all(context.stdin)).decode("utf-8", "surrogateescape")
    source = spread(sets[0]) if sets else ""
    if "d" in flags:
        text = text.translate({ord(c): None for c in source})
    elif len(sets) > 1:
        target = spread(sets[1]) or " "
        text = text.translate(
            {ord(c): target[min(i, len(target) - 1)] for i, c in enumerate(source)}
        )
    await context.out(text)
    return 0


async def sort(context: Context) -> int:
    flags, names = options(context)
    lines = (await _data(context, names)).splitlines()
    if "u" in flags:
        lines = list(dict.fromkeys(lines))
    if "n" in flags:
        lines.sort(key=lambda t: int((re.match(rb"\s*(-?\d{1,18})", t) or [0, 0])[1]))
    else:
        lines.sort()
    if "r" in flags:
        lines.reverse()
    await context.stdout.write(b"".join(t + b"\n" for t in lines))
    return 0


async def uniq(context: Context) -> int:
    lines = (await _data(context, options(context)[1])).splitlines()
    kept = [t for i, t in enumerate(lines) if i == 0 or t != lines[i - 1]]
    await context.stdout.write(b"".join(t + b"\n" for t in kept))
    return 0


async def tee(context: Context) -> int:
    flags, names = options(context)
    outputs = [
        context.system.files.open_write(context.path(n), context.actor, "a" in flags) for n in names
    ]
    try:
        while data := await context.stdin.read():
            for output in outputs:
                output.write(data)
            await context.stdout.write(data)
    finally:
        for output in outputs:
            output.close()
    return 0


async def base64(context: Context) -> int:
    flags, names = options(context, valued="w")
    raw = await _data(context, names)
    if "d" in flags:
        try:
            await context.stdout.write(codec.b64decode(raw))
        except ValueError:
            return await context.fail("base64: bad input")
        return 0
    if flags.get("w") == "0":
        await context.stdout.write(codec.b64encode(raw))
    else:
        await context.stdout.write(codec.encodebytes(raw))
    return 0


async def basename(context: Context) -> int:
    name = context.args[1] if len(context.args) > 1 else ""
    tool = os.path.basename(context.args[0])
    await context.out(
        (os.path.basename(name.rstrip("/")) if tool == "basename" else os.path.dirname(name) or ".")
        + "\n"
    )
    return 0


PROGRAMS: dict[str, Program] = {
    "grep": grep, "egrep": grep, "fgrep": grep, "head": head, "tail": tail, "wc": wc, "cut": cut,
    "tr": tr, "sort": sort, "uniq": uniq, "tee": tee, "base64": base64, "basename": basename,
    "dirname": basename,
}  # fmt: skip
