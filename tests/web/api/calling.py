"""Programs that use the API in tests: each with a token of an account of its own."""

import httpx

from farm.web.accounts import tokens, users
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from tests.web.visiting import Site


async def token_of(site: Site, name: str, roles: list[Role], scopes: list[Scope]) -> str:
    """A token of a new account."""
    user = await users.add(site.database, name, "no password", roles)
    return await tokens.create(site.database, user, "test", scopes, 1)


async def program(site: Site, name: str, roles: list[Role], *scopes: Scope) -> httpx.AsyncClient:
    """A client with a token."""
    visit = await site.visit()
    secret = await token_of(site, name, roles, list(scopes))
    visit.client.headers["authorization"] = f"Bearer {secret}"
    return visit.client
