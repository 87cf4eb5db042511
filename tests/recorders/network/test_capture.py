"""What the capture writes about real traffic."""

import asyncio
import http.client
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from farm.model.events import (
    Gap,
    Heartbeat,
    Request,
    Response,
    Started,
    Stopped,
    TlsFailed,
    WebSocketMessage,
)
from farm.model.vocabulary import CANARY_HOST, GapCause
from farm.recorders.network import CaptureOptions, CaptureProcess, system_store_name
from farm.recorders.network.session_log import SessionLog
from farm.recording import Recording
from tests.recorders.network.conftest import bodies, events
from tests.recorders.network.servers import (
    plain_request,
    tls_request,
    trusting,
    tunnel,
    websocket_exchange,
)


async def test_requests_and_answers_with_all_their_bytes(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    status, body = await asyncio.to_thread(
        tls_request, session.port, "secure.example", "/a?b=1", trust, "POST", b"imei=1"
    )
    assert (status, body) == (200, b"imei=1")
    assert (await asyncio.to_thread(plain_request, session.port, "http://plain.example/p"))[
        0
    ] == 200
    await asyncio.sleep(0.3)
    await session.close()
    first, second = bodies(folder, Request)
    assert (first.method, first.scheme, first.host, first.port, first.path, first.body_size) == (
        *("POST", "https", "secure.example", 443, "/a?b=1"),
        6,
    )
    assert (second.scheme, second.host, second.port, second.path) == (
        *("http", "plain.example", 80),
        "/p",
    )
    assert first.address == "127.0.0.1"
    answers = bodies(folder, Response)
    assert [answer.status for answer in answers] == [200, 200]
    assert [answer.flow_id for answer in answers] == [first.flow_id, second.flow_id]
    written = events(folder)
    assert isinstance(written[0].body, Started) and isinstance(written[-1].body, Stopped)
    assert bodies(folder, Heartbeat)[-1].counts["requests"] == 2
    stamps = [event.t for event in written if isinstance(event.body, Request | Response)]
    assert first.started <= stamps[0] <= stamps[1] <= stamps[2] <= stamps[3]
    exchanges = list(Recording.open(folder).exchanges())
    assert [exchange.url for exchange in exchanges] == [
        "https://secure.example/a?b=1",
        "http://plain.example/p",
    ]
    assert exchanges[0].request_body == exchanges[0].response_body == b"imei=1"
    assert exchanges[0].flow_id == first.flow_id and exchanges[0].started == first.started


async def test_refusals_of_either_side(capture: CaptureProcess, folder: Path) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    with pytest.raises(ssl.SSLError):
        await asyncio.to_thread(
            tls_request, session.port, "secure.example", "/", ssl.create_default_context()
        )
    status, _ = await asyncio.to_thread(tls_request, session.port, "strange.example", "/", trust)
    assert status == 502
    await asyncio.to_thread(tls_request, session.port, "secure.example", "/", trust)
    await session.close()
    app, server = bodies(folder, TlsFailed)[:2]
    assert (app.host, app.port, app.side) == ("secure.example", 443, "app")
    assert (server.host, server.side) == ("strange.example", "server")
    opened, closed = bodies(folder, Gap)
    assert opened.cause is GapCause.TLS_REFUSED and opened.scope == "secure.example"
    assert opened.end is None and closed.gap_id == opened.gap_id and closed.end is not None
    broken = next(answer for answer in bodies(folder, Response) if answer.error)
    assert "ertificate" in broken.error


async def test_a_gap_is_of_one_host_and_port_and_opens_again(folder: Path) -> None:
    log = SessionLog("s", folder, resumed=False)
    log.tls_failed("a.example", 443, "app", "pinned", 1000)
    log.tls_failed("a.example", 443, "app", "pinned", 2000)  # the same gap
    log.tls_worked("a.example", 8443)  # says nothing of port 443
    log.tls_worked("b.example", 443)
    assert [gap.end for gap in bodies(folder, Gap)] == [None]
    log.tls_worked("a.example", 443)
    log.tls_failed("a.example", 443, "app", "pinned", 3000)  # a library that refuses goes on
    log.close()
    first, closed, second = bodies(folder, Gap)
    assert (first.start, first.gap_id) == (1000, closed.gap_id)
    assert closed.end is not None and closed.end > 1000
    assert (second.start, second.end) == (3000, None) and second.gap_id != first.gap_id


async def test_requests_carry_the_random_of_the_apps_client_hello(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    sent: list[bytes] = []

    def ask() -> None:
        """TLS by hand, so that the bytes of the hello are known."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trusting(capture.ca_certificate).wrap_bio(
            incoming, outgoing, server_hostname="secure.example"
        )
        with socket.create_connection(("127.0.0.1", session.port), timeout=10) as stream:
            stream.sendall(b"CONNECT secure.example:443 HTTP/1.1\r\n\r\n")
            while b"\r\n\r\n" not in stream.recv(4096):
                pass

            def step(work: Callable[[], object]) -> object:
                while True:
                    try:
                        return work()
                    except ssl.SSLWantReadError:
                        sent.append(outgoing.read())
                        stream.sendall(sent[-1])
                        incoming.write(stream.recv(65536))

            step(client.do_handshake)
            client.write(b"GET / HTTP/1.1\r\nHost: secure.example\r\n\r\n")
            stream.sendall(outgoing.read())
            step(lambda: client.read(65536))

    await asyncio.to_thread(ask)
    await asyncio.to_thread(plain_request, session.port, "http://plain.example/p")
    await session.close()
    secure, plain = bodies(folder, Request)
    # Record header 5, handshake header 4, version 2 bytes; then the random (RFC 8446, 4.1.2).
    assert secure.client_random == sent[0][11:43]
    assert len(set(secure.client_random)) > 8
    assert plain.client_random == b""


async def test_a_connection_closed_after_its_handshake_is_a_gap(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)

    def pin() -> None:
        with tunnel(session.port, "secure.example", trusting(capture.ca_certificate)) as connection:
            connection.connect()

    await asyncio.to_thread(pin)
    await asyncio.sleep(0.2)
    await session.close()
    assert [failed.host for failed in bodies(folder, TlsFailed)] == ["secure.example"]
    assert [gap.cause for gap in bodies(folder, Gap)] == [GapCause.TLS_REFUSED]


async def test_websocket_messages(capture: CaptureProcess, folder: Path) -> None:
    session = await capture.open(folder)
    answer = await asyncio.to_thread(
        websocket_exchange,
        *(session.port, "secure.example", trusting(capture.ca_certificate), b"android_id=9"),
    )
    assert answer == b"android_id=9"
    await session.close()
    sent, received = bodies(folder, WebSocketMessage)
    assert (sent.from_app, received.from_app, sent.index, received.index) == (True, False, 0, 1)
    assert sent.is_text and sent.size == 12
    (exchange,) = Recording.open(folder).exchanges()
    assert [message.content for message in exchange.messages] == [b"android_id=9"] * 2


async def test_the_canary_never_leaves(capture: CaptureProcess, folder: Path) -> None:
    session = await capture.open(folder)
    assert not await session.canary_seen("token-1", 0.05)
    waiting = asyncio.to_thread(plain_request, session.port, f"http://{CANARY_HOST}/token-1")
    assert (await waiting)[0] == 204
    assert await session.canary_seen("token-1", 5)
    assert [request.path for request in bodies(folder, Request)] == ["/token-1"]
    await session.close()


@pytest.mark.parametrize("claim", [CANARY_HOST, f"X.{CANARY_HOST.upper()}.", f"{CANARY_HOST}:80"])
async def test_nobody_hides_behind_the_canarys_name(
    capture: CaptureProcess, options: CaptureOptions, folder: Path, claim: str
) -> None:
    """What goes to the canary is not searched: an app must not send elsewhere under its name."""
    session = await capture.open(folder)
    plain = options.hosts["plain.example:80"][1]

    def send() -> None:
        with socket.create_connection(("127.0.0.1", session.port), timeout=10) as stream:
            stream.sendall(
                f"GET http://127.0.0.1:{plain}/?imei=1 HTTP/1.1\r\nHost: {claim}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            while stream.recv(65536):
                pass

    await asyncio.to_thread(send)
    refusing = ssl.create_default_context()  # does not know the capture's certificate
    with (
        socket.create_connection(("127.0.0.1", session.port), timeout=10) as stream,
        pytest.raises(ssl.SSLError),
    ):
        stream.sendall(b"CONNECT strange.example:443 HTTP/1.1\r\n\r\n")
        stream.recv(1000)
        await asyncio.to_thread(refusing.wrap_socket, stream, server_hostname=CANARY_HOST)
    await asyncio.sleep(0.3)
    await session.close()
    hosts = {request.host for request in bodies(folder, Request)}
    assert "127.0.0.1" in hosts and not any(CANARY_HOST in host.lower() for host in hosts)
    assert [exchange.host for exchange in Recording.open(folder).exchanges()] == ["127.0.0.1"]
    assert {one.host for one in bodies(folder, TlsFailed)} == {"strange.example"}


async def test_large_bodies_pass_whole_and_are_kept_to_the_bound(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    _, body = await asyncio.to_thread(
        tls_request, session.port, "secure.example", "/big/1000000", trust
    )
    assert len(body) == 1_000_000
    sent = b"y" * 300_000
    _, echo = await asyncio.to_thread(
        tls_request, session.port, "secure.example", "/", trust, "POST", sent
    )
    assert echo == sent
    await session.close()
    big, posted = Recording.open(folder).exchanges()
    assert (big.truncated, len(big.response_body)) == (["response"], 200_000)
    assert posted.truncated == ["request", "response"] and len(posted.request_body) == 200_000
    assert [answer.body_size for answer in bodies(folder, Response)] == [1_000_000, 300_000]
    assert bodies(folder, Request)[1].body_size == 300_000


async def test_hostile_requests_are_recorded_and_bounded(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    path = b"/\xff\xfe<script>\x1b[31m'\"../../" + b"A" * 30_000
    raw = (
        b"GET http://plain.example%s HTTP/1.1\r\nHost: plain.example\r\nX: \xff\xfe\r\n"
        b"Connection: close\r\n\r\n" % path
    )

    def send() -> None:
        with socket.create_connection(("127.0.0.1", session.port), timeout=10) as stream:
            stream.sendall(raw)
            while stream.recv(65536):
                pass

    await asyncio.to_thread(send)
    await asyncio.to_thread(plain_request, session.port, "http://plain.example/after")
    await session.close()
    seen = bodies(folder, Request)
    assert seen[-1].path == "/after"
    assert all(len(request.path) <= 8192 for request in seen)
    assert [exchange.path for exchange in Recording.open(folder).exchanges()][-1] == "/after"


async def test_a_server_that_is_not_there_is_recorded(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    with pytest.raises((OSError, http.client.HTTPException)):
        await asyncio.to_thread(
            tls_request,
            *(session.port, "nobody.invalid", "/", trusting(capture.ca_certificate)),
        )
    await session.close()
    assert "nobody.invalid" in {request.host for request in bodies(folder, Request)}
    assert any(answer.error for answer in bodies(folder, Response))


async def test_the_name_in_androids_store_is_openssls(capture: CaptureProcess) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        ["openssl", "x509", "-noout", "-subject_hash_old"],
        input=capture.ca_certificate,
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert system_store_name(capture.ca_certificate) == done.stdout.decode().strip() + ".0"


async def test_the_key_is_readable_by_its_owner_alone(
    capture: CaptureProcess, home: Path, options: CaptureOptions
) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()}
    assert modes["mitmproxy-ca.pem"] == 0o600 and home.stat().st_mode & 0o777 == 0o700
