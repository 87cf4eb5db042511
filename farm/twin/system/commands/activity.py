"""`am` and `monkey`: starting and ending apps."""

import re

from farm.twin.system.shell_context import Context, Program

LAUNCHER = "android.intent.category.LAUNCHER"
# Of the protected broadcasts (frameworks/base/core/res/AndroidManifest.xml) those that tests send.
_PROTECTED = frozenset(
    {
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.LOCKED_BOOT_COMPLETED",
        "android.intent.action.MY_PACKAGE_REPLACED",
        "android.intent.action.TIME_SET",
        "android.intent.action.TIMEZONE_CHANGED",
    }
)
_TYPED = frozenset({"--es", "-e", "--ei", "--ez", "--el", "--ef", "--eu"})


class Intent:
    """What the arguments of `am start` say."""

    def __init__(self, words: list[str]) -> None:
        self.action = self.data = self.component = self.package = ""
        self.categories: list[str] = []
        self.extras: dict[str, str] = {}
        self.wait = self.stop = False
        self.problem = ""
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if word in _TYPED:
                if len(rest) < 2:
                    self.problem = f'Argument expected after "{word}"'
                    return
                self.extras[rest[0][:1000]] = rest[1][:100_000]
                rest = rest[2:]
            elif word in ("-a", "-c", "-d", "-n", "-p", "-f", "-t", "--user", "--esn", "--display"):
                if not rest:
                    self.problem = f'Argument expected after "{word}"'
                    return
                self._take(word, rest.pop(0))
            elif word == "-W":
                self.wait = True
            elif word == "-S":
                self.stop = True
            elif not word.startswith("-"):
                self._take("-n" if "/" in word and "://" not in word else "-p", word)

    def _take(self, option: str, value: str) -> None:
        if option == "-a":
            self.action = value
        elif option == "-c":
            self.categories.append(value)
        elif option == "-d":
            self.data = value
        elif option == "-n":
            self.component = value
        elif option == "-p":
            self.package = value

    def shown(self) -> str:
        """`{ act=... cat=[...] cmp=... }` as Intent.toString prints it."""
        parts = []
        if self.action:
            parts.append(f"act={self.action}")
        if self.categories:
            parts.append(f"cat=[{','.join(self.categories)}]")
        if self.data:
            parts.append(f"dat={self.data}")
        if self.component:
            package, _, name = self.component.partition("/")
            short = name[len(package) :] if name.startswith(package + ".") else name
            parts.append(f"cmp={package}/{short}")
        elif self.package:
            parts.append(f"pkg={self.package}")
        return "{ " + " ".join(parts) + (" (has extras)" if self.extras else "") + " }"


async def _start(context: Context, words: list[str]) -> int:
    intent = Intent(words)
    system = context.system
    if intent.problem:
        return await context.fail(f"Error: {intent.problem}", 1)
    package, _, activity = intent.component.partition("/")
    package = package or intent.package
    await context.out(f"Starting: Intent {intent.shown()}\n")
    if "android.intent.category.HOME" in intent.categories:
        await system.runtime.key("KEYCODE_HOME")
        return 0
    if not intent.component:
        found = system.package(package)
        if found is None or not found.main_activity:
            await context.err(
                f"Error: Activity not started, unable to resolve Intent {intent.shown()}\n"
            )
            return 1
        activity = found.main_activity
    if activity.startswith("."):
        activity = package + activity
    known = system.package(package)
    if known is None or activity not in known.activities:
        name = f"{package}/{intent.component.partition('/')[2]}"
        await context.err(f"Error type 3\nError: Activity class {{{name}}} does not exist.\n")
        return 0 if system.sdk < 26 else 1
    if intent.stop:
        await system.force_stop(package)
    before = context.system.now_ns()
    result = await system.runtime.start_activity(package, activity, intent.extras)
    short = activity[len(package) :] if activity.startswith(package + ".") else activity
    if result.error:
        await context.err(f"Error: {result.error}\n")
        return 1
    if result.already_running and not intent.wait:
        await context.err(
            "Warning: Activity not started, its current task has been brought to the front\n"
        )
    if intent.wait:
        spent = (context.system.now_ns() - before) // 1_000_000
        state = "HOT" if result.already_running else "COLD"
        launch = f"LaunchState: {state}\n" if system.sdk >= 29 else ""
        this_time = f"ThisTime: {spent}\n" if system.sdk < 29 else ""
        await context.out(
            f"Status: ok\n{launch}Activity: {package}/{short}\n{this_time}TotalTime: {spent}\n"
            f"WaitTime: {spent + 5}\nComplete\n"
        )
    return 0


