"""The package manager: sessions, and the files, data and grants of the apps installed."""

import asyncio
import hashlib
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from farm.twin.contracts import InstalledPackage
from farm.twin.system.actor import FIRST_APP, ROOT_ACTOR
from farm.twin.system.apk import ApkFacts, InvalidApk, read_apk
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.install_rules import InstallError, InstallOptions, base_of, check_may_install
from farm.twin.system.namespace import Owner
from farm.twin.system.permissions import granted_at_install

MAX_SESSIONS = 50
MAX_SPLITS = 200
FIRST_UID = FIRST_APP + 100


class Session(msgspec.Struct, kw_only=True):
    """An open installation session."""

    number: int
    options: InstallOptions
    folder: Path
    files: list[Path] = []


class PackageManager:
    """The installed apps of one phone; the runtime is told by `stopped` when one is replaced."""

    def __init__(
        self,
        files: Filesystem,
        sdk: int,
        now_ns: Callable[[], int],
        system_packages: list[str],
        staging: Path,
    ) -> None:
        self._files = files
        self._sdk = sdk
        self._now_ns = now_ns
        self._packages: dict[str, InstalledPackage] = {}
        self._facts: dict[str, ApkFacts] = {}
        self._sessions: dict[int, Session] = {}
        self._next_uid = FIRST_UID
        self._next_session = 1_000_001
        self._staging = staging
        self._installing = asyncio.Lock()
        self.system_packages = system_packages

    def get(self, name: str) -> InstalledPackage | None:
        """An installed app."""
        return self._packages.get(name)

    def all(self) -> list[InstalledPackage]:
        """Every installed app, by name."""
        return sorted(self._packages.values(), key=lambda p: p.package)

    def min_sdk(self, name: str) -> int:
        """The app's minSdkVersion."""
        return self._facts[name].min_sdk

    # Sessions

    def open_session(self, options: InstallOptions) -> Session:
        """Begin an installation.

        Raises:
            InstallError: too many are open.
        """
        if len(self._sessions) >= MAX_SESSIONS:
            raise InstallError("INSTALL_FAILED_ABORTED", "Too many active sessions")
        number, self._next_session = self._next_session, self._next_session + 1
        folder = self._staging / str(number)
        folder.mkdir(parents=True)
        session = Session(number=number, options=options, folder=folder, files=[])
        self._sessions[number] = session
        return session

    def session(self, number: int) -> Session | None:
        """An open session."""
        return self._sessions.get(number)

    def new_file(self, session: Session) -> Path:
        """Where the next APK of the session is to be written (a name of our own)."""
        if len(session.files) >= MAX_SPLITS:
            raise InstallError("INSTALL_FAILED_INVALID_APK", "Too many splits")
        path = session.folder / f"{len(session.files)}.apk"
        session.files.append(path)
        return path

    def abandon(self, session: Session) -> None:
        """Give the session up and free its files."""
        self._sessions.pop(session.number, None)
        shutil.rmtree(session.folder, ignore_errors=True)

    async def commit(self, session: Session, stop: Callable[[str], Awaitable[None]]) -> str:
        """Install what the session holds; the package's name.

        Raises:
            InstallError: refused, and nothing changed.
        """
        try:
            if self._files.disk_full:
                raise InstallError(
                    "INSTALL_FAILED_INSUFFICIENT_STORAGE",
                    "Failed to override installation location",
                )
            if not session.files:
                raise InstallError("INSTALL_FAILED_INVALID_APK", "No packages staged")
            try:
                read = [await asyncio.to_thread(read_apk, path) for path in session.files]
            except InvalidApk as error:
                raise InstallError(error.code, error.detail) from error
            async with self._installing:
                base = base_of(read)
                check_may_install(
                    base,
                    self._packages.get(base.package),
                    session.options,
                    sdk=self._sdk,
                    system_packages=self.system_packages,
                )
                if base.package in self._packages:
                    await stop(base.package)
                order = sorted(range(len(read)), key=lambda i: read[i].split)
                paths = [session.files[i] for i in order]
                await self._place(base, paths, session.options)
            return base.package
        finally:
            self.abandon(session)

    async def _place(
        self,
        base: ApkFacts,
        paths: list[Path],
        options: InstallOptions,
    ) -> None:
        old = self._packages.get(base.package)
        code = hashlib.sha256(f"{base.package}{self._now_ns()}".encode()).hexdigest()[:22]
        folder = f"/data/app/{base.package}-{code}=="
        self._files.mkdir(folder, ROOT_ACTOR)
        installed: list[Path] = []
        for index, source in enumerate(paths):
            name = "base.apk" if index == 0 else f"split_{index}.apk"
            place = self._files.resolve(f"{folder}/{name}", ROOT_ACTOR)
            await asyncio.to_thread(shutil.move, str(source), place.host)
            self._files.set_owner(place.host, Owner(0o644, 1000, 1000))
            installed.append(place.host)
        uid = old.uid if old else self._next_uid
        if old is None:
            self._next_uid += 1
        data = f"/data/data/{base.package}"
        if not self._files.exists(data):
            self._files.mkdir(data, ROOT_ACTOR)
        self._files.change(data, ROOT_ACTOR, mode=0o700, uid=uid, gid=uid)
        granted = granted_at_install(base.permissions, self._sdk, base.target_sdk)
        if options.grant:
            granted |= granted_at_install(base.permissions, 0, base.target_sdk)
        if old is not None:
            granted |= old.granted_permissions & set(base.permissions)
            self._remove_code(old)
        now = self._now_ns()
        self._facts[base.package] = base
        self._packages[base.package] = InstalledPackage(
            package=base.package,
            label=base.label,
            version_name=base.version_name,
            version_code=base.version_code,
            target_sdk=base.target_sdk,
            uid=uid,
            apks=installed,
            main_activity=base.main_activity,
            activities=base.activities,
            requested_permissions=base.permissions,
            receivers=base.receivers,
            stopped=old.stopped if old else True,
            granted_permissions=granted,
            signer_sha256=base.signer_sha256,
            network_security_config=base.network_security_config,
            trust_anchors=base.trust_anchors,
            debuggable=base.debuggable,
            first_install_time=old.first_install_time if old else now,
            last_update_time=now,
        )

    def phone_path(self, host: Path) -> str:
        """The phone path of an installed APK."""
        return "/" + str(host.relative_to(self._files.root))

    def _remove_code(self, package: InstalledPackage) -> None:
        for folder in {self.phone_path(apk.parent) for apk in package.apks}:
            if self._files.exists(folder):
                self._files.remove(folder, ROOT_ACTOR, recursive=True)

    def remove(self, name: str, keep_data: bool = False) -> bool:
        """Uninstall; False if it is not installed."""
        package = self._packages.pop(name, None)
        if package is None:
            return False
        self._facts.pop(name, None)
        self._remove_code(package)
        if not keep_data:
            self._clear_folder(name, gone=True)
        return True

    def clear(self, name: str) -> bool:
        """`pm clear`: data gone and run-time permissions revoked; False if not installed."""
        package = self._packages.get(name)
        if package is None:
            return False
        self._clear_folder(name, gone=False)
        package.granted_permissions = granted_at_install(
            package.requested_permissions, self._sdk, package.target_sdk
        )
        return True

    def _clear_folder(self, name: str, gone: bool) -> None:
        data = f"/data/data/{name}"
        if not self._files.exists(data):
            return
        if gone:
            self._files.remove(data, ROOT_ACTOR, recursive=True)
            return
        for child, _ in list(self._files.entries(data)):
            self._files.remove(f"{data}/{child}", ROOT_ACTOR, recursive=True)
