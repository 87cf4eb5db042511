"""Lines of a stream that may be cut anywhere, and of any length."""

import asyncio

from farm.devices.adb_streams import lines


async def read(*pieces: bytes) -> list[str]:
    reader = asyncio.StreamReader()

    async def feed() -> None:
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()

    async with asyncio.TaskGroup() as group:
        group.create_task(feed())
        return [line async for line in lines(reader)]


async def test_lines_that_are_cut_in_pieces_come_whole() -> None:
    assert await read(b"on", b"e\r\ntw", b"o\n\nthree\nrest") == ["one", "two", "", "three"]


async def test_characters_that_are_cut_in_pieces_come_whole() -> None:
    word = "同意\n".encode()
    assert await read(word[:2], word[2:4], word[4:]) == ["同意"]


async def test_what_is_no_text_is_replaced() -> None:
    assert await read(b"a\xff\n") == ["a\ufffd"]


async def test_a_line_without_end_takes_bounded_room() -> None:
    found = await read(*[b"x" * 50_000] * 40, b"\nnext\n")
    assert [len(line) for line in found] == [64 * 1024, 4]
