"""Who one is and becoming root: id, whoami, su, magisk, getenforce."""

from dataclasses import replace

from farm.twin.system.actor import ROOT_ACTOR, Actor, user_id, user_name
from farm.twin.system.commands.basic import run_stdin
from farm.twin.system.interpreter import run_program, run_text
from farm.twin.system.shell_context import Context, Program


async def identity(context: Context) -> int:
    actor = context.actor
    letters = "".join(a[1:] for a in context.args[1:] if a.startswith("-"))
    if "u" in letters or "g" in letters:
        shown = user_name(actor.uid) if "n" in letters else str(actor.uid)
        await context.out(shown + "\n")
        return 0
    name = user_name(actor.uid)
    groups = ",".join(f"{g}({user_name(g)})" for g in sorted(actor.groups))
    if actor.is_root:
        domain = "u:r:magisk:s0" if context.system.profile.root == "magisk" else "u:r:su:s0"
    else:
        domain = "u:r:shell:s0"
    await context.out(
        f"uid={actor.uid}({name}) gid={actor.uid}({name}) groups={groups} context={domain}\n"
    )
    return 0


async def whoami(context: Context) -> int:
    await context.out(user_name(context.actor.uid) + "\n")
    return 0


async def su(context: Context) -> int:
    """`su [-mm] [USER] [-c COMMAND]` as Magisk's, or `su [USER [COMMAND...]]` as AOSP's."""
    words = context.args[1:]
    magisk = context.system.profile.root == "magisk"
    if not magisk and context.actor.uid not in (0, 2000):
        return await context.fail("su: not allowed")
    if magisk and context.system.root_refused:
        return await context.fail("Permission denied", 13)  # EACCES, as Magisk's su ends
    actor, command, rest = ROOT_ACTOR, None, []
    while words:
        word = words.pop(0)
        if magisk and word in ("-c", "--command"):
            command = " ".join(words)
            words = []
        elif magisk and word in ("-", "-l", "-m", "-p", "-mm", "-M", "--mount-master", "-s", "-z"):
            if word in ("-s", "-z") and words:
                words.pop(0)
        elif magisk and word in ("-v", "-V"):
            await context.out("26.1:MAGISKSU\n" if word == "-v" else "26100\n")
            return 0
        elif (uid := user_id(word.split(",")[0])) is not None:
            actor = ROOT_ACTOR if uid == 0 else Actor(uid, frozenset({uid}))
            if not magisk or (words and words[0] != "-c"):
                rest, words = words, []
        else:
            return await context.fail(f"su: invalid uid/gid '{word[:50]}'")
    inner = replace(context, actor=actor, variables={**context.variables, "USER": "root"})
    if command is not None:
        return await run_text(inner, command)
    if rest:
        inner.args = list(rest)
        return await run_program(inner)
    return await run_stdin(inner)


async def magisk(context: Context) -> int:
    if context.system.profile.root != "magisk":
        return await context.fail("sh: magisk: inaccessible or not found", 127)
    await context.out("26.1:MAGISK:R (26100)\n" if "-c" in context.args else "26.1\n")
    return 0


async def enforcement(context: Context) -> int:
    if context.args[0] == "getenforce":
        await context.out("Enforcing\n" if context.system.selinux_enforcing else "Permissive\n")
        return 0
    if not context.actor.is_root:
        return await context.fail("setenforce: Couldn't set enforcing status: Permission denied")
    context.system.selinux_enforcing = context.args[1:2] in (["1"], ["Enforcing"])
    return 0


PROGRAMS: dict[str, Program] = {
    "id": identity, "whoami": whoami, "su": su, "magisk": magisk, "getenforce": enforcement,
    "setenforce": enforcement,
}  # fmt: skip
