"""Turns what somebody asked for into a campaign: checked, in the store, planned, in the log."""

import asyncio
from collections.abc import Sequence

import msgspec

from farm.campaign.audit import record
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.plan.values import AppEntry, CampaignPlan, ScenarioRef, check_name
from farm.campaign.plan.write import Planned, open_campaign, write_jobs
from farm.campaign.worker.sources import scenario_name
from farm.devices.profiles import load_profiles
from farm.explore.loader import Scenario, available
from farm.model.errors import UsageError
from farm.paths import DEVICE_PROFILES
from farm.web.queries.known_apps import batches, latest_versions
from farm.web.site import Site

ACCESSES = ("", "su", "adb_root", "gadget")
MOST_APPS = 5000
MOST_JOBS = 50_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign that somebody asks for."""

    name: str
    packages: tuple[str, ...]  # of the register; the newest version of each is taken
    scenarios: tuple[str, ...] = ("accept",)
    profile: str = ""  # empty: any phone
    access: str = ""
    priority: int = 0  # -1000 to 1000, higher goes first
    repeat: int = 1  # sessions of each kind
    settle_seconds: float = 10.0
    grant_permissions: bool = False
    analyse: bool = True
    examine: bool = True  # by outside engines


async def scenarios() -> list[Scenario]:
    """The scenarios that ship with the farm."""
    return await asyncio.to_thread(available)


async def profiles() -> list[str]:
    """Names of the device profiles that ship with the farm."""
    loaded = await asyncio.to_thread(load_profiles, DEVICE_PROFILES)
    return sorted(profile.name for profile in loaded)


async def start(site: Site, wanted: Wanted, actor: str) -> Planned:
    """Plan a campaign of apps that the register has.

    Raises:
        UsageError: see the message.
    """
    if not wanted.packages:
        raise UsageError("packages: no app is chosen")
    if len(wanted.packages) > MOST_APPS:
        raise UsageError(f"packages: more than {MOST_APPS}; use `farm campaign create`")
    apps = await latest_versions(site.database, wanted.packages)
    if missing := sorted(set(wanted.packages) - {app.package for app in apps}):
        raise UsageError(f"packages: {missing[0][:200]}: not in the register")
    return await plan_apps(site, wanted, apps, actor)


async def plan_apps(site: Site, wanted: Wanted, apps: Sequence[AppEntry], actor: str) -> Planned:
    """Plan a campaign of these versions; an existing one of the same plan gets what it lacks.

    Raises:
        UsageError: see the message.
    """
    check_name(wanted.name)
    chosen = _chosen(await scenarios(), wanted.scenarios)
    if wanted.profile and wanted.profile not in await profiles():
        raise UsageError(f"profile: unknown {wanted.profile!r}")
    if wanted.access not in ACCESSES:
        raise UsageError(f"access: expected su, adb_root, gadget or nothing, got {wanted.access!r}")
    _check_range("priority", wanted.priority, -1000, 1000)
    _check_range("repeat", wanted.repeat, 1, 100)
    _check_range("settle_seconds", wanted.settle_seconds, 0, 3600)
    if len(apps) * len(chosen) * wanted.repeat > MOST_JOBS:
        raise UsageError(f"more than {MOST_JOBS} sessions; use `farm campaign create`")
    for one in chosen:
        await site.store.put_file(scenario_name(one.sha256), one.path, one.sha256)
    plan = CampaignPlan(
        scenarios=tuple(ScenarioRef(name=one.name, sha256=one.sha256) for one in chosen),
        profiles=(wanted.profile,),
        access=wanted.access,
        repeat=wanted.repeat,
        options=SessionOptions(
            settle_seconds=float(wanted.settle_seconds), grant_permissions=wanted.grant_permissions
        ),
        analyse=wanted.analyse,
        examine=wanted.examine,
        apps=f"web: {actor}",
    )
    campaign = await open_campaign(site.database, wanted.name, plan, wanted.priority)
    planned = await write_jobs(site.database, campaign, plan, batches(apps))
    async with site.database.transaction() as client:
        await record(
            client,
            actor=actor,
            action="campaign.start",
            subject=f"campaign:{wanted.name}",
            detail={"apps": planned.apps, "jobs": planned.jobs, "new": planned.new},
        )
    return planned


def _chosen(known: Sequence[Scenario], names: Sequence[str]) -> list[Scenario]:
    by_name = {one.name: one for one in known}
    if not names:
        raise UsageError("scenarios: none is chosen")
    if unknown := [name for name in names if name not in by_name]:
        raise UsageError(f"scenarios: unknown {unknown[0][:80]!r}")
    return [by_name[name] for name in dict.fromkeys(names)]


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses what is no number
        raise UsageError(f"{name}: expected {low} to {high}, got {value}")
