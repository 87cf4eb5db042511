"""WebSockets reach the disk while they last."""

import asyncio
import os
import signal
from pathlib import Path

from mitmproxy import http
from mitmproxy.io import FlowReader
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage as Frame
from wsproto.frame_protocol import Opcode

from farm.model.events import WebSocketMessage
from farm.recorders.network import CaptureProcess
from farm.recorders.network.session_log import SessionLog
from farm.recorders.network.websockets import WebSockets
from farm.recording import Recording
from farm.recording.files import FLOWS
from tests.recorders.api.hooked import until
from tests.recorders.network.conftest import bodies
from tests.recorders.network.servers import WebSocket, trusting


def messages(folder: Path) -> list[bytes]:
    """All messages of the recording's WebSockets, as analysis gets them."""
    exchanges = Recording.open(folder).exchanges()
    return [message.content for exchange in exchanges for message in exchange.messages]


async def test_messages_are_on_disk_while_the_socket_is_open(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    socket = await asyncio.to_thread(WebSocket, session.port, "secure.example", trust)
    for number in range(3):
        await asyncio.to_thread(socket.exchange, b"message %d" % number)
        await until(lambda wanted=2 * number + 2: len(messages(folder)) == wanted)  # type: ignore[misc]
    await asyncio.to_thread(socket.close)
    await session.close()
    assert messages(folder) == [b"message %d" % (number // 2) for number in range(6)]
    [exchange] = Recording.open(folder).exchanges()
    seen = bodies(folder, WebSocketMessage)
    assert [one.index for one in seen] == list(range(6))
    assert {one.flow_id for one in seen} == {exchange.flow_id}
    with (folder / FLOWS).open("rb") as file:  # mitmproxy itself reads every piece
        flows = list(FlowReader(file).stream())
    assert len({flow.id for flow in flows}) == len(flows) >= 3
    sockets = [flow.websocket for flow in flows if isinstance(flow, http.HTTPFlow)]
    assert sum(len(socket.messages) for socket in sockets if socket) == 6


async def test_a_capture_process_that_dies_takes_no_message_with_it(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    socket = await asyncio.to_thread(WebSocket, session.port, "secure.example", trust)
    await asyncio.to_thread(socket.exchange, b"imei=860000000000000")
    await until(lambda: len(messages(folder)) == 2)  # they reach the disk within a second
    os.kill(capture.pids[0], signal.SIGKILL)
    await asyncio.to_thread(socket.close, orderly=False)
    await session.close()
    assert messages(folder) == [b"imei=860000000000000"] * 2


def grown(flow: http.HTTPFlow, content: bytes) -> http.HTTPFlow:
    """One more message from the app."""
    assert flow.websocket is not None
    flow.websocket.messages.append(Frame(Opcode.BINARY, True, content, 1.0))
    return flow


def test_beyond_the_bound_sizes_stay_and_the_recording_says_so(folder: Path) -> None:
    log = SessionLog("s", folder, resumed=False)
    sockets = WebSockets(kept_bytes=1000)
    flow = tflow.twebsocketflow()
    assert flow.websocket is not None
    flow.websocket.messages.clear()
    for size in (600, 300, 200, 50):
        sockets.message(grown(flow, b"x" * size), log)
        sockets.flush(log)
        assert not flow.websocket.messages  # memory stays bounded too
    sockets.end(flow, log)
    log.close()
    assert [message.size for message in bodies(folder, WebSocketMessage)] == [600, 300, 200, 50]
    [exchange] = Recording.open(folder).exchanges()
    assert [len(message.content) for message in exchange.messages] == [600, 300, 0, 0]
    assert exchange.truncated == ["websocket"]


def test_a_large_message_does_not_wait_for_the_heartbeat(folder: Path) -> None:
    log = SessionLog("s", folder, resumed=False)
    flow = tflow.twebsocketflow()
    assert flow.websocket is not None
    flow.websocket.messages.clear()
    WebSockets().message(grown(flow, b"y" * (2 << 20)), log)
    assert [len(content) for content in messages(folder)] == [2 << 20]
    log.close()
