"""`pm install` in one go, from a stream or by a session of several APKs, and `pm uninstall`."""

import asyncio
import re

from farm.twin.system.commands.package_arguments import split
from farm.twin.system.install_rules import InstallError, InstallOptions
from farm.twin.system.packages import Session
from farm.twin.system.shell_context import Context

CHUNK = 256 * 1024
MAX_STREAM = 4 * 1024 * 1024 * 1024


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
    options, operands = split(words)
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
        session = context.system.packages_installed.open_session(_options(context, split(words)[0]))
    except InstallError as error:
        await _refuse(context, error)
        return 1
    await context.out(f"Success: created install session [{session.number}]\n")
    return 0


async def install_write(context: Context, words: list[str]) -> int:
    options, operands = split(words)
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
    options, operands = split(words)
    name = operands[0] if operands else ""
    system = context.system
    if name in system.packages_installed.system_packages and system.package(name) is None:
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


VERBS = {
    "install": install, "install-create": install_create, "install-write": install_write,
    "install-commit": install_commit, "install-abandon": install_abandon, "uninstall": uninstall,
}  # fmt: skip
