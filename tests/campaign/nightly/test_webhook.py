"""The webhook, against a real HTTP server on loopback that fails in every way a server can."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import pytest

from farm.campaign.nightly.webhook import notify
from tests.campaign.nightly.test_output import changed, night

WAITS = (0.01, 0.01)


class Receiver:
    """Answers with the given statuses in turn, the last one for ever; 0: hangs; -1: hangs up."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.address = ""
        self.tasks: list[asyncio.Task[None]] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            assert head[0].startswith("POST /farm ")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.heard.append((headers, body))
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if status == 0:
                await reader.read()
            elif status > 0:
                more = "location: http://127.0.0.1:1/\r\n" if status == 302 else ""
                writer.write(f"HTTP/1.1 {status} x\r\n{more}content-length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def receiver(*statuses: int) -> AsyncIterator[Receiver]:
    made = Receiver(*statuses)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/farm"
    async with server:
        yield made
    await asyncio.gather(*made.tasks)


async def test_a_night_is_told_once_and_signed() -> None:
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
    async with receiver(204) as there:
        assert await notify(night(changed()), there.address, secret, waits=WAITS) == ""
    ((headers, body),) = there.heard
    assert json.loads(body)["reported"][0]["package"] == "com.example"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(b"0123456789abcdef", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


@pytest.mark.parametrize("first", [500, 503, 429, -1, 0])
async def test_what_may_pass_is_tried_again_under_the_same_name(first: int) -> None:
    async with receiver(first, 200) as there:
        told = await notify(night(changed()), there.address, waits=WAITS, seconds=0.5)
    assert told == ""
    names = [headers["webhook-id"] for headers, _ in there.heard]
    assert len(names) == 2 and len(set(names)) == 1
    assert "webhook-signature" not in there.heard[0][0]


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (302, 1), (500, 3), (0, 3)])
async def test_what_cannot_be_told_is_said_and_ends(status: int, tries: int) -> None:
    async with receiver(status) as there:
        told = await notify(night(changed()), there.address, waits=WAITS, seconds=0.3)
    assert there.address in told and (not status or str(status) in told)
    assert len(there.heard) == tries


async def test_nobody_there_is_said() -> None:
    async with receiver(200) as there:
        pass
    assert "ConnectError" in await notify(night(changed()), there.address, waits=WAITS)
