"""The operator's list of engines, a YAML file: which are docked, how, and within what limits."""

import re
from pathlib import Path

import msgspec

from farm.apps.engines.apkid import Apkid
from farm.apps.engines.engine import Engine
from farm.apps.engines.exodus import Exodus
from farm.apps.engines.manifest import ManifestEngine, Reader, in_a_thread
from farm.apps.engines.merging import FARM
from farm.apps.engines.mobsf import MobSF
from farm.apps.engines.outside import OutsideEngine
from farm.apps.engines.signers import SignerRegister
from farm.files import read_yaml
from farm.model.errors import UsageError

_LARGEST = 1 << 20
_SECONDS = 600.0
_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
_TAKEN = frozenset({FARM, "manifest", "exodus", "apkid", "mobsf"})


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One engine. Which fields it needs depends on `engine`."""

    engine: str  # "manifest", "exodus", "apkid", "mobsf", "program"
    seconds: float = _SECONDS
    command: list[str] = []  # exodus, apkid, program: how to run it
    name: str = ""  # program: what it is called in results
    url: str = ""  # mobsf
    key_file: str = ""  # mobsf: file that holds the API key, and nothing else
    signers: str = ""  # manifest: register of genuine signers


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engines: list[Entry]


class Docked(msgspec.Struct, frozen=True, kw_only=True):
    """An engine that is ready to run, with its deadline in seconds."""

    engine: Engine
    seconds: float


def default_engines(reader: Reader = in_a_thread) -> list[Docked]:
    """What is docked without a file: the built-in engine, run by `reader`."""
    return [Docked(engine=ManifestEngine(reader=reader), seconds=_SECONDS)]


def load_engines(path: Path, reader: Reader = in_a_thread) -> list[Docked]:
    """Read the operator's list; `reader` runs the built-in engine.

    Raises:
        UsageError: one line that names file and entry, and what was expected.
    """
    listed, _ = read_yaml(path, _File, largest=_LARGEST)
    docked = [
        Docked(engine=_engine(path, number, entry, reader), seconds=entry.seconds)
        for number, entry in enumerate(listed.engines, 1)
    ]
    names = [one.engine.name for one in docked]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"{path}: {twice[0]} is docked twice; expected each engine once")
    return docked


def _engine(path: Path, number: int, entry: Entry, reader: Reader) -> Engine:
    place = f"{path}: entry {number} ({entry.engine[:40]})"
    if entry.seconds <= 0:
        raise UsageError(f"{place}: field seconds: expected more than 0")
    if entry.engine == "manifest":
        register = SignerRegister.load(path.parent / entry.signers) if entry.signers else None
        return ManifestEngine(register, reader)
    if entry.engine == "exodus":
        return Exodus(entry.command) if entry.command else Exodus()
    if entry.engine == "apkid":
        return Apkid(entry.command) if entry.command else Apkid()
    if entry.engine == "mobsf":
        if not entry.url.startswith(("http://", "https://")):
            raise UsageError(f"{place}: field url: expected http://… or https://…")
        try:
            key = (path.parent / entry.key_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{place}: field key_file: expected a file with the key") from error
        return MobSF(entry.url, key)
    if entry.engine == "program":
        if not _NAME.fullmatch(entry.name) or entry.name in _TAKEN:
            raise UsageError(
                f"{place}: field name: expected up to 30 lower-case letters, digits and dashes, "
                f"and none of {', '.join(sorted(_TAKEN))}"
            )
        if not entry.command:
            raise UsageError(f"{place}: field command: expected how to run it")
        return OutsideEngine(entry.name, entry.command)
    raise UsageError(f"{place}: field engine: expected manifest, exodus, apkid, mobsf or program")
