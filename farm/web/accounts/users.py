"""Accounts in the database. Knows no request."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.web.accounts.roles import Permission, Role, permissions

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account."""

    id: int
    name: str
    roles: tuple[Role, ...]
    disabled: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the account's roles allow."""
        return permissions(self.roles)


def check_name(name: str) -> str:
    """Return the name of an account.

    Raises:
        UsageError: it is not one.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:80]!r}: expected up to 40 lower-case letters, digits, dots, dashes and "
            "underscores, beginning with a letter or digit"
        )
    return name


def check_roles(names: Sequence[str]) -> tuple[Role, ...]:
    """Return roles by their names, each once.

    Raises:
        UsageError: there is no such role, or none is named.
    """
    known = {str(role) for role in Role}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        said = f"unknown role {unknown[0]!r}" if unknown else "no role is named"
        raise UsageError(f"--role: {said}; expected {', '.join(Role)}")
    return tuple(role for role in Role if role in names)


async def add(database: Database, name: str, password: str, roles: Sequence[Role]) -> User:
    """Add an account; `password` is the encoded hash.

    Raises:
        UsageError: the name is taken.
    """
    async with database.transaction() as client:
        number = await client.fetchval(
            "INSERT INTO account (name, password, roles) VALUES ($1, $2, $3) "
            "ON CONFLICT (name) DO NOTHING RETURNING id",
            check_name(name),
            password,
            [str(role) for role in roles],
        )
    if number is None:
        raise UsageError(f"{name}: there is an account of that name; see `farm web user list`")
    return User(id=number, name=name, roles=tuple(roles))


async def by_name(database: Database, name: str) -> tuple[User, str] | None:
    """The account of that name and its encoded password, None where there is none."""
    async with database.transaction() as client:
        row = await client.fetchrow(
            "SELECT id, name, roles, disabled, password FROM account WHERE name = $1", name
        )
    return None if row is None else (user_of(row), row["password"])


async def everybody(database: Database) -> list[User]:
    """All accounts by name."""
    async with database.transaction() as client:
        rows = await client.fetch("SELECT id, name, roles, disabled FROM account ORDER BY name")
    return [user_of(row) for row in rows]


async def set_password(
    database: Database, name: str, password: str, *, keep: bytes | None = None
) -> None:
    """Change the encoded password and end the account's sign-ins but the one with digest `keep`.

    Raises:
        UsageError: there is no such account.
    """
    async with database.transaction() as client:
        number = await client.fetchval(
            "UPDATE account SET password = $2, password_changed = now() WHERE name = $1 "
            "RETURNING id",
            name,
            password,
        )
        _check(number, name)
        await client.execute(
            "DELETE FROM sign_in WHERE account_id = $1 AND digest IS DISTINCT FROM $2",
            number,
            keep,
        )


async def renew_hash(database: Database, user: User, password: str) -> None:
    """Keep the same password under a stronger hash; sign-ins stay."""
    async with database.transaction() as client:
        await client.execute("UPDATE account SET password = $2 WHERE id = $1", user.id, password)


async def set_roles(database: Database, name: str, roles: Sequence[Role]) -> None:
    """Change what an account may do, from its next request on.

    Raises:
        UsageError: there is no such account.
    """
    async with database.transaction() as client:
        number = await client.fetchval(
            "UPDATE account SET roles = $2 WHERE name = $1 RETURNING id",
            name,
            [str(role) for role in roles],
        )
    _check(number, name)


async def set_disabled(database: Database, name: str, disabled: bool) -> None:
    """Lock an account out, or let it in again. What it did stays on record.

    Raises:
        UsageError: there is no such account.
    """
    async with database.transaction() as client:
        number = await client.fetchval(
            "UPDATE account SET disabled = $2 WHERE name = $1 RETURNING id", name, disabled
        )
        _check(number, name)
        if disabled:
            await client.execute("DELETE FROM sign_in WHERE account_id = $1", number)
            await client.execute(
                "UPDATE api_token SET revoked = now() WHERE account_id = $1 AND revoked IS NULL",
                number,
            )


def user_of(row: Any) -> User:
    """An account from a row with id, name, roles and disabled."""
    return User(
        id=row["id"],
        name=row["name"],
        roles=tuple(role for role in Role if role in row["roles"]),
        disabled=row["disabled"],
    )


def _check(number: int | None, name: str) -> None:
    if number is None:
        raise UsageError(f"{name[:80]}: there is no such account; see `farm web user list`")
