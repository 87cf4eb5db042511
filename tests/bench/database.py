"""What benches over a database begin with: a server of their own, and a line for each figure."""

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from farm.campaign.database import migrate
from farm.campaign.postgres import EmbeddedPostgres


@asynccontextmanager
async def fresh_database() -> AsyncIterator[tuple[Path, str]]:
    """A folder that goes at the end, and the address of a migrated database in it."""
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # a root user's server runs as another account
        async with EmbeddedPostgres(folder / "server", tcp=True) as server:
            url = server.connection.tcp_url()
            await migrate(url)
            yield folder, url


def say(line: str) -> None:
    """Print a figure at once: the next may take minutes."""
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()
