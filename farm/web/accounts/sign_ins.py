"""Sign-ins: a secret in the visitor's cookie, everything else in the database.

A sign-in ends after a while without use, at the latest after a working day, with the account, and
with a change of the password.
"""

import datetime

import msgspec

from farm.campaign.database import Database
from farm.web.accounts.secrets import digest, new_secret
from farm.web.accounts.users import User, user_of

IDLE = datetime.timedelta(minutes=60)
LONGEST = datetime.timedelta(hours=12)
_TOUCH = datetime.timedelta(seconds=60)  # `seen` is this exact, to spare a write per request


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of somebody."""

    user: User
    digest: bytes
    csrf: str  # must come with whatever changes something
    created: datetime.datetime


class SignInLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in as its owner sees it."""

    created: datetime.datetime
    seen: datetime.datetime
    address: str
    agent: str
    own: bool


async def sign_in(database: Database, user: User, address: str, agent: str) -> str:
    """Begin a sign-in and return the secret for the cookie."""
    secret = new_secret()
    async with database.transaction() as client:
        await client.execute(
            "DELETE FROM sign_in WHERE created < now() - $1::interval "
            "OR seen < now() - $2::interval",
            LONGEST,
            IDLE,
        )
        await client.execute(
            "INSERT INTO sign_in (digest, account_id, csrf, address, agent) "
            "VALUES ($1, $2, $3, $4, $5)",
            digest(secret),
            user.id,
            new_secret(),
            address[:100],
            agent[:300].replace("\0", ""),
        )
    return secret


async def current(database: Database, secret: str, *, passive: bool) -> SignIn | None:
    """The sign-in that a cookie stands for, None where it has ended.

    Args:
        passive: the page asked by itself, so that nobody needs to be there: not a use.
    """
    key = digest(secret)
    async with database.transaction() as client:
        row = await client.fetchrow(
            "SELECT a.id, a.name, a.roles, a.disabled, s.csrf, s.created, "
            "s.seen < now() - $4::interval AS stale FROM sign_in s "
            "JOIN account a ON a.id = s.account_id WHERE s.digest = $1 AND NOT a.disabled "
            "AND s.created > now() - $2::interval AND s.seen > now() - $3::interval",
            key,
            LONGEST,
            IDLE,
            _TOUCH,
        )
        if row is None:
            return None
        if row["stale"] and not passive:
            await client.execute("UPDATE sign_in SET seen = now() WHERE digest = $1", key)
    return SignIn(user=user_of(row), digest=key, csrf=row["csrf"], created=row["created"])


async def sign_out(database: Database, key: bytes) -> None:
    """End one sign-in."""
    async with database.transaction() as client:
        await client.execute("DELETE FROM sign_in WHERE digest = $1", key)


async def sign_out_elsewhere(database: Database, user: User, key: bytes) -> int:
    """End all sign-ins of an account but one; returns how many."""
    async with database.transaction() as client:
        status: str = await client.execute(
            "DELETE FROM sign_in WHERE account_id = $1 AND digest <> $2", user.id, key
        )
    return int(status.rsplit(" ", 1)[1])


async def of_user(database: Database, user: User, key: bytes) -> list[SignInLine]:
    """Where somebody is signed in, the latest first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT created, seen, address, agent, digest = $2 AS own FROM sign_in "
            "WHERE account_id = $1 AND created > now() - $3::interval "
            "AND seen > now() - $4::interval ORDER BY seen DESC LIMIT 50",
            user.id,
            key,
            LONGEST,
            IDLE,
        )
    return [SignInLine(**row) for row in rows]
