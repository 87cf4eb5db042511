"""Hooked calls a second, each with its value and its Java stack on record; and the app's own price.

A real JVM, the shipped bundle and the api recorder. Bare: the same loop in a process without hooks.
"""

import asyncio
import statistics
import sys
import time

from farm.recorders.api.build import build_bundle
from tests.recorders.api.hooked import Hooked
from tests.recorders.api.victim import Portal, Victim

CALLS = 20_000
ROUNDS = 3
API = "telephony.device_id"


async def measure() -> None:
    """Call one hooked method in a loop and wait until every call is an event."""
    await asyncio.to_thread(build_bundle)
    in_app: list[float] = []
    recorded: list[float] = []
    async with Portal() as portal:
        async with Victim(portal) as bare:
            await bare.do(f"many {CALLS}")
            bare_ns = int(await bare.do(f"many {CALLS}")) / CALLS
        async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
            await victim.do(f"many {CALLS // 10}")
            await hooked.until_called(API, CALLS // 10)
            for number in range(ROUNDS):
                began = time.perf_counter()
                in_app.append(int(await victim.do(f"many {CALLS}")) / 1e9)
                await hooked.until_called(API, CALLS // 10 + (number + 1) * CALLS)
                recorded.append(time.perf_counter() - began)
            await hooked.stop()
            lost = CALLS // 10 + ROUNDS * CALLS - len(hooked.calls(API))
            frames = statistics.median(len(call.stack) for call in hooked.calls(API))
    seconds = statistics.median(in_app)
    sys.stdout.write(
        f"hooked calls with value and stack ({frames:.0f} frames), {ROUNDS} x {CALLS} calls\n"
        f"  {CALLS / seconds:.0f} calls/s in the app ({seconds / CALLS * 1e6:.0f} us a call, "
        f"{bare_ns / 1000:.2f} us without hooks)\n"
        f"  {CALLS / statistics.median(recorded):.0f} calls/s until the last one is an event; "
        f"{lost} lost\n"
    )


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())
