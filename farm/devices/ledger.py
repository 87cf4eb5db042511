"""What the farm changed on a phone and owes it back: written before each change is made.

One copy lies on the host, one on the phone, so that another host can clean it too. The phone's
copy is not trusted: it can only name changes of the kinds below, never a command.
"""

import asyncio
import hashlib
import os
from pathlib import Path

import msgspec

from farm.devices.phone import Phone
from farm.model.errors import DeviceError, SetupError

REMOTE = "/data/local/tmp/.farm-ledger.json"
LARGEST = 256 * 1024  # bytes


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One change on a phone."""


class Setting(Change, frozen=True, kw_only=True, tag="setting"):
    """A value of `settings put`; `before` None: it did not exist."""

    namespace: str
    key: str
    before: str | None


class Reverse(Change, frozen=True, kw_only=True, tag="reverse"):
    """A device-side port opened by `adb reverse`."""

    port: int


class Certificate(Change, frozen=True, kw_only=True, tag="certificate"):
    """A CA certificate in a trust store, under its file name there."""

    store: str
    file: str


class FridaServer(Change, frozen=True, kw_only=True, tag="frida_server"):
    """A frida-server started by the farm."""

    port: int


class Forward(Change, frozen=True, kw_only=True, tag="forward"):
    """A port of the host was forwarded to the phone's `port`."""

    port: int


class VendorQuirk(Change, frozen=True, kw_only=True, tag="quirk"):
    """A quirk of the phone's profile that was switched off."""

    name: str


class InstalledApp(Change, frozen=True, kw_only=True, tag="app"):
    """An app under test that has to go again."""

    package: str


class ShellRight(Change, frozen=True, kw_only=True, tag="shell_right"):
    """The mode of one operation of the shell's own package (`appops`), and what it was before."""

    operation: str
    before: str


class Seeds(Change, frozen=True, kw_only=True, tag="seeds"):
    """Data planted for one session; everything planted is found by its token."""

    token: str


class Clipboard(Change, frozen=True, kw_only=True, tag="clipboard"):
    """The text on the clipboard was replaced by `planted`."""

    planted: str
    before: str


class MockProvider(Change, frozen=True, kw_only=True, tag="mock_provider"):
    """A provider of positions was replaced by one of the farm's (`cmd location`)."""

    provider: str


AnyChange = (
    Setting
    | Reverse
    | Certificate
    | FridaServer
    | Forward
    | VendorQuirk
    | InstalledApp
    | ShellRight
    | Seeds
    | Clipboard
    | MockProvider
)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(list[AnyChange])


def default_folder() -> Path:
    """Where the host keeps ledgers unless told otherwise."""
    return Path.home() / ".farm" / "phones"


class Ledger:
    """The changes still owed, newest last."""

    def __init__(self, phone: Phone, folder: Path | None) -> None:
        self._phone = phone
        key = f"{phone.serial}\n{phone.info.build_fingerprint}".encode()
        self._file = (folder or default_folder()) / f"{hashlib.sha256(key).hexdigest()[:32]}.json"
        self.changes: list[AnyChange] = []
        self._saving = asyncio.Lock()  # the phone's copy must not be older than the host's

    async def load(self) -> None:
        """Read what an earlier session left behind, from the host or else from the phone."""
        try:
            data = self._file.read_bytes()[:LARGEST]
        except FileNotFoundError:
            data = (await self._phone.shell("cat", REMOTE)).stdout.encode()[:LARGEST]
        except OSError as error:
            raise SetupError(f"{self._file}: {error}: make the folder readable") from error
        if not data.strip():
            return
        try:
            self.changes = _DECODER.decode(data)
        except msgspec.MsgspecError:  # torn by a power cut: the host's writes are atomic
            self.changes = []

    async def add(self, *changes: AnyChange) -> None:
        """Note changes that are about to be made; the same one is noted once."""
        fresh = [change for change in changes if change not in self.changes]
        if fresh:
            self.changes += fresh
            await self.save()

    async def save(self) -> None:
        """Write both copies; empty ones are removed."""
        async with self._saving:
            await self._save()

    async def _save(self) -> None:
        data = _ENCODER.encode(self.changes)
        try:
            if self.changes:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                temporary = self._file.with_suffix(f".{os.getpid()}.tmp")
                temporary.write_bytes(data)
                temporary.replace(self._file)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise SetupError(f"{self._file}: {error}: make the folder writable") from error
        if self.changes:
            await self._phone.push(data, REMOTE, 0o600)
        else:
            result = await self._phone.shell("rm", "-f", REMOTE)
            if result.exit_code:
                raise DeviceError(f"{self._phone.serial}: rm {REMOTE}: {result.stderr.strip()}")
