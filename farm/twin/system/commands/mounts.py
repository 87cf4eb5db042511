"""mount, umount, nsenter and SELinux labels: what controllers use to lay a CA over the system's."""

import secrets
from dataclasses import replace

from farm.twin.system.commands.arguments import options
from farm.twin.system.interpreter import run_program
from farm.twin.system.namespace import Owner
from farm.twin.system.proc_files import mount_lines
from farm.twin.system.shell_context import Context, Program


async def mount(context: Context) -> int:
    system = context.system
    flags, names = options(context, valued="to")
    if not names and not flags:
        for line in mount_lines(system):
            device, point, kind, rest = line.split(" ")[:4]
            await context.out(f"{device} on {point} type {kind} ({rest})\n")
        return 0
    if not context.actor.is_root:
        return await context.fail("mount: Operation not permitted")
    modes = set(flags.get("o", "").split(","))
    if "remount" in modes and names:
        point = names[-1]
        if "rw" in modes and system.sdk >= 29 and system.profile.root == "magisk":
            # Since Android 10 system partitions are dedup'ed ext4 or erofs and stay read-only.
            return await context.fail(f"mount: '{names[0]}' not in /proc/mounts")
        system.files.remounted = "rw" in modes
        return 0
    point = system.files.resolve(context.path(names[-1]), context.actor).path
    if not system.files.resolve(point, context.actor).host.is_dir():
        return await context.fail(f"mount: '{names[0]}'->'{names[-1]}': No such file or directory")
    if len(system.files.mounts) > 60:
        return await context.fail("mount: No space left on device")
    if "bind" in modes or "rbind" in modes or "bind" in context.args or "--bind" in context.args:
        folder = system.files.resolve(context.path(names[-2]), context.actor).host
        if not folder.is_dir():
            return await context.fail(f"mount: '{names[-2]}'->'{point}': Not a directory")
        system.files.mount("bind", point, folder)
        return 0
    if flags.get("t") != "tmpfs":
        return await context.fail(f"mount: '{names[0]}'->'{point}': No such device")
    folder = system.staging / f"tmpfs-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    system.files.set_owner(folder, Owner(0o755, 0, 0))
    system.files.mount("tmpfs", point, folder)
    return 0


async def umount(context: Context) -> int:
    if not context.actor.is_root:
        return await context.fail("umount: Operation not permitted")
    status = 0
    for name in [a for a in context.args[1:] if not a.startswith("-")]:
        point = context.system.files.resolve(context.path(name), context.actor).path
        if not context.system.files.unmount(point):
            status = await context.fail(f"umount: {name}: Invalid argument")
    return status


async def nsenter(context: Context) -> int:
    """Mount namespaces are one here: run the command."""
    if not context.actor.is_root:
        return await context.fail("nsenter: setns: Operation not permitted")
    words = context.args[1:]
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word == "--":
            break
        if word in ("-t", "--target") and words:
            words.pop(0)
    if not words:
        return 0
    return await run_program(replace(context, args=words))


async def chcon(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")]
    if not context.actor.is_root:
        return await context.fail("chcon: Operation not permitted")
    for name in names[1:]:
        context.system.files.stat(context.path(name), context.actor)
    return 0


PROGRAMS: dict[str, Program] = {
    "mount": mount, "umount": umount, "nsenter": nsenter, "chcon": chcon, "restorecon": chcon,
}  # fmt: skip
