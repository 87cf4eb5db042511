"""What `dumpsys window` and `dumpsys activity` say about focus, as far as clients read it.

Forms by version: AOSP WindowManagerService.dumpWindowsNoHeader and ActivityStackSupervisor (8, 9),
RootWindowContainer and TaskDisplayArea (10 and later).
"""

import zlib

from farm.twin.runtime.processes import Processes
from farm.twin.runtime.windows import Window, WindowStack


def dump_windows(stack: WindowStack, sdk: int) -> str:
    """`dumpsys window windows` (and `displays`): the windows, the focus."""
    focus = stack.focused()
    lines = ["WINDOW MANAGER WINDOWS (dumpsys window windows)"]
    for at, window in enumerate(reversed(stack.visible())):
        lines.append(f"  Window #{at} Window{{{_hash(window)} u0 {window_title(window)}}}:")
        lines.append(f"    mDisplayId=0 stackId=1 mSession=Session{{{_hash(window)}}}")
        lines.append(f"    mOwnerUid=10000 package={window.package} appop=NONE")
        lines.append("    isOnScreen=true")
        lines.append("    isVisible=true")
    lines.append("")
    package, record = stack.focused_application()
    name = record.name if record else stack.launcher.activity
    current = (
        f"mCurrentFocus=Window{{{_hash(focus)} u0 {window_title(focus)}}}"
        if focus is not None
        else "mCurrentFocus=null"
    )
    token = zlib.crc32(f"{package}/{name}".encode())
    task = _task_number(stack)
    entry = f"ActivityRecord{{{token:x} u0 {package}/{_short(package, name)} t{task}}}"
    if sdk < 29:
        entry = f"AppWindowToken{{{token ^ 0xABCDEF:x} token=Token{{{token ^ 0x1234:x} {entry}}}}}"
    lines += [f"  {current}", f"  mFocusedApp={entry}", ""]
    return "\n".join(lines)


def dump_activities(stack: WindowStack, processes: Processes, sdk: int) -> str:
    """`dumpsys activity activities`: tasks, and the resumed activity."""
    package, record = stack.focused_application()
    name = record.name if record else stack.launcher.activity
    lines = ["ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)"]
    lines.append("Display #0 (activities from top to bottom):")
    for number, task in reversed(list(enumerate(stack.tasks, 2))):
        lines.append(f"  Stack #{number}: type=standard mode=fullscreen")
        lines.append(f"    Task id #{number}")
        lines.append(f"    * TaskRecord{{{number:x} #{number} A={task.package} U=0}}")
        for at, activity in reversed(list(enumerate(task.activities))):
            entry = _record(task.package, activity.name, number)
            lines.append(f"      * Hist #{at}: {entry}")
            process = processes.by_pid(activity.pid)
            if process is not None:
                lines.append(
                    f"          app=ProcessRecord{{{process.pid:x} {process.pid}:"
                    f"{process.name}/u0a{process.uid % 100000 - 10000}}}"
                )
    entry = _record(package, name, _task_number(stack))
    if sdk >= 31:
        lines.append(f"  topResumedActivity={entry}")
        lines.append(f"  ResumedActivity: {entry}")
    elif sdk >= 29:
        lines.append(f"    mResumedActivity: {entry}")
        lines.append(f"  ResumedActivity:{entry}")
    else:
        lines.append(f"    mResumedActivity: {entry}")
        lines.append(f"  ResumedActivity: {entry}")
        lines.append(f"  mFocusedActivity: {entry}")
    lines.append("")
    return "\n".join(lines)


def window_title(window: Window) -> str:
    """A window's name: its component; alerts of the system have a title instead."""
    if not window.activity:
        return window.title or window.package
    return f"{window.package}/{window.activity}"


def _record(package: str, name: str, task: int) -> str:
    token = zlib.crc32(f"{package}/{name}".encode())
    return f"ActivityRecord{{{token:x} u0 {package}/{_short(package, name)} t{task}}}"


def _short(package: str, name: str) -> str:
    """ComponentName.flattenToShortString."""
    return name.removeprefix(package) if name.startswith(package + ".") else name


def _task_number(stack: WindowStack) -> int:
    return stack.tasks.index(stack.front) + 2 if stack.front is not None else 1


def _hash(window: Window) -> str:
    return f"{zlib.crc32(f'{window.pid}/{window.id}'.encode()):x}"
