"""The built-in engine: what the manifest, the dex tables and the signature say.

Compares the signer with the operator's register of genuine signers: the same package under another
signer is a repackaged app, or an impostor.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

from farm.apps.components import exported_components
from farm.apps.engines.engine import EngineFailed
from farm.apps.engines.signers import SignerRegister
from farm.apps.engines.statements import Statement, Topic
from farm.apps.inspection import inspect
from farm.apps.sdks import sdk_prefixes
from farm.model.errors import UsageError

_MOST_PREFIXES = 500


Reader = Callable[[Path, SignerRegister], Awaitable[list[Statement]]]
"""Runs `read_statements` somewhere; may raise what that raises, and `EngineFailed`."""


async def in_a_thread(apk: Path, signers: SignerRegister) -> list[Statement]:
    """Read it in a thread of this process."""
    return await asyncio.to_thread(read_statements, apk, signers)


class ManifestEngine:
    """androguard's reading of an APK as an engine."""

    name = "manifest"

    def __init__(self, signers: SignerRegister | None = None, reader: Reader = in_a_thread) -> None:
        """`reader` is where it runs: a thread unless told."""
        self._signers = signers or SignerRegister()
        self._reader = reader

    async def version(self) -> str:
        """The version of androguard."""
        return f"androguard {version('androguard')}"

    async def examine(self, apk: Path) -> list[Statement]:
        """Permissions, exported parts, target level, package prefixes, and who signed it."""
        try:
            return await self._reader(apk, self._signers)
        except UsageError as error:
            raise EngineFailed(str(error)) from error


def read_statements(apk: Path, signers: SignerRegister) -> list[Statement]:
    """Everything that the built-in engine says of an APK; takes seconds for a large one.

    Raises:
        UsageError: it cannot be read.
    """
    app = inspect(apk)
    found = [Statement(topic=Topic.PERMISSION, subject=name) for name in app.permissions]
    found += [
        Statement(
            topic=Topic.EXPORTED,
            subject=one.name,
            detail=f"{one.kind}{' behind ' + one.permission if one.permission else ''}",
        )
        for one in exported_components(apk, app.target_sdk)
    ]
    found.append(Statement(topic=Topic.TARGET, subject=str(app.target_sdk)))
    prefixes = list(sdk_prefixes(apk).items())[:_MOST_PREFIXES]
    found += [
        Statement(topic=Topic.SDK, subject=prefix, detail=f"{count} classes")
        for prefix, count in prefixes
    ]
    genuine = signers.is_genuine(app.package, app.signer_sha256)
    if genuine is not None:
        found.append(
            Statement(
                topic=Topic.SIGNER,
                subject=app.package,
                holds=genuine,
                detail=app.signer_sha256 or "not signed",
            )
        )
    return found
