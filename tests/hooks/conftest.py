"""One run of the app that calls the whole catalogue, shared by the tests of this folder."""

import asyncio

import pytest

from tests.hooks.calling import Calls, call_everything


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """What the app said about its calls, and what was recorded of them."""
    return asyncio.run(call_everything(tmp_path_factory.mktemp("everything")))
