"""30 phones in one controller: shell round trips, event-loop lag, memory per phone.

The twins run in a process of their own, so that the controller's figures are the controller's.
"""

import asyncio
import os
import statistics
import sys
import time

import psutil

from farm import paths
from farm.cli.embedded import EmbeddedTwins, TwinDescription
from farm.devices.adb import Adb
from farm.devices.pool import DevicePool
from farm.devices.profiles import load_profiles

PHONES = 30
CALLS = 20
_LAG_PERIOD = 0.01


async def measure() -> None:
    """Start the twins, lease all of them at once, and print the figures."""
    twins = [TwinDescription(profile="xiaomi-mi8-android9-su")] * PHONES
    process = psutil.Process(os.getpid())
    async with EmbeddedTwins(twins) as embedded, Adb(port=embedded.adb_port) as adb:
        before = process.memory_info().rss
        async with DevicePool(load_profiles(paths.DEVICE_PROFILES), adb) as pool:
            await pool.settled()
            finished = asyncio.Event()
            round_trips: list[float] = []
            lags: list[float] = []

            async def use() -> None:
                async with pool.lease() as phone:
                    for _ in range(CALLS):
                        began = time.perf_counter()
                        await phone.shell("getprop", "ro.product.model")
                        round_trips.append(time.perf_counter() - began)
                    leased.release()
                    await finished.wait()

            async def watch_lag() -> None:
                while not finished.is_set():
                    began = time.perf_counter()
                    await asyncio.sleep(_LAG_PERIOD)
                    lags.append(time.perf_counter() - began - _LAG_PERIOD)

            leased = asyncio.Semaphore(0)
            async with asyncio.TaskGroup() as group:
                group.create_task(watch_lag())
                for _ in range(PHONES):
                    group.create_task(use())
                for _ in range(PHONES):
                    await leased.acquire()
                memory = process.memory_info().rss - before
                finished.set()
    hundredths = statistics.quantiles(round_trips, n=100)
    lag_hundredths = statistics.quantiles(lags, n=100)
    sys.stdout.write(
        f"{PHONES} phones in one controller, all asked at once, {len(round_trips)} shell calls\n"
        f"  round trip of a shell call: p50 {hundredths[49] * 1e3:.1f} ms, "
        f"p95 {hundredths[94] * 1e3:.1f} ms\n"
        f"  event-loop lag: p99 {lag_hundredths[98] * 1e3:.2f} ms\n"
        f"  memory per phone: {memory / PHONES / 2**20:.2f} MiB\n"
    )


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
