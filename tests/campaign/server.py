"""A process that uses the embedded PostgreSQL of a home folder until its standard input closes."""

import asyncio
import sys
from pathlib import Path

from farm.campaign.postgres import EmbeddedPostgres


async def main() -> None:
    """Print the address over loopback once the server is up."""
    async with EmbeddedPostgres(Path(sys.argv[1]), tcp=True) as server:
        sys.stdout.write(server.connection.tcp_url() + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
