"""Programs about the phone itself: properties, clock, processes, power, disk, uptime."""

import re
import time
from collections.abc import Callable

from farm.twin.system.processes import Listed
from farm.twin.system.shell_context import Context, Program

SETTABLE_BY_SHELL = (
    "debug.",
    "log.",
    "persist.log.",
    "service.adb.tcp",
    "sys.powerctl",
    "vendor.debug.",
)
MAX_PROPERTY = 92


async def getprop(context: Context) -> int:
    system = context.system
    if len(context.args) < 2:
        rows = "".join(f"[{k}]: [{v}]\n" for k, v in sorted(system.properties.items()))
        await context.out(rows)
        return 0
    default = context.args[2] if len(context.args) > 2 else ""
    await context.out((system.get_property(context.args[1]) or default) + "\n")
    return 0


async def setprop(context: Context) -> int:
    if len(context.args) != 3:
        return await context.fail("usage: setprop NAME VALUE")
    name, value = context.args[1:]
    system = context.system
    allowed = context.actor.is_root or name.startswith(SETTABLE_BY_SHELL)
    fixed = name.startswith("ro.") and name in system.properties
    if not allowed or fixed or len(value) >= MAX_PROPERTY or len(name) > 256:
        return await context.fail(
            f"Failed to set property '{name[:100]}' to '{value[:100]}'.\n"
            "See dmesg for error reason."
        )
    if len(system.properties) > 5_000:
        return await context.fail("Failed to set property: no space")
    system.properties[name] = value
    if name.startswith("persist."):
        system.persistent[name] = value
    if name == "sys.powerctl":
        system.request_reboot(value)
    return 0


async def date(context: Context) -> int:
    words = [a for a in context.args[1:] if a != "-u"]
    now = context.system.now_ns()
    form = "%a %b %e %H:%M:%S %Z %Y"
    if words and words[0].startswith("+"):
        form = words[0][1:]
    elif words:
        value = words[1] if words[0] in ("-s", "-D") and len(words) > 1 else words[0]
        return await _set_date(context, value)
    seconds, nanoseconds = divmod(now, 1_000_000_000)
    utc = "-u" in context.args
    when = time.gmtime(seconds + (0 if utc else 8 * 3600))
    form = form.replace("%s", str(seconds)).replace("%N", f"{nanoseconds:09d}")
    form = form.replace("%Z", "UTC" if utc else "CST").replace("%z", "+0000" if utc else "+0800")
    await context.out(time.strftime(form[:200], when) + "\n")
    return 0


async def _set_date(context: Context, value: str) -> int:
    if not context.actor.is_root:
        return await context.fail("date: cannot set date: Operation not permitted")
    match = re.fullmatch(r"@(\d{1,12})(?:\.(\d{1,9}))?", value)
    if match:
        fraction = int((match[2] or "0").ljust(9, "0"))
        context.system.clock.set_time(int(match[1]) * 1_000_000_000 + fraction)
        return 0
    match = re.fullmatch(r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{4})?(?:\.(\d{2}))?", value)
    if not match:
        return await context.fail(f"date: bad date '{value[:50]}'")
    month, day, hour, minute, year, second = (int(g or 0) for g in match.groups())
    year = year or time.gmtime().tm_year
    try:
        shown = f"{year} {month} {day} {hour} {minute} {second}"
        parsed = time.strptime(shown, "%Y %m %d %H %M %S")
    except ValueError:
        return await context.fail(f"date: bad date '{value}'")
    import calendar

    context.system.clock.set_time((calendar.timegm(parsed) - 8 * 3600) * 1_000_000_000)
    return 0


_COLUMNS: dict[str, Callable[[Listed], str]] = {
    "PID": lambda p: str(p.pid), "PPID": lambda p: str(p.parent), "USER": lambda p: p.user,
    "UID": lambda p: str(p.uid), "NAME": lambda p: p.name, "ARGS": lambda p: p.arguments,
    "CMD": lambda p: p.name, "COMM": lambda p: p.name[-15:], "S": lambda p: "S",
    "CMDLINE": lambda p: p.arguments,
}  # fmt: skip


async def ps(context: Context) -> int:
    words = context.args[1:]
    rows = context.system.processes.listed()
    columns: list[str] = []
    shown_all = False
    while words:
        word = words.pop(0)
        if word == "-o" and words:
            columns = [c.split("=")[0].upper() for c in words.pop(0).split(",")]
        elif word == "-p" and words:
            wanted = set(words.pop(0).split(","))
            rows, shown_all = [r for r in rows if str(r.pid) in wanted], True
        elif word in ("-A", "-e", "-ef", "-Af", "-AT", "-Z", "-f"):
            shown_all = True
        elif word.isdigit():
            rows, shown_all = [r for r in rows if r.pid == int(word)], True
    if not shown_all:  # toybox shows the caller's own processes only
        rows = [r for r in rows if r.uid == context.actor.uid]
    if columns:
        columns = [c for c in columns if c in _COLUMNS]
        lines = [" ".join(columns)]
        lines += [" ".join(_COLUMNS[c](row) for c in columns) for row in rows]
        await context.out("".join(line + "\n" for line in lines))
        return 0
    await context.out(
        "USER            PID   PPID     VSZ    RSS WCHAN            ADDR S NAME" + " " * 23 + "\n"
    )
    await context.out("".join(_row(row) for row in rows))
    return 0


