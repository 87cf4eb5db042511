import pytest

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.web.accounts import users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Permission, Role, permissions


async def test_only_the_password_itself_matches_its_hash() -> None:
    passwords = Passwords()
    encoded = await passwords.hash("correct horse battery")
    assert encoded.startswith("$argon2id$")
    assert await passwords.matches(encoded, "correct horse battery")
    assert not await passwords.matches(encoded, "correct horse batterx")
    assert not await passwords.matches(None, "nobody's password")
    assert not await passwords.matches("nonsense", "correct horse battery")


@pytest.mark.parametrize("length", [0, 11, 1025])
async def test_passwords_have_bounds(length: int) -> None:
    with pytest.raises(UsageError, match="password"):
        await Passwords().hash("x" * length)


async def test_names_are_taken_once(database: Database) -> None:
    await users.add(database, "vera", "hash", [Role.VIEWER])
    with pytest.raises(UsageError, match="vera"):
        await users.add(database, "vera", "hash", [Role.VIEWER])


@pytest.mark.parametrize("name", ["", "Vera", "../x", "a b", "x" * 41, "-a", "vera\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UsageError):
        users.check_name(name)


@pytest.mark.parametrize("names", [[], ["admin"], ["viewer", "Viewer"]])
def test_roles_that_are_none(names: list[str]) -> None:
    with pytest.raises(UsageError, match="role"):
        users.check_roles(names)


async def test_roles_change(database: Database) -> None:
    await users.add(database, "vera", "hash", [Role.VIEWER])
    await users.set_roles(database, "vera", [Role.REVIEWER, Role.TESTER])
    found = await users.by_name(database, "vera")
    assert found is not None
    assert set(found[0].roles) == {Role.REVIEWER, Role.TESTER}
    with pytest.raises(UsageError, match="nobody"):
        await users.set_roles(database, "nobody", [Role.VIEWER])


def test_only_reviewers_see_values_and_only_operators_touch_phones() -> None:
    for permission, role in (
        (Permission.UNMASK, Role.REVIEWER),
        (Permission.REVIEW, Role.REVIEWER),
        (Permission.PHONES, Role.OPERATOR),
    ):
        assert [one for one in Role if permission in permissions([one])] == [role]
