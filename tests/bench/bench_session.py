"""The farm's own share of a session: phone leased, but neither app nor scenario running."""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

from farm.model.events import StateChange
from farm.model.vocabulary import Stream
from farm.recording import Recording
from tests.end_to_end.twin_lab import twin_lab

SESSIONS = 5
SCENARIO_SECONDS = 60.0


async def measure() -> None:
    """Run idle sessions on one twin and print what the farm itself cost."""
    overheads: list[float] = []
    states: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as folder:
        async with twin_lab(Path(folder)) as lab:
            for number in range(SESSIONS + 1):
                order = await lab.order("compliant", "launch_idle", settle=0)
                began = time.monotonic()
                result = await lab.inspect(order)
                if number == 0:  # warm-up: uiautomator2 and frida-server are brought to the phone
                    first = time.monotonic() - began
                    continue
                overheads.append(result.overhead_seconds)
                for name, seconds in _seconds_by_state(result.folder).items():
                    states.setdefault(name, []).append(seconds)
    middle = statistics.median(overheads)
    sys.stdout.write(
        f"overhead of a session on a twin, {SESSIONS} sessions after a first of {first:.1f} s\n"
        f"  {middle:.2f} s (from {min(overheads):.2f} to {max(overheads):.2f}), "
        f"{middle / (middle + SCENARIO_SECONDS):.1%} of a session whose scenario takes "
        f"{SCENARIO_SECONDS:.0f} s\n"
    )
    for name, values in states.items():
        sys.stdout.write(f"    {name:<11} {statistics.median(values):.2f} s\n")


def _seconds_by_state(folder: Path) -> dict[str, float]:
    entered = [
        (event.body.state, event.t)
        for event in Recording.open(folder).events(Stream.DEVICE)
        if isinstance(event.body, StateChange)
    ]
    return {
        str(state): (later - began) / 1e9
        for (state, began), (_, later) in itertools.pairwise(entered)
    }


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
