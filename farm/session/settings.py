"""Where a lab keeps its things and what it was told; read once, passed in everywhere."""

import os
from pathlib import Path

import msgspec

from farm import paths


def default_home() -> Path:
    """Return the lab's folder: `FARM_HOME`, or `.farm` in the user's home."""
    return Path(os.environ.get("FARM_HOME") or Path.home() / ".farm")


class HookSet(msgspec.Struct, frozen=True, kw_only=True):
    """What is put into apps: the bundle, and the entries that tell it what to watch."""

    bundle: Path = paths.HOOK_BUNDLE
    catalogue: Path = paths.HOOK_CATALOGUE
    own: tuple[Path, ...] = ()  # folders with further entries, a tester's own


class LabSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One lab. Everything it writes lies below `home`."""

    home: Path
    adb_port: int | None = None  # of the adb server; None: ANDROID_ADB_SERVER_PORT or 5037
    start_adb_server: bool = True  # where none answers; False: it is another program's, and ends so
    profiles: Path = paths.DEVICE_PROFILES
    bundle: Path = paths.HOOK_BUNDLE
    catalogue: Path = paths.HOOK_CATALOGUE
    hooks: tuple[Path, ...] = ()  # folders with further entries of the catalogue, a tester's own
    network: str = ""  # the operator's word for where this lab's traffic leaves, for comparisons
    hosts: Path | None = None  # overrides of names for the proxy's own connections, JSON
    upstream_certificates: Path | None = None  # PEM file the proxy trusts beside the public CAs
    parties: Path | None = None  # the lab's own list of first and third parties
    frida_files: Path | None = None  # folder with frida-server and gadget files; None: home/frida

    @property
    def hook_set(self) -> HookSet:
        """The hooks that this lab uses unless an order brings others."""
        return HookSet(bundle=self.bundle, catalogue=self.catalogue, own=self.hooks)

    @property
    def recordings(self) -> Path:
        """Folder with one folder per session."""
        return self.home / "recordings"

    @property
    def key(self) -> Path:
        """The Ed25519 key that signs recordings."""
        return self.home / "keys" / "recording.key"

    @property
    def certificate_authority(self) -> Path:
        """Folder of the capture proxy's certificate authority."""
        return self.home / "capture"

    @property
    def ledgers(self) -> Path:
        """Folder that remembers what was changed on each phone until it is undone."""
        return self.home / "ledgers"

    @property
    def repackaged(self) -> Path:
        """Folder of copies of apps for phones without root, and of the key that signs them."""
        return self.home / "repackaged"

    @property
    def frida_files_folder(self) -> Path:
        """Folder in which the operator puts frida-server and gadget files."""
        return self.frida_files or self.home / "frida"
