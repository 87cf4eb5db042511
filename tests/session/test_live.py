"""Following a recording: whole lines only, in order, to the very last one."""

import asyncio
from pathlib import Path

from farm.model.events import Event, Step, encode_event
from farm.model.vocabulary import Stream
from farm.session.live import follow


def _line(stream: Stream, n: int) -> bytes:
    body = Step(name=f"{stream}{n}", state="begin")
    return encode_event(Event(stream=stream, n=n, t=n, body=body)) + b"\n"


async def test_events_appear_as_they_are_written_and_torn_lines_wait(tmp_path: Path) -> None:
    finished = asyncio.Event()
    seen: list[str] = []

    async def watch() -> None:
        async for event in follow(tmp_path, finished):
            seen.append(event.reference)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(watch())
        path = tmp_path / "ui.jsonl"
        whole, torn = _line(Stream.UI, 0), _line(Stream.UI, 1)
        path.write_bytes(whole + torn[:10])
        while seen != ["ui:0"]:
            await asyncio.sleep(0.01)
        with path.open("ab") as file:
            file.write(torn[10:] + b"not json\n" + _line(Stream.UI, 2))
        (tmp_path / "api.jsonl").write_bytes(_line(Stream.API, 0))
        finished.set()
    assert [name for name in seen if name.startswith("ui")] == ["ui:0", "ui:1", "ui:2"]
    assert "api:0" in seen


async def test_nothing_written_ends_quietly(tmp_path: Path) -> None:
    finished = asyncio.Event()
    finished.set()
    assert [event async for event in follow(tmp_path, finished)] == []
