"""Where a phone path leads: links, mounts and owners, kept in tables beside the sandbox.

Paths are resolved here, component by component, with links and mounts that exist in tables only:
the sandbox holds no link of ours, and one that an app put there is never followed. Owners and
modes are kept in a table too, so no host file needs a strange owner. Opens no file.
"""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from farm.twin.system.actor import Actor
from farm.twin.system.tree import LINKS, READ_ONLY, TREE

MAX_LINKS = 40
MAX_PATH = 4096


class Owner(NamedTuple):
    """Who owns a file and who may do what."""

    mode: int
    uid: int
    gid: int


class Place(NamedTuple):
    """A resolved phone path."""

    path: str  # canonical phone path
    host: Path
    link: str | None  # target, if the path is a symbolic link that was not followed


def error(code: int, path: str) -> OSError:
    """An OSError with Linux's words for the code."""
    return OSError(code, os.strerror(code), path)


class Namespace:
    """The phone's names, and the places below `root` that they stand for."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.remounted = False
        self.generated: dict[str, Callable[[], bytes]] = {}
        self.links: dict[str, str] = dict(LINKS)
        self.owners: dict[str, Owner] = {}
        self.mounts: list[tuple[str, str, Path]] = []  # kind, mount point, host folder
        for path, mode, uid, gid in TREE:
            (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
            self.owners[str(self.root / path.lstrip("/")).rstrip("/")] = Owner(mode, uid, gid)

    def resolve(self, path: str, actor: Actor, follow: bool = True) -> Place:
        """Find where a phone path leads; the last component need not exist.

        Raises:
            OSError: ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG or EINVAL.
        """
        if "\0" in path:
            raise error(errno.EINVAL, path)
        if len(os.fsencode(path)) > MAX_PATH:
            raise error(errno.ENAMETOOLONG, path[:64])
        if not path:
            raise error(errno.ENOENT, path)
        pending = list(reversed(path.split("/")))
        parts: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del parts[-1:]
                continue
            if len(os.fsencode(part)) > 255:
                raise error(errno.ENAMETOOLONG, path[:64])
            here = "/" + "/".join(parts)
            if parts:
                self._need_folder(here, actor, path)
            candidate = "/" + "/".join([*parts, part])
            target = self.links.get(candidate)
            last = not any(p not in ("", ".") for p in pending)
            if target is not None and (follow or not last):
                links += 1
                if links > MAX_LINKS:
                    raise error(errno.ELOOP, path)
                if target.startswith("/"):
                    parts = []
                pending.extend(reversed(target.split("/")))
                continue
            parts.append(part)
        canonical = "/" + "/".join(parts)
        return Place(canonical, self.host(canonical), self.links.get(canonical))

    def resolve_missing(self, path: str, actor: Actor) -> Place:
        """Resolve a path of which several last components may be missing."""
        missing: list[str] = []
        trimmed = path.rstrip("/") or "/"
        while True:
            try:
                place = self.resolve(trimmed, actor)
            except FileNotFoundError:
                trimmed, _, last = trimmed.rpartition("/")
                if last in ("", ".", "..") or not trimmed:
                    raise
                missing.append(last)
                continue
            tail = "/".join(reversed(missing))
            canonical = f"{place.path.rstrip('/')}/{tail}" if tail else place.path
            return Place(canonical, self.host(canonical), None)

    def _need_folder(self, here: str, actor: Actor, path: str) -> None:
        if here in self.generated or here.startswith("/proc/"):
            return
        host = self.host(here)
        try:
            facts = host.lstat()
        except OSError as problem:
            raise error(problem.errno or errno.ENOENT, path) from None
        if not stat.S_ISDIR(facts.st_mode):
            raise error(errno.ENOTDIR, path)
        owner = self.owner(host)
        if not actor.may(1, owner.mode, owner.uid, owner.gid):
            raise error(errno.EACCES, path)

    def host(self, canonical: str) -> Path:
        for _, point, folder in reversed(self.mounts):
            if canonical == point:
                return folder
            if canonical.startswith(point + "/"):
                return folder / canonical[len(point) + 1 :]
        return self.root / canonical.lstrip("/")

    def owner(self, host: Path) -> Owner:
        """Owner and mode of an existing host file below the sandbox."""
        known = self.owners.get(str(host))
        if known is not None:
            return known
        folder = host.parent
        while str(folder) not in self.owners and folder != folder.parent:
            folder = folder.parent
        above = self.owners.get(str(folder), Owner(0o755, 0, 0))
        return Owner(0o700 if host.is_dir() else 0o600, above.uid, above.gid)

    def set_owner(self, host: Path, owner: Owner) -> None:
        """Record owner and mode of a host file."""
        self.owners[str(host)] = owner

    def need_mounted_writable(self, canonical: str) -> None:
        """Raise EROFS below a partition that is mounted read-only."""
        for kind, point, _ in reversed(self.mounts):
            if canonical == point or canonical.startswith(point + "/"):
                if kind == "ro":
                    raise error(errno.EROFS, canonical)
                return
        first = "/" + canonical.split("/")[1]
        if first in ("/proc", "/sys") or (first in READ_ONLY and not self.remounted):
            raise error(errno.EROFS, canonical)
        if canonical.count("/") == 1 and not self.remounted:
            raise error(errno.EROFS, canonical)

    def mount(self, kind: str, point: str, folder: Path) -> None:
        """Lay `folder` over the phone's folder `point`."""
        self.mounts.append((kind, point, folder))

    def unmount(self, point: str) -> bool:
        """Take the uppermost mount off `point`; False if there is none."""
        for index in range(len(self.mounts) - 1, -1, -1):
            if self.mounts[index][1] == point:
                del self.mounts[index]
                return True
        return False
