"""Reading traffic back: also of connections that are no HTTP."""

from pathlib import Path

import msgspec
from mitmproxy import connection, tcp, udp
from mitmproxy.io import FlowWriter

from farm.model.exchange import Message
from farm.recording import Recording
from farm.recording.flows import CONTINUES, read_exchanges
from tests.detect.builders import Scene
from tests.report.builders import _flow as flow_of
from tests.report.builders import write


def test_bare_connections_come_back_with_their_bytes(tmp_path: Path) -> None:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    server = connection.Server(address=("push.example", 5222))
    stream = tcp.TCPFlow(client, server)
    stream.messages = [
        tcp.TCPMessage(True, b"\x01hello", 5.5),  # type: ignore[no-untyped-call]
        tcp.TCPMessage(False, b"\x02", 6.0),  # type: ignore[no-untyped-call]
    ]
    datagrams = udp.UDPFlow(client, connection.Server(address=("ntp.example", 123)))
    datagrams.messages = [udp.UDPMessage(True, b"\x23", 7.0)]  # type: ignore[no-untyped-call]
    path = tmp_path / "flows.mitm"
    with path.open("wb") as file:
        writer = FlowWriter(file)  # type: ignore[no-untyped-call]
        writer.add(stream)
        writer.add(datagrams)
    first, second = read_exchanges(path)
    assert (first.scheme, first.host, first.port, first.url) == (
        "tcp",
        "push.example",
        5222,
        "tcp://push.example:5222",
    )
    assert [(one.from_app, one.content, one.time) for one in first.messages] == [
        (True, b"\x01hello", 5_500_000_000),
        (False, b"\x02", 6_000_000_000),
    ]
    assert (second.scheme, second.messages[0].content) == ("udp", b"\x23")


def test_one_exchange_is_the_same_alone_as_among_the_others(tmp_path: Path) -> None:
    scene = Scene()
    asked = scene.flow(1000, "a.example", body=b"mentions flow3 and flow2")
    scene.flow(2000, "b.example", messages=[Message(from_app=True, content=b"1", is_text=True,
                                                    time=3)])  # fmt: skip
    scene.flow(3000, "c.example", path="/flow1")
    folder = write(scene, tmp_path / "recording")
    # A long WebSocket stands in the file in pieces.
    later = msgspec.structs.replace(scene.exchanges[1], flow_id="piece")
    with (folder / "flows.mitm").open("ab") as file:
        piece = flow_of(later)
        piece.metadata[CONTINUES] = "flow2"
        FlowWriter(file).add(piece)  # type: ignore[no-untyped-call]
    recording = Recording.open(folder)
    together = {one.flow_id: one for one in recording.exchanges()}
    assert set(together) == {"flow1", "flow2", "flow3"}
    for flow_id, exchange in together.items():
        assert recording.exchange(flow_id) == exchange
    assert asked == "flow1"
    assert len(together["flow2"].messages) == 2
    assert recording.exchange("flow") is None
    assert recording.exchange("mentions") is None


def test_a_torn_last_flow_is_no_exchange(tmp_path: Path) -> None:
    scene = Scene()
    scene.flow(1000, "a.example")
    scene.flow(2000, "b.example")
    folder = write(scene, tmp_path / "recording")
    path = folder / "flows.mitm"
    path.write_bytes(path.read_bytes()[:-5])
    recording = Recording.open(folder)
    assert recording.exchange("flow1") is not None
    assert recording.exchange("flow2") is None
