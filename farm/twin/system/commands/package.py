"""`pm`: what is installed, in the words of Android's own; its other verbs are in rooms beside."""

from farm.twin.system.commands import package_install, package_permissions
from farm.twin.system.commands.dumpsys import dump_package
from farm.twin.system.commands.package_arguments import split
from farm.twin.system.shell_context import Context, Program


async def pm(context: Context) -> int:
    words = context.args[1:]
    if not words:
        return await context.fail("Package manager (package) commands:", 1)
    verb = words[0]
    handler = VERBS.get(verb)
    if handler is None:
        return await context.fail(f"Unknown command: {verb[:100]}", 255)
    return await handler(context, words[1:])


async def list_(context: Context, words: list[str]) -> int:
    what, (options, operands) = (words[0] if words else ""), split(words[1:])
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
    package = context.system.package(split(words)[1][0] if split(words)[1] else "")
    if package is None:
        return 1
    for apk in package.apks:
        await context.out(f"package:{context.system.packages_installed.phone_path(apk)}\n")
    return 0


async def clear(context: Context, words: list[str]) -> int:
    name = (split(words)[1] or [""])[0]
    if context.system.package(name) is None:
        await context.out("Failed\n")
        return 1
    await context.system.force_stop(name)
    context.system.packages_installed.clear(name)
    await context.out("Success\n")
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
    name = (split(words)[1] or [""])[0]
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
    **package_install.VERBS, **package_permissions.VERBS, "list": list_, "path": path,
    "clear": clear, "dump": dump, "resolve-activity": resolve_activity, "enable": enable,
    "disable-user": disable_user, "trim-caches": accepted, "set-install-location": accepted,
    "compile": accepted, "bg-dexopt-job": accepted, "wait-for-handler": accepted,
}  # fmt: skip
PROGRAMS: dict[str, Program] = {"pm": pm}
