"""The phone's file system in a sandboxed folder of the host.

Phone paths are resolved here, component by component, with links and mounts that exist in tables
only: the folder holds no link of ours, and one that an app put there is never followed. Owners and
modes are kept in a table too, so no host file needs a strange owner. Not thread-safe.
"""

import errno
import fnmatch
import io
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from farm.twin.adb.sync import FileStat
from farm.twin.system.actor import ROOT_ACTOR, Actor
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


class Filesystem:
    """Files of one phone below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.disk_full = False
        self.remounted = False
        self.generated: dict[str, Callable[[], bytes]] = {}
        self._links: dict[str, str] = dict(LINKS)
        self._owners: dict[str, Owner] = {}
        self.mounts: list[tuple[str, str, Path]] = []  # kind, mount point, host folder
        for path, mode, uid, gid in TREE:
            (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
            self._owners[str(self.root / path.lstrip("/")).rstrip("/")] = Owner(mode, uid, gid)

    # Resolving

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
            target = self._links.get(candidate)
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
        return Place(canonical, self._host(canonical), self._links.get(canonical))

    def _need_folder(self, here: str, actor: Actor, path: str) -> None:
        if here in self.generated or here.startswith("/proc/"):
            return
        host = self._host(here)
        try:
            facts = host.lstat()
        except OSError as problem:
            raise error(problem.errno or errno.ENOENT, path) from None
        if not stat.S_ISDIR(facts.st_mode):
            raise error(errno.ENOTDIR, path)
        owner = self.owner(host)
        if not actor.may(1, owner.mode, owner.uid, owner.gid):
            raise error(errno.EACCES, path)

    def _host(self, canonical: str) -> Path:
        for _, point, folder in reversed(self.mounts):
            if canonical == point:
                return folder
            if canonical.startswith(point + "/"):
                return folder / canonical[len(point) + 1 :]
        return self.root / canonical.lstrip("/")

    def owner(self, host: Path) -> Owner:
        """Owner and mode of an existing host file below the sandbox."""
        known = self._owners.get(str(host))
        if known is not None:
            return known
        folder = host.parent
        while str(folder) not in self._owners and folder != folder.parent:
            folder = folder.parent
        above = self._owners.get(str(folder), Owner(0o755, 0, 0))
        return Owner(0o700 if host.is_dir() else 0o600, above.uid, above.gid)

    def set_owner(self, host: Path, owner: Owner) -> None:
        """Record owner and mode of a host file."""
        self._owners[str(host)] = owner

    # Reading

    def stat(self, path: str, actor: Actor = ROOT_ACTOR, follow: bool = True) -> FileStat:
        """Facts of a file, as lstat when `follow` is false."""
        place = self.resolve(path, actor, follow)
        return self._stat(place)

    def _stat(self, place: Place) -> FileStat:
        if place.link is not None:
            return FileStat(stat.S_IFLNK | 0o777, len(place.link), 0)
        if place.path in self.generated:
            return FileStat(stat.S_IFREG | 0o444, 0, 0)
        facts = place.host.lstat()
        if stat.S_ISDIR(facts.st_mode):
            kind = stat.S_IFDIR
        elif stat.S_ISREG(facts.st_mode):
            kind = stat.S_IFREG
        else:
            raise error(errno.EACCES, place.path)
        owner = self.owner(place.host)
        return FileStat(
            kind | owner.mode, facts.st_size if kind == stat.S_IFREG else 4096,
            int(facts.st_mtime), owner.uid, owner.gid, facts.st_ino, facts.st_nlink,
        )  # fmt: skip

    def exists(self, path: str, actor: Actor = ROOT_ACTOR) -> bool:
        """Whether something is there that the actor can reach."""
        try:
            self.stat(path, actor)
        except OSError:
            return False
        return True

    def entries(self, path: str, actor: Actor = ROOT_ACTOR) -> Iterator[tuple[str, FileStat]]:
        """Entries of a folder, in order of their names."""
        place = self.resolve(path, actor)
        owner = self.owner(place.host)
        if not stat.S_ISDIR(self._stat(place).mode):
            raise error(errno.ENOTDIR, path)
        if not actor.may(4, owner.mode, owner.uid, owner.gid):
            raise error(errno.EACCES, path)
        prefix = place.path.rstrip("/") + "/"
        names = set(os.listdir(place.host))
        for table in (self._links, self.generated):
            names |= {
                key[len(prefix) :]
                for key in table
                if key.startswith(prefix) and "/" not in key[len(prefix) :]
            }
        for name in sorted(names):
            child = Place(prefix + name, self._host(prefix + name), self._links.get(prefix + name))
            try:
                yield name, self._stat(child)
            except OSError:
                continue

    def glob(self, pattern: str, directory: str, actor: Actor) -> list[str]:
        """Paths that match a pattern with `*`, `?` or `[` in its last components."""
        absolute = pattern.startswith("/")
        found = ["/" if absolute else ""]
        for part in [p for p in pattern.split("/") if p]:
            if not any(c in part for c in "*?["):
                found = [self._join(base, part) for base in found]
                continue
            matches: list[str] = []
            for base in found:
                where = base if absolute else f"{directory}/{base}"
                try:
                    names = [name for name, _ in self.entries(where, actor)]
                except OSError:
                    continue
                matches += [
                    self._join(base, name)
                    for name in names
                    if fnmatch.fnmatchcase(name, part)
                    and (part.startswith(".") or not name.startswith("."))
                ]
            found = matches
        return [p for p in found if self.exists(p if absolute else f"{directory}/{p}", actor)]

    @staticmethod
    def _join(base: str, part: str) -> str:
        return f"{base.rstrip('/')}/{part}" if base else part

    def open_read(self, path: str, actor: Actor = ROOT_ACTOR) -> IO[bytes]:
        """Open for reading."""
        place = self.resolve(path, actor)
        if place.path in self.generated:
            return io.BytesIO(self.generated[place.path]())
        facts = self._stat(place)
        if stat.S_ISDIR(facts.mode):
            raise error(errno.EISDIR, path)
        if not actor.may(4, facts.mode, facts.uid, facts.gid):
            raise error(errno.EACCES, path)
        return os.fdopen(os.open(place.host, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")

    # Changing

    def _need_writable(self, place: Place, actor: Actor) -> None:
        """The folder that holds `place` must be writable, on a file system that is."""
        self.need_mounted_writable(place.path)
        above = place.path.rpartition("/")[0] or "/"
        facts = self._stat(self.resolve(above, actor))
        if not stat.S_ISDIR(facts.mode):
            raise error(errno.ENOTDIR, place.path)
        if not actor.may(2, facts.mode, facts.uid, facts.gid):
            raise error(errno.EACCES, place.path)

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

    def open_write(self, path: str, actor: Actor, append: bool = False) -> IO[bytes]:
        """Open for writing; a new file belongs to the actor with mode 0644."""
        place = self.resolve(path, actor)
        if place.path == "/dev/null":
            return io.BytesIO()
        if self.disk_full and place.path.startswith("/data"):
            raise error(errno.ENOSPC, path)
        try:
            facts = self._stat(place)
        except FileNotFoundError:
            self._need_writable(place, actor)
            self.set_owner(place.host, Owner(0o644, actor.uid, actor.uid))
        else:
            if stat.S_ISDIR(facts.mode):
                raise error(errno.EISDIR, path)
            self.need_mounted_writable(place.path)
            if not actor.may(2, facts.mode, facts.uid, facts.gid):
                raise error(errno.EACCES, path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        flags |= os.O_APPEND if append else os.O_TRUNC
        handle = os.open(place.host, flags, 0o600)
        return _Guarded(os.fdopen(handle, "wb"), self, place.path)  # type: ignore[return-value]

    def mkdir(self, path: str, actor: Actor, parents: bool = False, mode: int = 0o755) -> None:
        """Create a folder, with those above it if `parents`."""
        place = self.resolve_missing(path, actor) if parents else self.resolve(path, actor)
        if place.host.is_dir():
            if parents:
                return
            raise error(errno.EEXIST, path)
        if parents:
            above = place.path.rpartition("/")[0]
            if above and not self.exists(above, actor):
                self.mkdir(above, actor, parents=True, mode=mode)
        self._need_writable(place, actor)
        place.host.mkdir()
        self.set_owner(place.host, Owner(mode, actor.uid, actor.uid))

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
            return Place(canonical, self._host(canonical), None)

    def remove(self, path: str, actor: Actor, recursive: bool = False) -> None:
        """Remove a file or link, or a folder with everything below it."""
        place = self.resolve(path, actor, follow=False)
        facts = self._stat(place)
        self._need_writable(place, actor)
        if place.link is not None:
            del self._links[place.path]
            return
        if stat.S_ISDIR(facts.mode):
            if not recursive:
                raise error(errno.EISDIR, path)
            if place.path == "/" or any(point == place.path for _, point, _ in self.mounts):
                raise error(errno.EBUSY, path)
            if not actor.may(7, facts.mode, facts.uid, facts.gid):
                raise error(errno.EACCES, path)
            shutil.rmtree(place.host)
            for link in [k for k in self._links if k.startswith(place.path + "/")]:
                del self._links[link]
        else:
            place.host.unlink()
        self._forget(place.host)

    def rename(self, source: str, target: str, actor: Actor) -> None:
        """Move a file or folder."""
        old = self.resolve(source, actor, follow=False)
        new = self.resolve(target, actor)
        self._stat(old)
        self._need_writable(old, actor)
        self._need_writable(new, actor)
        if old.link is not None:
            self._links[new.path] = self._links.pop(old.path)
            return
        if new.path.startswith(old.path + "/"):
            raise error(errno.EINVAL, target)
        owners = {
            str(new.host) + key[len(str(old.host)) :]: value
            for key, value in self._owners.items()
            if key == str(old.host) or key.startswith(f"{old.host}/")
        }
        os.replace(old.host, new.host)
        self._forget(old.host)
        self._owners.update(owners)

    def _forget(self, host: Path) -> None:
        prefix = f"{host}/"
        for key in [k for k in self._owners if k == str(host) or k.startswith(prefix)]:
            del self._owners[key]

    def change(
        self,
        path: str,
        actor: Actor,
        mode: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
    ) -> None:
        """chmod and chown: the owner may change the mode, root everything."""
        place = self.resolve(path, actor)
        facts = self._stat(place)
        self.need_mounted_writable(place.path)
        if not actor.is_root and (facts.uid != actor.uid or uid not in (None, actor.uid)):
            raise error(errno.EPERM, path)
        old = self.owner(place.host)
        self.set_owner(
            place.host,
            Owner(
                old.mode if mode is None else mode & 0o7777,
                old.uid if uid is None else uid,
                old.gid if gid is None else gid,
            ),
        )

    def symlink(self, target: str, path: str, actor: Actor) -> None:
        """Create a symbolic link, in the table only."""
        place = self.resolve(path, actor, follow=False)
        if place.link is not None or place.host.exists():
            raise error(errno.EEXIST, path)
        if not target or "\0" in target or len(target) > MAX_PATH:
            raise error(errno.EINVAL, path)
        self._need_writable(place, actor)
        self._links[place.path] = target

    def set_mtime(self, path: str, mtime: int, actor: Actor) -> None:
        """Set the time of the last change, in seconds."""
        place = self.resolve(path, actor)
        if place.path != "/dev/null":
            os.utime(place.host, (mtime, mtime))

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


class _Guarded:
    """A file being written, which fails as soon as the phone's disk is full."""

    def __init__(self, file: IO[bytes], files: Filesystem, path: str) -> None:
        self._file = file
        self._files = files
        self._path = path

    def write(self, data: bytes) -> int:
        if self._files.disk_full and self._path.startswith("/data"):
            raise error(errno.ENOSPC, self._path)
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "_Guarded":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
