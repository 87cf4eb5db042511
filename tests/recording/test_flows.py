"""Reading traffic back: also of connections that are no HTTP."""

from pathlib import Path

from mitmproxy import connection, tcp, udp
from mitmproxy.io import FlowWriter

from farm.recording.flows import read_exchanges


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
