"""Schemathesis throws valid and invalid requests at every operation that the API describes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.accounts import tokens, users
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from farm.web.api.operation import APK
from farm.web.api.operations import OPERATIONS
from farm.web.settings import WebSettings
from tests.web.filling import fill
from tests.web.standing import Standing

_SECRET: list[str] = []
schemathesis.serializer.alias(APK, "application/octet-stream")
_KNOWS_MORE = {"startCampaign", "listApps", "listCases", "giveIn"}


@pytest.fixture(scope="module")
def filled_url(empty_url: str, store_folder: Path) -> str:
    """A database with apps, cases and somebody who may do everything."""

    async def fill_it() -> None:
        async with Database(empty_url) as database:
            await fill(database, Store(str(store_folder)))
            user = await users.add(database, "all", "no password", list(Role))
            _SECRET[:] = [await tokens.create(database, user, "test", list(Scope), 1)]

    asyncio.run(fill_it())
    return empty_url


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of this module's own."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def api(
    filled_url: str, store_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[schemathesis.BaseSchema]:
    """The API as it describes itself, behind a real server."""
    wide = WebSettings(
        home=tmp_path_factory.mktemp("home"),
        largest_app=1 << 20,
        api_requests="100000/minute",
        uploads_each="100000/hour",
    )
    with Standing(filled_url, store_folder, wide) as standing:
        yield schemathesis.openapi.from_url(f"{standing.address}/api/v1/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_every_operation_keeps_its_word(api: Any, name: str, mode: GenerationMode) -> None:
    """Answers as described: status, content type and schema; wrong values and no token refused."""
    described = api.find_operation_by_id(name)
    # Whether an app, a scenario or a cursor exists, no schema can say.
    excluded = [positive_data_acceptance] if name in _KNOWS_MORE else []

    @given(case=described.as_strategy(generation_mode=mode))
    @settings(max_examples=12, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def check(case: Any) -> None:
        headers = {"Authorization": f"Bearer {_SECRET[0]}"}
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    check()
