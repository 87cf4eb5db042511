"""`settings`: the global, secure and system tables, and `device_config` and `content` on them."""

from farm.twin.system.shell_context import Context, Program

SPACES = ("global", "secure", "system")
MAX_VALUE = 100_000


async def settings(context: Context) -> int:
    words = context.args[1:]
    if words[:1] == ["--user"]:
        words = words[2:]
    if len(words) >= 2 and words[1] in ("--user",):
        words = [words[0], *words[3:]]
    if len(words) < 2 or words[1] not in SPACES:
        return await context.fail("Invalid namespace" if len(words) > 1 else "usage: settings", 255)
    verb, space, rest = words[0], context.system.settings[words[1]], words[2:]
    if verb == "get" and rest:
        await context.out(f"{space.get(rest[0], 'null')}\n")
    elif verb == "put" and len(rest) >= 2 and len(rest[1]) <= MAX_VALUE and len(space) < 5_000:
        space[rest[0]] = rest[1]
    elif verb in ("delete", "reset") and rest:
        gone = space.pop(rest[0], None)
        await context.out(f"Deleted {int(gone is not None)} rows\n")
    elif verb == "list":
        await context.out("".join(f"{k}={v}\n" for k, v in sorted(space.items())))
    else:
        return await context.fail("Bad arguments", 255)
    return 0


PROGRAMS: dict[str, Program] = {"settings": settings}
