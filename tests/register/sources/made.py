"""Small APKs for sources."""

import os
from pathlib import Path

from farm.apps.engines.signers import SignerRegister
from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.detect.rules import load_rules
from farm.register.sources.collect import Collector
from tests.apps.binary_xml import manifest, write_apk


def make_apk(
    path: Path, package: str = "com.example.small", version: int = 1, padding: int = 0
) -> Path:
    """An unsigned app of one version, larger by random bytes."""
    parts = {"AndroidManifest.xml": manifest(package, versionCode=version)}
    if padding:
        parts["assets/noise"] = os.urandom(padding)
    return write_apk(path, parts)


def make_collector(
    database: Database, folder: Path, genuine: SignerRegister | None = None
) -> Collector:
    """A collector with a store and a working folder of its own."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return Collector(
        database,
        Store(str(folder / "store")),
        load_rules().catalogue,
        genuine or SignerRegister(),
        work,
    )
