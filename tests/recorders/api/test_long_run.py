"""Many calls in a row: none is lost, and the app's process stops growing."""

import os
from pathlib import Path

from farm.model.events import Call, Heartbeat
from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import Portal, Victim

CALLS = 100_000
MOST_GROWTH = 3 * 2**20  # 31 bytes a call: less than what a Java object and its reference take


def resident(pid: int) -> int:
    """Bytes of the process that lie in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def arrived(hooked: Hooked, count: int) -> None:
    """So many events are written."""
    await until(lambda: len(hooked.writer.events) >= count, 60)


async def test_calls_neither_get_lost_nor_stay_in_the_apps_memory(portal: Portal) -> None:
    # A heap that is full early, as a phone's is: else Java's own garbage looks like a leak.
    async with Victim(portal, heap="24m") as victim, Hooked(portal, victim) as hooked:
        sizes = []
        for _ in range(2):
            before = len(hooked.writer.events)
            await victim.do(f"many {CALLS}", 150)
            await arrived(hooked, before + CALLS)
            sizes.append(resident(victim.pid))
        await hooked.stop()
    assert len(hooked.bodies(Call)) == 2 * CALLS
    assert sizes[1] - sizes[0] < MOST_GROWTH
    assert {one.counts["dropped"] for one in hooked.bodies(Heartbeat)} == {0}
    assert hooked.gaps(GapCause.EVENTS_DROPPED) == []
