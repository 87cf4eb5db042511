"""Reads which activity is in front from `dumpsys window` and `dumpsys activity activities`.

Field names changed over the years: `mFocusedActivity` (to 7), `mResumedActivity` (8 to 11),
`topResumedActivity` (10 and later); `mCurrentFocus` in the window manager's dump names dialogs of
the system, which the activity manager's dump does not.
"""

import re

_WORD = r"[A-Za-z0-9_.$]+"
_COMPONENT = re.compile(rf"({_WORD})/({_WORD})")
_FOCUS = re.compile(r"mCurrentFocus=Window\{[^\n]*?\}")
_APP = re.compile(r"mFocusedApp=[^\n]*")
_RESUMED = re.compile(r"^\s*(?:m|top)?(?:Resumed|Focused)Activity[:=][^\n]*", re.MULTILINE)
_SIZE = re.compile(r"(Physical|Override) size:\s*(\d+)x(\d+)")
_WAKEFULNESS = re.compile(r"^\s*(?:mWakefulness|getWakefulnessLocked\(\))=(\w+)", re.MULTILINE)


def _component(text: str) -> tuple[str, str] | None:
    found = _COMPONENT.search(text)
    if found is None:
        return None
    package, activity = found.groups()
    return package, package + activity if activity.startswith(".") else activity


def read_focus(output: str) -> tuple[str, str] | None:
    """Return package and activity of the focused window from `dumpsys window`.

    A window that belongs to no activity (status bar, a toast, "Application Not Responding") gives
    its title as the activity and `android` as the package. None: nothing has the focus.

    Of several lines the last one counts: displays are dumped from the last one to the first, which
    is the phone's own screen (AOSP, RootWindowContainer.dumpDisplayContents), and the state that a
    dump keeps of the last ANR stands before the present one.
    """
    for line in reversed(_FOCUS.findall(output)):
        component = _component(line)
        if component:
            return component
        title = line.rstrip("}").split("Window{", 1)[1].split(" ", 2)
        if len(title) == 3 and title[2].strip():
            return "android", title[2].strip()[:200]
    for line in reversed(_APP.findall(output)):
        component = _component(line)
        if component:
            return component
    return None


def read_resumed(output: str) -> tuple[str, str] | None:
    """Return package and activity of the resumed activity from `dumpsys activity activities`."""
    lines = _RESUMED.findall(output)
    # The activity of the top display stands in topResumedActivity where the field exists.
    lines.sort(key=lambda line: "topResumedActivity" not in line)
    for line in lines:
        component = _component(line)
        if component:
            return component
    return None


def read_screen_size(output: str) -> tuple[int, int] | None:
    """Return width and height in pixels from `wm size`; an override wins."""
    sizes = {kind: (int(width), int(height)) for kind, width, height in _SIZE.findall(output)}
    return sizes.get("Override") or sizes.get("Physical")


def read_awake(output: str) -> bool | None:
    """Return whether the screen is on, from `dumpsys power`; None where it does not say."""
    found = _WAKEFULNESS.search(output)
    if found:
        return found[1] == "Awake"
    old = re.search(r"Display Power: state=(\w+)", output)
    return None if old is None else old[1] == "ON"
