"""Brings what a source offers into the store and the register: each app once, a bad one set aside.

One app at a time; what was fetched is in the store before the register speaks of it.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from farm.apps.engines.signers import SignerRegister
from farm.apps.inspection import inspect
from farm.apps.sdks import sdk_prefixes
from farm.campaign.database import Database
from farm.campaign.database.text import text
from farm.campaign.ledger.values import AppFile
from farm.campaign.store import Store, StoreError
from farm.campaign.worker.sources import bring_in
from farm.detect.rules import SdkCatalogue
from farm.model.errors import UsageError
from farm.model.session import App
from farm.register.sources.source import AppRefused, Entry, Source, SourceUnavailable
from farm.register.values import Listing, Registered
from farm.register.write import register

log = logging.getLogger(__name__)

_DEPTH = 8  # parts of a class's package that SDKs are told by


class Collected(msgspec.Struct, kw_only=True):
    """What one look at a source brought."""

    source: str
    offered: int = 0
    new: list[Registered] = []
    known: int = 0  # versions that another store or source had brought before
    refused: list[str] = []  # one line each
    unavailable: list[str] = []  # looked at again next time


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an app's files say."""

    app: App
    files: tuple[AppFile, ...]
    sdks: tuple[str, ...]


class Collector:
    """Collects from sources, one after another.

    Args:
        genuine: the list of genuine signers.
        work: folder that files are fetched into.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        catalogue: SdkCatalogue,
        genuine: SignerRegister,
        work: Path,
    ) -> None:
        self._database = database
        self._store = store
        self._catalogue = catalogue
        self._genuine = genuine
        self._work = work

    async def collect(
        self, source: Source, progress: Callable[[str], None] | None = None
    ) -> Collected:
        """Take everything new that a source offers.

        Raises:
            UsageError: the source is not what its configuration says.
            DatabaseUnavailable, StoreUnavailable: what was collected stays; the rest comes again.
        """
        done = Collected(source=source.name)
        memory = await self._begin(source)
        try:
            look = await source.look(memory)
        except SourceUnavailable as error:
            done.unavailable.append(str(error))
            await self._note(source, str(error), None)
            return done
        except (UsageError, AppRefused) as error:
            await self._note(source, str(error), None)
            raise UsageError(str(error)) from error
        done.offered = len(look.entries)
        seen = await self._seen(source)
        for entry in look.entries:
            if seen.get(text(entry.reference, 2000)) == text(entry.mark, 2000):
                continue
            if progress is not None:
                progress(entry.reference)
            await self._take(source, entry, done)
        # A memory that skips what could not be fetched would lose it.
        await self._note(
            source, "; ".join(done.unavailable[:3]), None if done.unavailable else look.memory
        )
        return done

    async def _take(self, source: Source, entry: Entry, done: Collected) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="app-", dir=self._work) as name:
                paths = await source.fetch(entry, Path(name))
                facts = await asyncio.to_thread(read_facts, paths, self._catalogue)
                _check(entry, facts)
                await bring_in(self._store, paths)
        except (UsageError, AppRefused) as error:
            done.refused.append(f"{entry.reference}: {error}")
            log.warning("source %s: %s is set aside: %s", source.name, entry.reference, error)
            await self._remember(source, entry, "", str(error))
            await source.set_aside(entry, str(error))
        except (SourceUnavailable, StoreError, FileNotFoundError) as error:
            # A file that changed under way is not complete yet.
            done.unavailable.append(f"{entry.reference}: {error}")
        else:
            entered = await self._enter(facts, entry.listing)
            if entered.new_version:
                done.new.append(entered)
            else:
                done.known += 1
            await self._remember(source, entry, facts.app.apk_sha256, "")

    async def add(self, paths: tuple[Path, ...], listing: Listing) -> Registered:
        """Enter one app by hand, from files of this host.

        Raises:
            UsageError: a file is no APK, or the files are not of one app.
        """
        facts = await asyncio.to_thread(read_facts, paths, self._catalogue)
        await bring_in(self._store, paths)
        return await self._enter(facts, listing)

    async def _enter(self, facts: Facts, listing: Listing) -> Registered:
        app = facts.app
        return await register(
            self._database,
            app,
            listing,
            files=facts.files,
            sdks=facts.sdks,
            genuine=self._genuine.is_genuine(app.package, app.signer_sha256),
        )

    async def _begin(self, source: Source) -> dict[str, str]:
        async with self._database.transaction() as client:
            stored = await client.fetchval(
                "INSERT INTO app_source (name, kind, checked) VALUES ($1, $2, now()) "
                "ON CONFLICT (name) DO UPDATE SET kind = $2, checked = now() RETURNING memory",
                text(source.name),
                source.kind,
            )
        return msgspec.json.decode(stored, type=dict[str, str])

    async def _seen(self, source: Source) -> dict[str, str]:
        async with self._database.transaction(seconds=60) as client:
            rows = await client.fetch(
                "SELECT reference, mark FROM source_item WHERE source = $1", text(source.name)
            )
        return {row["reference"]: row["mark"] for row in rows}

    async def _remember(self, source: Source, entry: Entry, sha256: str, error: str) -> None:
        async with self._database.transaction() as client:
            await client.execute(
                "INSERT INTO source_item (source, reference, mark, state, sha256, error) "
                "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source, reference) DO UPDATE "
                "SET mark = $3, state = $4, sha256 = $5, error = $6, seen = now()",
                text(source.name),
                text(entry.reference, 2000),
                text(entry.mark, 2000),
                "refused" if error else "taken",
                sha256,
                text(error, 2000),
            )

    async def _note(self, source: Source, error: str, memory: dict[str, str] | None) -> None:
        async with self._database.transaction() as client:
            await client.execute(
                "UPDATE app_source SET error = $2, memory = coalesce($3, memory), "
                "succeeded = CASE WHEN $2 = '' THEN now() ELSE succeeded END WHERE name = $1",
                text(source.name),
                text(error, 2000),
                None if memory is None else msgspec.json.encode(memory).decode(),
            )


def read_facts(paths: tuple[Path, ...], catalogue: SdkCatalogue) -> Facts:
    """Read what an app's files say, base APK first. Blocks.

    Raises:
        UsageError: a file is no APK, or the files are not of one app.
    """
    apps = [inspect(path) for path in paths]
    base = apps[0]
    for path, app in zip(paths[1:], apps[1:], strict=True):
        if (app.package, app.version_code) != (base.package, base.version_code):
            raise UsageError(
                f"{path}: {app.package} {app.version_code} is no split of {base.package} "
                f"{base.version_code}"
            )
        if app.signer_sha256 != base.signer_sha256:
            raise UsageError(f"{path}: signed by another than its base APK: Android refuses that")
    abis = sorted({abi for app in apps for abi in app.abis})
    return Facts(
        app=msgspec.structs.replace(base, abis=abis),
        files=tuple(AppFile(sha256=app.apk_sha256, size=app.size) for app in apps),
        sdks=sdks_of(paths, catalogue),
    )


def sdks_of(paths: tuple[Path, ...], catalogue: SdkCatalogue) -> tuple[str, ...]:
    """Ids of the SDKs whose classes the files define. A dex file that cannot be read hides its
    own; what an obfuscator renamed is not found."""
    packages: set[str] = set()
    for path in paths:
        try:
            packages.update(sdk_prefixes(path, _DEPTH))
        except UsageError as error:
            log.warning("%s", error)
    return tuple(
        sdk.id
        for sdk in catalogue.sdks
        if any(
            f"{package}.".startswith(f"{prefix.rstrip('.')}.")
            for prefix in sdk.prefixes
            for package in packages
        )
    )


def _check(entry: Entry, facts: Facts) -> None:
    """Refuse an app that is another than the source takes it for."""
    app = facts.app
    if entry.package and app.package != entry.package:
        raise AppRefused(f"announced as {entry.package}, but its APK is {app.package}")
    if entry.version_code is not None and app.version_code != entry.version_code:
        raise AppRefused(
            f"announced as version {entry.version_code}, but its APK is {app.version_code}"
        )
    if entry.sha256 and tuple(file.sha256 for file in facts.files) != entry.sha256:
        raise AppRefused("its files do not have the digests announced")
