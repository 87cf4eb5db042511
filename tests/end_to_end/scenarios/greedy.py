"""Fill the disk that the recording is on, then ask for a picture: a file that finds no room."""

import asyncio
from pathlib import Path

from farm.scenario import Screen, Step, scenario
from tests.end_to_end.full_disk import fill_disk

_PAGE = 4096
_ROOM_FOR_NO_FAILURE = 200


@scenario(title="Greedy", title_zh="占满磁盘", duration=60)
async def greedy(screen: Screen, step: Step, ballast: str = "", stream: str = "") -> None:
    """Fill it to the last byte without letting anything else run between.

    What is left of the last page of the `stream` is room even on a full disk, so the scenario
    waits until hardly any is left.
    """
    async with step("look", deadline=120):
        (path,) = Path(ballast).parent.glob(stream)
        while _PAGE - path.stat().st_size % _PAGE > _ROOM_FOR_NO_FAILURE:
            await asyncio.sleep(0.1)
        fill_disk(Path(ballast))
        await screen.observe(keep=True)
