"""The phone's file system in a sandboxed folder of the host: reading and changing it.

Where a path leads is the namespace's business. Not thread-safe.
"""

import errno
import fnmatch
import io
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from farm.twin.adb.sync import FileStat
from farm.twin.system.actor import ROOT_ACTOR, Actor
from farm.twin.system.namespace import MAX_PATH, Namespace, Owner, Place, error


class Filesystem(Namespace):
    """Files of one phone below `root`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.disk_full = False

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
        for table in (self.links, self.generated):
            names |= {
                key[len(prefix) :]
                for key in table
                if key.startswith(prefix) and "/" not in key[len(prefix) :]
            }
        for name in sorted(names):
            child = Place(prefix + name, self.host(prefix + name), self.links.get(prefix + name))
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

    def remove(self, path: str, actor: Actor, recursive: bool = False) -> None:
        """Remove a file or link, or a folder with everything below it."""
        place = self.resolve(path, actor, follow=False)
        facts = self._stat(place)
        self._need_writable(place, actor)
        if place.link is not None:
            del self.links[place.path]
            return
        if stat.S_ISDIR(facts.mode):
            if not recursive:
                raise error(errno.EISDIR, path)
            if place.path == "/" or any(point == place.path for _, point, _ in self.mounts):
                raise error(errno.EBUSY, path)
            if not actor.may(7, facts.mode, facts.uid, facts.gid):
                raise error(errno.EACCES, path)
            shutil.rmtree(place.host)
            for link in [k for k in self.links if k.startswith(place.path + "/")]:
                del self.links[link]
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
            self.links[new.path] = self.links.pop(old.path)
            return
        if new.path.startswith(old.path + "/"):
            raise error(errno.EINVAL, target)
        owners = {
            str(new.host) + key[len(str(old.host)) :]: value
            for key, value in self.owners.items()
            if key == str(old.host) or key.startswith(f"{old.host}/")
        }
        os.replace(old.host, new.host)
        self._forget(old.host)
        self.owners.update(owners)

    def _forget(self, host: Path) -> None:
        prefix = f"{host}/"
        for key in [k for k in self.owners if k == str(host) or k.startswith(prefix)]:
            del self.owners[key]

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
        self.links[place.path] = target

    def set_mtime(self, path: str, mtime: int, actor: Actor) -> None:
        """Set the time of the last change, in seconds."""
        place = self.resolve(path, actor)
        if place.path != "/dev/null":
            os.utime(place.host, (mtime, mtime))


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
