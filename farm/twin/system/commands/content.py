"""`content`: the shell's way into content providers (AOSP frameworks/base, cmds/content).

`appops`: which operations a package may do (AppOpsService), as far as the shell's own rights go.
"""

import re

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.shell_context import Context, Program

SHELL_PACKAGE = "com.android.shell"
MODES = ("allow", "ignore", "deny", "default", "foreground")
DEFAULTS = {"WRITE_SMS": "ignore", "MOCK_LOCATION": "deny"}
"""Modes of operations that are not allowed unless somebody allows them (AppOpsManager)."""

_VERBS = ("query", "insert", "delete", "call", "read")
_BIND_TYPES = "bsilfdn"
_MAX_OPS = 1000


class _Usage(Exception):
    pass


class _Options:
    """The arguments behind a verb."""

    def __init__(self, words: list[str]) -> None:
        self.binds: dict[str, ContentValue] = {}
        self.single: dict[str, str] = {}
        rest = list(words)
        while rest:
            name = rest.pop(0)
            if not rest:
                raise _Usage(f"Argument expected after: {name}")
            value = rest.pop(0)
            if name == "--bind":
                self._bind(value)
            elif name in ("--uri", "--where", "--projection", "--sort", "--user", "--method",
                          "--arg"):  # fmt: skip
                self.single[name] = value
            elif name != "--extra":
                raise _Usage(f"Unsupported argument: {name}")

    def _bind(self, text: str) -> None:
        column, first, rest = text.partition(":")
        kind, second, value = rest.partition(":")
        if not column or not first or not second or kind not in _BIND_TYPES:
            raise _Usage(f"Binding not well formed: {text}")
        try:
            if kind in "il":
                self.binds[column] = int(value)
            elif kind in "fd":
                self.binds[column] = float(value)
            elif kind == "b":
                self.binds[column] = int(value.lower() == "true")
            else:
                self.binds[column] = None if kind == "n" else value
        except ValueError:
            raise _Usage(f"Binding not well formed: {text}") from None

    def get(self, name: str) -> str:
        return self.single.get(name, "")


async def content(context: Context) -> int:
    """`content query|insert|delete|call|read --uri URI ...`."""
    verb, words = " ".join(context.args[1:2]), context.args[2:]
    if verb not in _VERBS:
        return await context.fail(f"[ERROR] Unsupported operation: {verb[:50]}", 1)
    try:
        options = _Options(words)
        uri = options.get("--uri")
        if not uri:
            raise _Usage("Content provider URI not specified. Did you specify --uri argument?")
        if verb == "insert" and not options.binds:
            raise _Usage("Bindings not specified. Did you specify --bind argument(s)?")
    except _Usage as error:
        return await context.fail(f"[ERROR] {str(error)[:300]}", 1)
    authority = uri.removeprefix("content://").partition("/")[0].partition("?")[0][:100]
    if not context.system.providers.known(uri):
        # Printed on its own: the command goes on to end without an error.
        await context.err(
            f"Error while accessing provider:{authority}\n"
            f"java.lang.IllegalStateException: Could not find provider: {authority}\n"
            "\tat com.android.commands.content.Content$Command.execute(Content.java:507)\n"
        )
        return 0 if context.system.sdk < 30 else 1
    try:
        return await _run(context, verb, uri, options)
    except ContentError as error:
        await context.err(
            f"Error while accessing provider:{authority}\n{error.java_class}: {error}\n"
            "\tat android.database.DatabaseUtils.readExceptionFromParcel(DatabaseUtils.java:172)\n"
        )
        return 0 if context.system.sdk < 30 else 1


async def _run(context: Context, verb: str, uri: str, options: _Options) -> int:
    system = context.system
    providers = system.providers
    where = options.get("--where")
    if verb == "query":
        projection = [one for one in options.get("--projection").split(":") if one] or None
        columns, rows = providers.query(uri, projection, where, None, options.get("--sort"))
        if not rows:
            await context.out("No result found.\n")
        for number, row in enumerate(rows):
            shown = ", ".join(
                f"{column}={'NULL' if value is None else value}"
                for column, value in zip(columns, row, strict=True)
            )
            await context.out(f"Row: {number} {shown}\n")
        return 0
    if verb == "read":
        file = providers.file(uri)
        await context.stdout.write(file.read_bytes()[: 64 << 20])
        return 0
    if verb == "call":
        if options.get("--method") == "scan_file" and system.sdk >= 30:
            providers.media.scan(options.get("--arg"))
            await context.out(f"Result: Bundle[{{uri={uri}}}]\n")
        else:
            await context.out("Result: null\n")
        return 0
    if _ignored(context, uri):
        return 0  # the provider takes no note of it, and says nothing
    if verb == "insert":
        providers.insert(uri, options.binds)
    else:
        providers.delete(uri, where)
    return 0


def _ignored(context: Context, uri: str) -> bool:
    """Messages are written by the messaging app, by root, and by whom WRITE_SMS is allowed."""
    if not re.match(r"content://(sms|mms|mms-sms)\b", uri) or context.actor.is_root:
        return False
    return operation_mode(context, SHELL_PACKAGE, "WRITE_SMS") != "allow"


def operation_mode(context: Context, package: str, operation: str) -> str:
    """The mode in force."""
    mode = context.system.app_ops.get((package, operation), "default")
    return DEFAULTS.get(operation, "allow") if mode == "default" else mode


def operation_name(text: str) -> str:
    """An operation by either of its names: MOCK_LOCATION, android:mock_location."""
    return text.removeprefix("android:").upper()[:60]


async def appops(context: Context) -> int:
    """`appops get|set PACKAGE OPERATION [MODE]`; a user id is the package that has it."""
    words = [word for word in context.args[1:] if word != "--uid"]
    if words[1:2] == ["--user"]:
        del words[1:3]
    if len(words) < 3 or words[0] not in ("get", "set"):
        return await context.fail("AppOps service (appops) commands:", 255)
    package = SHELL_PACKAGE if words[1] == "2000" else words[1][:200]
    operation = operation_name(words[2])
    known = context.system.package(package) is not None
    if package not in (SHELL_PACKAGE, "root", "android") and not known:
        return await context.fail(f"Error: No UID for {package} in user 0", 255)
    ops = context.system.app_ops
    if words[0] == "get":
        mode = ops.get((package, operation))
        if mode is not None:
            await context.out(f"{operation}: {mode}\n")
        else:
            await context.out("No operations.\n")
            if context.system.sdk >= 28:
                default = DEFAULTS.get(operation, "allow")
                await context.out(f"Default mode: {default}\n")
        return 0
    mode = " ".join(words[3:4])
    if mode not in MODES:
        return await context.fail(f"Error: Mode {mode[:50]} is not valid", 255)
    if mode == "default":
        ops.pop((package, operation), None)
    elif len(ops) < _MAX_OPS:
        ops[package, operation] = mode
    return 0


PROGRAMS: dict[str, Program] = {"content": content, "appops": appops}
