"""Apps pulled from a phone that has a store's app: what the store installed, as it lies there.

Asks the package manager where an app's files are and pulls them; installs and starts nothing.
"""

import fnmatch
from collections.abc import Sequence
from pathlib import Path

from farm.devices.adb import Adb
from farm.devices.outputs.packages import read_package, read_package_list, read_paths
from farm.devices.values import ShellResult
from farm.model.errors import DeviceError, DeviceGone
from farm.register.sources.source import AppRefused, Entry, Look, SourceUnavailable
from farm.register.values import Listing

_MOST_FILES = 200
_MOST_APPS = 5000


class PhoneSource:
    """Apps that are installed on one phone.

    Args:
        patterns: package names, with `*`; those of the system are never taken.
        largest: bytes of one file.
    """

    kind = "phone"

    def __init__(
        self,
        name: str,
        serial: str,
        *,
        store: str,
        patterns: Sequence[str],
        largest: int,
        adb: Adb | None = None,
    ) -> None:
        self.name = name
        self._serial = serial
        self._store = store
        self._patterns = tuple(patterns)
        self._largest = largest
        self._adb = adb or Adb(workers=2)
        self._own = adb is None
        self._shell_v2 = True

    async def __aenter__(self) -> "PhoneSource":
        if self._own:
            await self._adb.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._own:
            await self._adb.__aexit__(*error)

    async def look(self, memory: dict[str, str]) -> Look:
        """List the installed apps that the patterns name, by package."""
        try:
            self._shell_v2 = "shell_v2" in await self._adb.features(self._serial)
            listed = read_package_list(await self._check("pm", "list", "packages", "-3"))
            wanted = sorted(name for name in set(listed) if self._is_wanted(name))[:_MOST_APPS]
            entries = [await self._entry(package) for package in wanted]
        except DeviceError as error:
            raise SourceUnavailable(f"source {self.name}: {error}") from error
        return Look(entries=[entry for entry in entries if entry is not None])

    def _is_wanted(self, package: str) -> bool:
        return any(fnmatch.fnmatchcase(package, pattern) for pattern in self._patterns)

    async def _entry(self, package: str) -> Entry | None:
        known = read_package(await self._check("dumpsys", "package", package), package)
        paths = read_paths((await self._shell("pm", "path", package)).stdout)
        if known is None or not paths:
            return None  # removed meanwhile
        # Another installation of the same version lies under another path.
        return Entry(
            reference=package,
            mark=f"{known.version_code} {' '.join(paths)}"[:2000],
            package=package,
            version_code=known.version_code,
            listing=Listing(
                store=self._store, source=self.name, reference=f"{self._serial} {paths[0]}"
            ),
        )

    async def fetch(self, entry: Entry, folder: Path) -> tuple[Path, ...]:
        """Pull the app's files; complete only if it was not updated meanwhile."""
        try:
            remote = await self._paths(entry.reference)
            if not remote:
                raise SourceUnavailable(f"source {self.name}: {entry.reference}: is gone")
            if len(remote) > _MOST_FILES:
                raise AppRefused(f"{entry.reference}: {len(remote)} files")
            local = [folder / f"{number:03d}.apk" for number in range(len(remote))]
            for source, target in zip(remote, local, strict=True):
                await self._pull(source, target)
            if await self._paths(entry.reference) != remote:
                raise SourceUnavailable(f"source {self.name}: {entry.reference}: was just updated")
        except DeviceError as error:
            raise SourceUnavailable(f"source {self.name}: {error}") from error
        return tuple(local)

    async def _pull(self, source: str, target: Path) -> None:
        try:
            await self._adb.pull_file(self._serial, source, target, largest=self._largest)
        except DeviceGone:
            raise
        except DeviceError as error:
            if "is larger than" in str(error):
                raise AppRefused(str(error)) from error
            raise

    async def _paths(self, package: str) -> list[str]:
        return read_paths((await self._shell("pm", "path", package)).stdout)

    async def set_aside(self, entry: Entry, why: str) -> None:
        """The app stays on the phone; the register's list of refused apps says why."""

    async def _check(self, *argv: str) -> str:
        result = await self._shell(*argv)
        if result.exit_code != 0:
            raise DeviceError(f"{self._serial}: {argv[0]}: exit {result.exit_code}")
        return result.stdout

    async def _shell(self, *argv: str) -> ShellResult:
        return await self._adb.shell(self._serial, argv, timeout=60, shell_v2=self._shell_v2)
