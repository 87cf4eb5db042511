"""A process that is nothing but a controller. Usage: controller_process URL LEASE"""

import asyncio
import sys

from farm.campaign.controller import Controller
from farm.campaign.database import Database


async def main() -> None:
    """Tick until killed."""
    async with Database(sys.argv[1]) as database:
        await Controller(database, lease=float(sys.argv[2]), interval=0.1).run()


if __name__ == "__main__":
    asyncio.run(main())
