"""Phones in the database: what hosts report of them, what operators ask, and their history."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.fleet.health import Health
from farm.devices.pool_entry import DeviceStatus
from farm.model.errors import UsageError

_LONGEST_RESERVATION_HOURS = 24 * 14


class PhoneLine(msgspec.Struct, frozen=True, kw_only=True):
    """One phone as `farm devices fleet` shows it."""

    serial: str
    host: str
    state: str
    reason: str
    profile: str
    model: str
    access: str
    abi: str
    sdk: int
    failures: int
    battery: int | None
    temperature: float | None
    storage_free: int | None
    holder: str  # what runs on it: "package scenario (campaign)"
    rest_reason: str
    rest_until: datetime.datetime | None
    quarantined_by: str
    quarantine_reason: str
    reserved_for: str
    reserved_until: datetime.datetime | None
    beat: datetime.datetime


class HealthLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a phone's history."""

    at: datetime.datetime
    event: str
    detail: str
    battery: int | None
    temperature: float | None
    storage_free: int | None


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says about a host's phones."""

    held_back: frozenset[str]  # quarantined, or reserved for a person
    release: tuple[str, ...]  # an operator asked to let these out of the pool's quarantine


async def fleet(database: Database) -> list[PhoneLine]:
    """Every phone that was ever seen, by host and serial."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT p.serial, p.host, CASE WHEN h.state = 'gone' THEN 'host gone' ELSE p.state END "
            "AS state, p.reason, p.profile, p.model, p.access, p.abi, p.sdk, p.failures, "
            "p.battery, p.temperature, p.storage_free, p.rest_reason, p.rest_until, "
            "p.quarantined_by, p.quarantine_reason, p.reserved_for, p.reserved_until, p.beat, "
            "coalesce((SELECT app.package || ' ' || t.scenario || ' (' || c.name || ')' "
            "FROM attempt a JOIN job j ON j.id = a.job_id JOIN app ON app.id = j.app_id "
            "JOIN task t ON t.id = j.task_id JOIN campaign c ON c.id = j.campaign_id "
            "WHERE a.state = 'running' AND a.slot = p.serial AND a.host = p.host LIMIT 1), '') "
            "AS holder FROM phone p LEFT JOIN host h ON h.name = p.host ORDER BY p.host, p.serial"
        )
    return [PhoneLine(**row) for row in rows]


async def history(database: Database, serial: str, count: int = 100) -> list[HealthLine]:
    """The last events of one phone, the newest first.

    Raises:
        UsageError: the inventory does not know the phone.
    """
    async with database.transaction() as client:
        await _check_known(client, serial)
        rows = await client.fetch(
            "SELECT at, event, detail, battery, temperature, storage_free FROM phone_health "
            "WHERE serial = $1 ORDER BY at DESC LIMIT $2",
            serial,
            count,
        )
    return [HealthLine(**row) for row in rows]


async def quarantine(database: Database, serial: str, by: str, reason: str) -> None:
    """Take a phone out of use until somebody releases it.

    Raises:
        UsageError: the inventory does not know the phone.
    """
    async with database.transaction() as client:
        await _check_known(client, serial)
        await client.execute(
            "UPDATE phone SET quarantined_by = $2, quarantine_reason = $3, release_asked = false "
            "WHERE serial = $1",
            serial,
            by,
            reason[:500],
        )
        await _note(client, serial, "quarantined", f"{by}: {reason}"[:500])


async def release(database: Database, serial: str, by: str) -> None:
    """Let a phone back into use: from quarantine, reservation and rest.

    Raises:
        UsageError: the inventory does not know the phone.
    """
    async with database.transaction() as client:
        await _check_known(client, serial)
        await client.execute(
            "UPDATE phone SET quarantined_by = '', quarantine_reason = '', reserved_for = '', "
            "reserved_until = NULL, rest_reason = '', rest_until = NULL, release_asked = true "
            "WHERE serial = $1",
            serial,
        )
        await _note(client, serial, "released", by)


async def reserve(database: Database, serial: str, person: str, hours: float) -> None:
    """Keep a phone for a tester; a session that runs on it ends first.

    Raises:
        UsageError: unknown phone, too long, or reserved for somebody else.
    """
    if not 0 < hours <= _LONGEST_RESERVATION_HOURS:
        raise UsageError(f"--hours: expected up to {_LONGEST_RESERVATION_HOURS}, got {hours:g}")
    async with database.transaction() as client:
        await _check_known(client, serial)
        status: str = await client.execute(
            "UPDATE phone SET reserved_for = $2, reserved_until = now() + $3::interval "
            "WHERE serial = $1 AND (reserved_for IN ('', $2) OR reserved_until < now())",
            serial,
            person,
            datetime.timedelta(hours=hours),
        )
        if not status.endswith(" 1"):
            raise UsageError(f"{serial}: reserved for somebody else; see `farm devices fleet`")
        await _note(client, serial, "reserved", f"{person}, {hours:g} h")


async def report_phones(
    database: Database,
    host: str,
    statuses: Sequence[DeviceStatus],
    healths: Mapping[str, Health],
    rests: Mapping[str, tuple[str, datetime.datetime]],
    events: Sequence[tuple[str, str, str]],
    network: str = "",
) -> Wishes:
    """Write a host's phones and what happened to them; read what operators ask.

    Args:
        events: `(serial, event, detail)` since the last report.
        network: the operator's word for where the host's traffic leaves.
    """
    async with database.transaction() as client:
        for status in statuses:
            await _upsert(client, host, network, status, healths.get(status.serial))
            reason, until = rests.get(status.serial, ("", None))
            await client.execute(
                "UPDATE phone SET rest_reason = $2, rest_until = $3 WHERE serial = $1",
                status.serial,
                reason,
                until,
            )
        for serial, event, detail in events:
            await _note(client, serial, event, detail, healths.get(serial))
        rows = await client.fetch(
            "SELECT serial, release_asked, quarantined_by <> '' OR reserved_until > now() AS held "
            "FROM phone WHERE host = $1",
            host,
        )
        asked = [row["serial"] for row in rows if row["release_asked"]]
        if asked:
            await client.execute(
                "UPDATE phone SET release_asked = false WHERE serial = ANY($1)", asked
            )
    return Wishes(
        held_back=frozenset(row["serial"] for row in rows if row["held"]), release=tuple(asked)
    )


async def _upsert(
    client: Client, host: str, network: str, status: DeviceStatus, health: Health | None
) -> None:
    info = status.info
    facts: tuple[Any, ...] = ("", "", "", "", 0, "")
    if info is not None:
        model = text(f"{info.manufacturer} {info.model}", 100)
        facts = (info.profile, model, info.access, info.abi, info.sdk,
                 text(info.build_fingerprint, 200))  # fmt: skip
    measured = (None, None, None)
    if health is not None:
        measured = (health.battery, health.temperature, health.storage_free)  # type: ignore[assignment]
    await client.execute(
        "INSERT INTO phone (serial, host, state, reason, failures, profile, model, access, abi, "
        "sdk, fingerprint, battery, temperature, storage_free, "
        "network) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
        "ON CONFLICT (serial) DO UPDATE SET host = $2, state = $3, reason = $4, failures = $5, "
        "profile = coalesce(nullif($6, ''), phone.profile), "
        "model = coalesce(nullif($7, ''), phone.model), "
        "access = coalesce(nullif($8, ''), phone.access), "
        "abi = coalesce(nullif($9, ''), phone.abi), "
        "sdk = CASE WHEN $10 > 0 THEN $10 ELSE phone.sdk END, "
        "fingerprint = coalesce(nullif($11, ''), phone.fingerprint), "
        "battery = coalesce($12, phone.battery), "
        "temperature = coalesce($13, phone.temperature), "
        "storage_free = coalesce($14, phone.storage_free), network = $15, beat = now()",
        status.serial, host, status.state, text(status.reason), status.failures, *facts, *measured,
        network,
    )  # fmt: skip


async def _note(
    client: Client, serial: str, event: str, detail: str, health: Health | None = None
) -> None:
    measured = health or Health()
    await client.execute(
        "INSERT INTO phone_health (serial, event, detail, battery, temperature, storage_free) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        serial,
        event,
        text(detail),
        measured.battery,
        measured.temperature,
        measured.storage_free,
    )


async def _check_known(client: Client, serial: str) -> None:
    if not await client.fetchval("SELECT true FROM phone WHERE serial = $1", serial):
        raise UsageError(f"{serial}: not in the inventory; `farm devices fleet` lists it")
