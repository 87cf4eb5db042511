"""Who asks: Linux users and groups of Android and the access check of a Unix file system.

Ids: AOSP system/core, `libcutils/include/private/android_filesystem_config.h`.
"""

from typing import NamedTuple

ROOT = 0
SYSTEM = 1000
SDCARD_RW = 1015
SHELL = 2000
MISC = 9998
FIRST_APP = 10000

NAMES: dict[int, str] = {
    0: "root",
    1000: "system",
    1001: "radio",
    1007: "log",
    1010: "wifi",
    1015: "sdcard_rw",
    1023: "media_rw",
    1028: "sdcard_r",
    2000: "shell",
    3003: "inet",
    9997: "everybody",
    9998: "misc",
}
IDS = {name: number for number, name in NAMES.items()}


class Actor(NamedTuple):
    """The user a command runs as."""

    uid: int
    groups: frozenset[int]

    @property
    def is_root(self) -> bool:
        """Root passes every access check."""
        return self.uid == ROOT

    def may(self, want: int, mode: int, uid: int, gid: int) -> bool:
        """Whether `want` (4 read, 2 write, 1 search or execute) is granted by `mode`."""
        if self.is_root:
            return True
        if uid == self.uid:
            bits = mode >> 6
        elif gid in self.groups:
            bits = mode >> 3
        else:
            bits = mode
        return bits & want == want


ROOT_ACTOR = Actor(ROOT, frozenset({ROOT}))
SHELL_ACTOR = Actor(
    SHELL, frozenset({SHELL, 1004, 1007, 1011, SDCARD_RW, 1028, 3001, 3002, 3003, 3006})
)


def user_name(uid: int) -> str:
    """The name `ls -l` and `ps` print: `shell`, `u0_a123`."""
    if uid >= FIRST_APP:
        return f"u0_a{uid - FIRST_APP}"
    return NAMES.get(uid, str(uid))


def user_id(name: str) -> int | None:
    """The id of a user or group given by name or number; None if there is no such user."""
    if name.isascii() and name.isdigit() and len(name) < 9:
        return int(name)
    if name.startswith("u0_a") and name[4:].isascii() and name[4:].isdigit() and len(name) < 12:
        return FIRST_APP + int(name[4:])
    return IDS.get(name)
