"""Tokens of the API: made by somebody for a program, with some of that person's permissions.

A token does at most what its scopes and its owner's roles both allow, now.
"""

import datetime
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.web.accounts.roles import Permission
from farm.web.accounts.secrets import digest, new_secret
from farm.web.accounts.users import User, user_of

PREFIX = "farm_"
LONGEST_DAYS = 366
_LONGEST_NAME = 80
_MOST = 50


class Scope(StrEnum):
    """What a token is for."""

    READ = "read"  # what its owner sees, masked
    CAMPAIGNS = "campaigns"  # start, pause, resume and cancel campaigns
    SELF_CHECK = "self_check"  # give in an app, and see what became of that one


SCOPE_PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.READ: frozenset({Permission.SEE}),
    Scope.CAMPAIGNS: frozenset({Permission.START, Permission.STEER}),
    Scope.SELF_CHECK: frozenset({Permission.SELF_CHECK}),
}


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was shown with a request."""

    id: int
    user: User
    scopes: tuple[Scope, ...]

    def may(self, permission: Permission) -> bool:
        """Whether its scopes and its owner's roles both allow it."""
        return permission in self.user.permissions and any(
            permission in SCOPE_PERMISSIONS[scope] for scope in self.scopes
        )


class TokenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A token as its owner sees it; the secret itself was shown once."""

    id: int
    name: str
    scopes: list[str]
    created: datetime.datetime
    expires: datetime.datetime
    used: datetime.datetime | None
    revoked: datetime.datetime | None


def check_scopes(names: Sequence[str]) -> tuple[Scope, ...]:
    """Return scopes by their names, each once.

    Raises:
        UsageError: there is no such scope, or none is named.
    """
    known = {str(scope) for scope in Scope}
    if not names or any(name not in known for name in names):
        raise UsageError(f"scopes: expected some of {', '.join(Scope)}")
    return tuple(scope for scope in Scope if scope in names)


async def create(
    database: Database, user: User, name: str, scopes: Sequence[Scope], days: int
) -> str:
    """Make a token and return its secret, which nobody can be shown again.

    Raises:
        UsageError: the name or the time is not usable, or there are too many tokens.
    """
    name = name.strip().replace("\0", "")
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise UsageError(f"name: expected 1 to {_LONGEST_NAME} characters")
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"days: expected 1 to {LONGEST_DAYS}, got {days}")
    secret = PREFIX + new_secret()
    async with database.transaction() as client:
        # One after another for one account, so that the bound holds.
        await client.fetchval("SELECT id FROM account WHERE id = $1 FOR UPDATE", user.id)
        valid = await client.fetchval(
            "SELECT count(*) FROM api_token WHERE account_id = $1 AND revoked IS NULL "
            "AND expires > now()",
            user.id,
        )
        if valid >= _MOST:
            raise UsageError(f"there are {valid} valid tokens; revoke those that nobody uses")
        await client.execute(
            "INSERT INTO api_token (digest, account_id, name, scopes, expires) "
            "VALUES ($1, $2, $3, $4, now() + make_interval(days => $5))",
            digest(secret),
            user.id,
            name,
            [str(scope) for scope in scopes],
            days,
        )
    return secret


async def by_secret(database: Database, secret: str) -> Token | None:
    """The token of a secret, None where there is none that is valid."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    async with database.transaction() as client:
        row = await client.fetchrow(
            "SELECT t.id AS token, t.scopes, a.id, a.name, a.roles, a.disabled, "
            "t.used IS NULL OR t.used < now() - interval '1 minute' AS stale "
            "FROM api_token t JOIN account a ON a.id = t.account_id WHERE t.digest = $1 "
            "AND t.revoked IS NULL AND t.expires > now() AND NOT a.disabled",
            digest(secret),
        )
        if row is None:
            return None
        if row["stale"]:
            await client.execute("UPDATE api_token SET used = now() WHERE id = $1", row["token"])
    return Token(
        id=row["token"],
        user=user_of(row),
        scopes=tuple(scope for scope in Scope if scope in row["scopes"]),
    )


async def of_user(database: Database, user: User) -> list[TokenLine]:
    """Somebody's tokens, valid ones first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT id, name, scopes, created, expires, used, revoked FROM api_token "
            "WHERE account_id = $1 ORDER BY revoked IS NOT NULL, id DESC LIMIT 200",
            user.id,
        )
    return [TokenLine(**row) for row in rows]


async def revoke(database: Database, user: User, number: int) -> str | None:
    """End one of somebody's own tokens; returns its name, None where there is no such one."""
    async with database.transaction() as client:
        name: str | None = await client.fetchval(
            "UPDATE api_token SET revoked = now() WHERE id = $1 AND account_id = $2 "
            "AND revoked IS NULL RETURNING name",
            number,
            user.id,
        )
    return name