async def _kill_background(context: Context, package: str) -> None:
    """`am kill`: only what the user does not see, and without stopping the app for good."""
    focused = context.system.runtime.focused()
    if focused is not None and focused[0] == package:
        return
    for process in context.system.runtime.processes():
        if process.package == package:
            await context.system.runtime.kill(process.pid)


async def _broadcast(context: Context, intent: Intent) -> int:
    if intent.problem:
        return await context.fail(f"Error: {intent.problem}", 1)
    await context.out(f"Broadcasting: Intent {intent.shown()}\n")
    uid = context.actor.uid
    if intent.action in _PROTECTED and uid not in (0, 1000):
        # ActivityManagerService.broadcastIntentLocked
        await context.err(
            "java.lang.SecurityException: Permission Denial: not allowed to send broadcast "
            f"{intent.action} from pid=5001, uid={uid}\n"
        )
        return 255
    if intent.action == "android.intent.action.MEDIA_SCANNER_SCAN_FILE":
        context.system.providers.media.scan(intent.data.removeprefix("file://"))
    package = intent.package or intent.component.partition("/")[0]
    await context.system.runtime.broadcast(intent.action, package)
    await context.out("Broadcast completed: result=0\n")
    return 0


async def am(context: Context) -> int:
    words = context.args[1:]
    verb, rest = (words[0], words[1:]) if words else ("", [])
    system = context.system
    names = [
        w for i, w in enumerate(rest) if not w.startswith("-") and rest[i - 1 : i] != ["--user"]
    ]
    if verb in ("start", "start-activity"):
        return await _start(context, rest)
    if verb in ("force-stop", "kill", "stop-app"):
        if not names:
            return await context.fail("Error: no package specified", 1)
        if verb == "kill":
            await _kill_background(context, names[0])
        else:
            await system.force_stop(names[0])
        return 0
    if verb == "kill-all":
        for package in system.packages():
            await system.force_stop(package.package)
        return 0
    if verb == "broadcast":
        return await _broadcast(context, Intent(rest))
    if verb == "stack" and rest[:1] == ["list"]:
        focus = system.runtime.focused()
        if focus:
            await context.out(
                f"Stack id=1 bounds=[0,0][{system.screen[0]},{system.screen[1]}]\n"
                f"  taskId=1: {focus[0]}/{focus[1]} visible=true\n"
            )
        return 0
    if verb == "get-current-user":
        await context.out("0\n")
        return 0
    if verb == "crash" and names:
        await system.runtime.crash(names[0])
        return 0
    if verb == "dumpheap" or verb in ("startservice", "start-service", "startforegroundservice"):
        await context.out("Error: Requires permission not exported from uid 1000\n")
        return 1
    if verb in (
        "set-inactive",
        "set-standby-bucket",
        "wait-for-broadcast-idle",
        "idle-maintenance",
    ):
        return 0
    await context.err(f"Error: unknown command '{verb[:50]}'\n")
    return 1


async def monkey(context: Context) -> int:
    words = context.args[1:]
    package = next((words[i + 1] for i, w in enumerate(words[:-1]) if w == "-p"), "")
    count = words[-1] if words and re.fullmatch(r"\d{1,6}", words[-1]) else "1"
    found = context.system.package(package)
    await context.out("  bash arg: -p\n" + f"  bash arg: {package}\n")
    if found is None or not found.main_activity:
        await context.out("** No activities found to run, monkey aborted.\n")
        return 252
    await context.system.runtime.start_activity(package, found.main_activity, {})
    await context.out(
        f"Events injected: {count}\n## Network stats: elapsed time=7ms (0ms mobile)\n"
    )
    return 0


PROGRAMS: dict[str, Program] = {"am": am, "monkey": monkey}
