"""`pm`: listing, installing, removing and permissions, in the words of Android's own."""

import asyncio
import re

from farm.twin.contracts import InstalledPackage
from farm.twin.system.commands.dumpsys import dump_package
from farm.twin.system.interpreter import Context, Program
from farm.twin.system.packages import InstallError, InstallOptions, Session
from farm.twin.system.permissions import is_runtime

CHUNK = 256 * 1024
MAX_STREAM = 4 * 1024 * 1024 * 1024
VALUED = {"-i", "--user", "--pkg", "--abi", "--install-location", "--originating-uri", "--referrer"}
VALUED |= {"-p", "--install-reason", "--install-reason-user", "-S", "--dexopt-compiler-filter"}


async def pm(context: Context) -> int:
    words = context.args[1:]
    if not words:
        return await context.fail("Package manager (package) commands:", 1)
    verb = words[0]
    handler = VERBS.get(verb)
    if handler is None:
        return await context.fail(f"Unknown command: {verb[:100]}", 255)
    return await handler(context, words[1:])


def _split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and len(word) > 1:
            options[word] = rest.pop(0) if word in VALUED and rest else ""
        else:
            operands.append(word)
    return options, operands


async def list_(context: Context, words: list[str]) -> int:
    what, (options, operands) = (words[0] if words else ""), _split(words[1:])
    manager = context.system.packages_installed
    if what == "features":
        await context.out("feature:android.hardware.touchscreen\nfeature:android.hardware.wifi\n")
        return 0
    if what == "users":
        await context.out("Users:\n\tUserInfo{0:Owner:13} running\n")
        return 0
    if what == "permissions":
        return 0
    if what not in ("packages", "package"):
        return await context.fail(f"Error: unknown list type '{what[:50]}'", 1)
    text = ""
    own = [] if "-s" in options or "-d" in options else manager.all()
    for package in own:
        if operands and operands[0] not in package.package:
            continue
        text += "package:"
        if "-f" in options:
            text += f"{manager.phone_path(package.apks[0])}="
        text += package.package
        if "--show-versioncode" in options:
            text += f" versionCode:{package.version_code}"
        if "-i" in options:
            text += "  installer=null"
        if "-U" in options:
            text += f" uid:{package.uid}"
        text += "\n"
    if not {"-3", "-d"} & options.keys():
        for name in manager.system_packages:
            if operands and operands[0] not in name:
                continue
            place = f"/system/app/{name.rpartition('.')[2]}/{name.rpartition('.')[2]}.apk="
            code = f" versionCode:{context.system.sdk}" if "--show-versioncode" in options else ""
            uid = " uid:1000" if "-U" in options else ""
            text += f"package:{place if '-f' in options else ''}{name}{code}{uid}\n"
    await context.out(text)
    return 0


async def path(context: Context, words: list[str]) -> int:
    package = context.system.package(_split(words)[1][0] if _split(words)[1] else "")
    if package is None:
        return 1
    for apk in package.apks:
        await context.out(f"package:{context.system.packages_installed.phone_path(apk)}\n")
    return 0


# Installing


def _options(context: Context, options: dict[str, str]) -> InstallOptions:
    # `pm install` replaces by default since Android 9; -R forbids it (PackageManagerShellCommand).
    replace = "-R" not in options and ("-r" in options or context.system.sdk >= 28)
    return InstallOptions(
        replace=replace, downgrade="-d" in options, grant="-g" in options, test="-t" in options
    )


async def _copy_in(context: Context, session: Session, source: str) -> None:
    target = context.system.packages_installed.new_file(session)
    try:
        with context.system.files.open_read(context.path(source), context.actor) as reader:
            with target.open("wb") as writer:
                while data := reader.read(CHUNK):
                    writer.write(data)
                    await asyncio.sleep(0)
    except OSError as error:
        raise InstallError(
            "INSTALL_PARSE_FAILED_NOT_APK", f"Failed to open {source}: {error.strerror}"
        ) from error


