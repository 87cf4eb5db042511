"""Brings what a session needs to this host: APKs by digest, and the scenario that was meant."""

import asyncio
from pathlib import Path

from farm.campaign.ledger.values import AppFile, Work
from farm.campaign.store import Store
from farm.campaign.worker.hook_store import fetch_hooks
from farm.explore.loader import Scenario, load
from farm.files import sha256_of
from farm.model.errors import SetupError, UsageError
from farm.session.settings import HookSet


def apk_name(sha256: str) -> str:
    """Where an APK lies in the store."""
    return f"apps/{sha256[:2]}/{sha256}.apk"


def scenario_name(sha256: str) -> str:
    """Where a scenario's source lies in the store."""
    return f"scenarios/{sha256}.py"


class Sources:
    """A cache below `folder`; files are named by digest and verified when they come in."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._fetching: dict[str, asyncio.Lock] = {}

    async def apks(self, work: Work) -> tuple[Path, ...]:
        """The app's files on this host, base APK first.

        Raises:
            SetupError: the store does not have one of them.
            StoreError, StoreUnavailable: it could not be fetched.
        """
        files = work.files or (AppFile(sha256=work.app_sha256),)
        return tuple([await self._fetched(file.sha256) for file in files])

    async def _fetched(self, sha256: str) -> Path:
        path = self._folder / "apps" / f"{sha256}.apk"
        async with self._fetching.setdefault(sha256, asyncio.Lock()):
            if not await asyncio.to_thread(path.is_file):
                try:
                    await self._store.get_file(apk_name(sha256), path, sha256)
                except FileNotFoundError:
                    raise SetupError(
                        f"{self._store.address}: has no {apk_name(sha256)}; create the campaign "
                        "where the APK is, with this --store"
                    ) from None
        return path

    async def hooks(self, work: Work) -> HookSet | None:
        """The hooks that the job asks for; None: this host's own.

        Raises:
            SetupError: the store does not have them.
            StoreError, StoreUnavailable: they could not be fetched.
        """
        key = work.options.hooks
        return await fetch_hooks(self._store, key, self._folder) if key else None

    async def scenario(self, work: Work) -> Scenario:
        """The scenario in the very text that the campaign was planned with.

        Raises:
            SetupError: neither this host nor the store has it.
            StoreError, StoreUnavailable: it could not be fetched.
        """
        try:
            own = await asyncio.to_thread(load, work.scenario)
            if own.sha256 == work.scenario_sha256:
                return own
        except UsageError:
            pass  # a scenario of the operator's own, which only the store has
        path = self._folder / "scenarios" / work.scenario_sha256[:16] / f"{work.scenario}.py"
        try:
            if not await asyncio.to_thread(path.is_file):
                await self._store.get_file(
                    scenario_name(work.scenario_sha256), path, work.scenario_sha256
                )
            return await asyncio.to_thread(load, path)
        except (FileNotFoundError, UsageError) as error:
            raise SetupError(
                f"scenario {work.scenario} ({work.scenario_sha256[:12]}): not to be had: {error}"
            ) from error


async def bring_in(store: Store, paths: tuple[Path, ...]) -> None:
    """Put an app's files into the store, under their digests."""
    for path in paths:
        digest = await asyncio.to_thread(sha256_of, path)
        await store.put_file(apk_name(digest), path, digest)