def _row(row: Listed) -> str:
    return (
        f"{row.user:<14} {row.pid:>5} {row.parent:>6} 1434892 101576 SyS_epoll_wait"
        f"      0 S {row.name}\n"
    )


async def pidof(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")]
    found = [str(p.pid) for p in context.system.processes.listed() if p.name in names]
    if not found:
        return 1
    await context.out(" ".join(found) + "\n")
    return 0


async def pgrep(context: Context) -> int:
    pattern = context.args[-1]
    full = any(a.startswith("-") and "f" in a for a in context.args[1:-1])
    found = [
        p for p in context.system.processes.listed()
        if pattern in (p.arguments if full else p.name)
    ]  # fmt: skip
    await context.out("".join(f"{p.pid}\n" for p in found))
    return int(not found)


async def _kill_one(context: Context, row: Listed) -> str:
    """End a process; what went wrong, empty if nothing."""
    actor = context.actor
    if not actor.is_root and row.uid != actor.uid:
        return "Operation not permitted"
    job = context.system.processes.job(row.pid)
    if job is not None:
        job.stop.set()
        return ""
    if await context.system.runtime.kill(row.pid):
        return ""
    return "Operation not permitted" if row.pid < 5000 else "No such process"


async def kill(context: Context) -> int:
    words = [a for a in context.args[1:] if not re.fullmatch(r"-[A-Z0-9]+", a)]
    if words and words[0] == "-s":
        words = words[2:]
    table = {row.pid: row for row in context.system.processes.listed()}
    status = 0
    for word in words:
        row = table.get(int(word)) if re.fullmatch(r"\d{1,9}", word) else None
        problem = "No such process" if row is None else ""
        if row is not None:
            problem = "" if "-0" in context.args else await _kill_one(context, row)
        if problem:
            status = await context.fail(f"/system/bin/sh: kill: {word[:50]}: {problem}")
    return status


async def pkill(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")]
    full = any(a.startswith("-") and "f" in a for a in context.args[1:])
    exact = context.args[0] == "killall"
    hit = False
    for row in context.system.processes.listed():
        shown = row.arguments if full else row.name
        if any(n == shown or (n in shown and not exact) for n in names):
            if row.pid < 5000 and context.system.processes.job(row.pid) is None and row.uid < 10100:
                continue
            problem = await _kill_one(context, row)
            hit = hit or not problem
            if problem:
                await context.err(f"{context.args[0]}: {row.pid}: {problem}\n")
    if not hit and exact:
        return await context.fail(f"killall: {' '.join(names)[:100]}: No such process")
    return int(not hit)


async def df(context: Context) -> int:
    total = context.system.profile.data_kib
    used = total if context.system.files.disk_full else total // 4
    await context.out("Filesystem     1K-blocks     Used Available Use% Mounted on\n")
    for device, point in (("/dev/block/dm-2", "/data"), ("/data/media", "/storage/emulated")):
        await context.out(
            f"{device:<14} {total:>9} {used:>8} {total - used:>9} "
            f"{used * 100 // total:>3}% {point}\n"
        )
    return 0


async def uptime(context: Context) -> int:
    seconds = context.system.clock.uptime_ns() // 1_000_000_000
    when = time.strftime("%H:%M:%S", time.gmtime(context.system.now_ns() // 10**9 + 8 * 3600))
    await context.out(
        f" {when} up {seconds // 60} min,  0 users,  load average: 1.02, 1.10, 1.21\n"
    )
    return 0


async def uname(context: Context) -> int:
    kernel = context.system.profile.kernel
    machine = {"arm64-v8a": "aarch64"}.get(
        context.system.profile.properties["ro.product.cpu.abi"], "x86_64"
    )
    shown = {
        "-m": machine,
        "-r": kernel,
        "-a": f"Linux localhost {kernel} #1 SMP PREEMPT {machine}",
    }
    await context.out(shown.get(" ".join(context.args[1:2]), "Linux") + "\n")
    return 0


async def reboot(context: Context) -> int:
    context.system.request_reboot(" ".join(context.args[1:2]))
    await context.hangup.wait()
    return 0


async def refused(context: Context) -> int:
    return 0


PROGRAMS: dict[str, Program] = {
    "getprop": getprop, "setprop": setprop, "date": date, "ps": ps, "pidof": pidof, "pgrep": pgrep,
    "kill": kill, "pkill": pkill, "killall": pkill, "df": df, "uptime": uptime, "uname": uname,
    "reboot": reboot, "start": refused, "stop": refused, "dmesg": refused, "am_restart": refused,
}  # fmt: skip