async def _stream_in(context: Context, session: Session, size: int) -> None:
    if not 0 <= size <= MAX_STREAM:
        raise InstallError("INSTALL_FAILED_INVALID_APK", "bad size")
    target = context.system.packages_installed.new_file(session)
    left = size
    with target.open("wb") as writer:
        while left:
            data = await context.stdin.read()
            if not data:
                raise InstallError("INSTALL_FAILED_INVALID_APK", "unexpected end of input")
            if context.system.files.disk_full:
                # The sender has to finish first: it does not read before it has sent everything.
                while left > len(data) and (more := await context.stdin.read()):
                    left -= len(more)
                return
            writer.write(data[:left])
            left -= min(left, len(data))


async def _finish(context: Context, session: Session) -> int:
    system = context.system
    existing = bool(system.packages())
    try:
        name = await system.packages_installed.commit(session, system.force_stop)
    except InstallError as error:
        await _refuse(context, error)
        return 1
    system.log(
        "I", "PackageManager", f"Package {name} codePath changed" if existing else name, 1290
    )
    await context.out("Success\n")
    return 0


async def _refuse(context: Context, error: InstallError) -> None:
    # pm prints failures to standard output since Android 9, to standard error before.
    text = f"Failure [{error}]\n"
    if context.system.sdk >= 28:
        await context.out(text)
    else:
        await context.err(text)


async def install(context: Context, words: list[str]) -> int:
    options, operands = _split(words)
    manager = context.system.packages_installed
    try:
        session = manager.open_session(_options(context, options))
    except InstallError as error:
        await _refuse(context, error)
        return 1
    try:
        if "-S" in options:
            await _stream_in(context, session, _integer(options["-S"]))
        elif operands:
            for name in operands:
                await _copy_in(context, session, name)
        else:
            manager.abandon(session)
            return await context.fail("Error: must either specify a package size or an APK file")
    except InstallError as error:
        manager.abandon(session)
        await _refuse(context, error)
        return 1
    except BaseException:
        manager.abandon(session)
        raise
    return await _finish(context, session)


def _integer(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,15}", text) else -1


async def install_create(context: Context, words: list[str]) -> int:
    try:
        session = context.system.packages_installed.open_session(
            _options(context, _split(words)[0])
        )
    except InstallError as error:
        await _refuse(context, error)
        return 1
    await context.out(f"Success: created install session [{session.number}]\n")
    return 0


async def install_write(context: Context, words: list[str]) -> int:
    options, operands = _split(words)
    if (operands and operands[-1] == "-") or not operands:
        operands = operands[:-1] if operands else operands
    session = context.system.packages_installed.session(_integer(operands[0]) if operands else -1)
    if session is None:
        return await context.fail("Security exception: Caller has no access to session", 255)
    try:
        if len(operands) > 2:
            await _copy_in(context, session, operands[2])
            size = session.files[-1].stat().st_size
        else:
            size = _integer(options.get("-S", ""))
            await _stream_in(context, session, size)
    except InstallError as error:
        await _refuse(context, error)
        return 1
    await context.out(f"Success: streamed {size} bytes\n")
    return 0


async def install_commit(context: Context, words: list[str]) -> int:
    session = context.system.packages_installed.session(_integer(words[0]) if words else -1)
    if session is None:
        return await context.fail("Security exception: Caller has no access to session", 255)
    return await _finish(context, session)


async def install_abandon(context: Context, words: list[str]) -> int:
    session = context.system.packages_installed.session(_integer(words[0]) if words else -1)
    if session is not None:
        context.system.packages_installed.abandon(session)
    await context.out("Success\n")
    return 0


