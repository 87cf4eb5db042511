"""How commands reach the campaign database and the store: embedded and local unless told."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from farm.campaign.database import Database, migrate
from farm.campaign.postgres import EmbeddedPostgres
from farm.campaign.store import Store
from farm.session.settings import default_home

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="FARM_DATABASE",
        metavar="URL",
        help="postgresql://USER:PASSWORD@HOST/NAME [default: a server of the lab's own].",
    ),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="FARM_STORE",
        metavar="URL",
        help="A folder, or s3://BUCKET/PREFIX [default: the folder `store` of the lab].",
    ),
]
HomeOption = Annotated[
    Path | None, typer.Option(help="The lab's folder [default: $FARM_HOME or ~/.farm].")
]


@contextlib.asynccontextmanager
async def campaign_database(
    url: str, home: Path | None, *, connections: int = 4
) -> AsyncIterator[Database]:
    """Open the database, bring its schema up to date, and start a server where none is given."""
    async with contextlib.AsyncExitStack() as stack:
        if not url:
            folder = home or default_home()
            folder.mkdir(parents=True, exist_ok=True)
            server = await stack.enter_async_context(EmbeddedPostgres(folder))
            url = server.url
        await migrate(url)
        yield await stack.enter_async_context(Database(url, connections=connections))


def open_store(address: str, home: Path | None) -> Store:
    """Open the store."""
    return Store(address or str((home or default_home()) / "store"))
