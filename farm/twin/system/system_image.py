"""What the phone's maker put into its system partition: programs and trusted certificates."""

from collections.abc import Iterable

from farm.twin.system.actor import ROOT_ACTOR
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.namespace import Owner
from farm.twin.system.profile import TwinProfile
from farm.twin.system.trust import SYSTEM_STORE, store_name, store_of


def add_programs(files: Filesystem, profile: TwinProfile, names: Iterable[str]) -> None:
    """Put an executable file for each built-in program where Android has it, and `su` where
    phones of that kind have one."""
    for name in names:
        if name in ("[", "su") or not name.replace("_", "").replace("-", "").isalnum():
            continue
        _add_program(files, f"/system/bin/{name}")
    if profile.root == "magisk":
        _add_program(files, "/sbin/su" if profile.sdk < 29 else "/system/bin/su")
    elif profile.root == "adb":
        _add_program(files, "/system/xbin/su")
        owner = files.resolve("/system/xbin/su", ROOT_ACTOR).host
        files.set_owner(owner, Owner(0o4750, 0, 2000))


def _add_program(files: Filesystem, path: str) -> None:
    host = files.root / path.lstrip("/")
    host.parent.mkdir(parents=True, exist_ok=True)
    host.touch()
    files.set_owner(host, Owner(0o755, 0, 2000))


def add_system_certificate(files: Filesystem, sdk: int, pem: str) -> None:
    """Put a certificate into the stores that a phone of that API level has."""
    for store in dict.fromkeys((SYSTEM_STORE, store_of(sdk))):
        folder = files.root / store.lstrip("/")
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for each in (folder, folder.parent):
                files.set_owner(each, Owner(0o755, 0, 0))
        place = files.resolve(f"{store}/{store_name(pem)}", ROOT_ACTOR)
        place.host.write_text(pem)
        files.set_owner(place.host, Owner(0o644, 0, 0))