async def uninstall(context: Context, words: list[str]) -> int:
    options, operands = _split(words)
    name = operands[0] if operands else ""
    system = context.system
    if name in system.packages_installed.system_packages:
        await context.out("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
        return 1
    if system.package(name) is None:
        # Android 9 and later know why; older ones say only that it failed.
        await context.out("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
        return 1
    await system.force_stop(name)
    system.packages_installed.remove(name, keep_data="-k" in options)
    system.idle_whitelist.discard(name)
    await context.out("Success\n")
    return 0


async def clear(context: Context, words: list[str]) -> int:
    name = (_split(words)[1] or [""])[0]
    if context.system.package(name) is None:
        await context.out("Failed\n")
        return 1
    await context.system.force_stop(name)
    context.system.packages_installed.clear(name)
    await context.out("Success\n")
    return 0


# Permissions


async def grant(context: Context, words: list[str]) -> int:
    return await _change(context, words, True)


async def revoke(context: Context, words: list[str]) -> int:
    return await _change(context, words, False)


async def _change(context: Context, words: list[str], give: bool) -> int:
    operands = _split(words)[1]
    if len(operands) != 2:
        return await context.fail("Error: no permission specified", 1)
    package = context.system.package(operands[0])
    problem = _problem(context, package, operands[0], operands[1])
    if problem or package is None:
        verb = "grantRuntimePermission" if give else "revokeRuntimePermission"
        await context.err(
            f"\nException occurred while executing '{'grant' if give else 'revoke'}':\n{problem}\n"
            f"\tat com.android.server.pm.PackageManagerService.{verb}(PackageManagerService.java)\n"
        )
        return 255
    if give:
        package.granted_permissions.add(operands[1])
    elif operands[1] in package.granted_permissions:
        package.granted_permissions.discard(operands[1])
        # Android ends an app whose permission is taken away while it runs.
        await context.system.force_stop(package.package)
    return 0


def _problem(context: Context, package: InstalledPackage | None, name: str, permission: str) -> str:
    if package is None:
        return f"java.lang.IllegalArgumentException: Unknown package: {name[:200]}"
    if permission not in package.requested_permissions:
        return (
            f"java.lang.SecurityException: Package {name} has not requested permission "
            f"{permission[:200]}"
        )
    if not is_runtime(permission, context.system.sdk):
        return (
            f"java.lang.SecurityException: Permission {permission} requested by {name} "
            "is not a changeable permission type"
        )
    return ""


async def reset_permissions(context: Context, words: list[str]) -> int:
    for package in context.system.packages():
        package.granted_permissions -= {
            p for p in package.granted_permissions if is_runtime(p, context.system.sdk)
        }
    return 0


async def dump(context: Context, words: list[str]) -> int:
    await dump_package(context, (words or [""])[0])
    return 0


async def resolve_activity(context: Context, words: list[str]) -> int:
    named = [w for w in words if not w.startswith("-")]
    package = context.system.package(named[-1].partition("/")[0]) if named else None
    if "android.intent.category.HOME" in words:
        await context.out(f"priority=0 preferredOrder=0\n{context.system.profile.launcher}\n")
        return 0
    if package is None or not package.main_activity:
        await context.out("No activity found\n")
        return 0
    await context.out(
        "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false\n"
        f"{package.package}/{short_name(package.package, package.main_activity)}\n"
    )
    return 0


def short_name(package: str, activity: str) -> str:
    """`.Main` for an activity below its package, else the full name."""
    return activity[len(package) :] if activity.startswith(package + ".") else activity


async def accepted(context: Context, words: list[str]) -> int:
    """Changes without a visible effect here: enable, disable-user, set-install-location."""
    return 0


async def change_state(context: Context, words: list[str], state: str) -> int:
    """enable and disable-user: tells the new state, as PackageManagerShellCommand does."""
    name = (_split(words)[1] or [""])[0]
    system = context.system
    if system.package(name) is None and name not in system.packages_installed.system_packages:
        return await context.fail(
            f"Error: java.lang.IllegalArgumentException: Unknown package: {name[:200]}", 1
        )
    await context.out(f"Package {name} new state: {state}\n")
    return 0


async def enable(context: Context, words: list[str]) -> int:
    return await change_state(context, words, "enabled")


async def disable_user(context: Context, words: list[str]) -> int:
    return await change_state(context, words, "disabled-user")


VERBS = {
    "list": list_, "path": path, "install": install, "install-create": install_create,
    "install-write": install_write, "install-commit": install_commit,
    "install-abandon": install_abandon, "uninstall": uninstall, "clear": clear, "grant": grant,
    "revoke": revoke, "dump": dump, "resolve-activity": resolve_activity,
    "reset-permissions": reset_permissions, "enable": enable,
    "disable-user": disable_user, "trim-caches": accepted,
    "set-install-location": accepted, "compile": accepted, "bg-dexopt-job": accepted,
    "wait-for-handler": accepted,
}  # fmt: skip
PROGRAMS: dict[str, Program] = {"pm": pm}
