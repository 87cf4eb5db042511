"""People who visit the web page in tests: they sign in through the form, as everybody does."""

import contextlib
import re
from collections.abc import AsyncIterator, Mapping

import httpx
from starlette.types import ASGIApp

from farm.campaign.database import Database
from farm.web.accounts import users
from farm.web.accounts.passwords import Passwords
from farm.web.accounts.roles import Role

PASSWORD = "correct horse battery"
_hashed: list[str] = []
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Visit:
    """One browser: keeps cookies, brings the token of the last page it saw."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.csrf = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        answer = await self.client.get(
            path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        return self._learn(answer)

    async def post(self, path: str, fields: Mapping[str, object] | None = None) -> httpx.Response:
        """Send a form with its token."""
        data = {"csrf": self.csrf, **(fields or {})}
        return self._learn(await self.client.post(path, data=data))

    def _learn(self, answer: httpx.Response) -> httpx.Response:
        if found := _TOKEN.search(answer.text):
            self.csrf = found[1]
        return answer

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the form, then look at a page to learn the new token."""
        await self.get("/sign-in")
        answer = await self.post("/sign-in", {"name": name, "password": password, "next": "/"})
        await self.get("/account")
        return answer


class Site:
    """One application with its database."""

    def __init__(self, app: ASGIApp, database: Database, stack: contextlib.AsyncExitStack) -> None:
        self.app = app
        self.database = database
        self._stack = stack

    async def database_count(self, table: str) -> int:
        """Rows of a table."""
        async with self.database.transaction() as client:
            count: int = await client.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
        return count

    async def visit(self, language: str = "en") -> Visit:
        """A browser that nobody has signed in with."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://127.0.0.1",
            headers={"accept-language": language},
        )
        return Visit(await self._stack.enter_async_context(client))

    async def person(self, name: str, *roles: Role, language: str = "en") -> Visit:
        """Somebody with an account, signed in."""
        if not _hashed:  # it takes its time, on purpose
            _hashed.append(await Passwords().hash(PASSWORD))
        await users.add(self.database, name, _hashed[0], roles or (Role.VIEWER,))
        visit = await self.visit(language)
        answer = await visit.sign_in(name)
        assert answer.status_code == 303, answer.text
        return visit


@contextlib.asynccontextmanager
async def visiting(app: ASGIApp, database: Database) -> AsyncIterator[Site]:
    """An application to visit; browsers close at the end."""
    async with contextlib.AsyncExitStack() as stack:
        yield Site(app, database, stack)
