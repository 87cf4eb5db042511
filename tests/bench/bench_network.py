"""Proxied requests a second through the recorder, against mitmproxy alone, alternating.

Alone: the same mitmproxy in a process of its own with the same options and addons, bodies buffered,
as it ships, without our recorder; nothing is written. With: every event in `network.jsonl`, every
byte in `flows.mitm`. Both on the machine's same cores, over connections that are kept.
"""

import asyncio
import ssl
import statistics
import sys
import tempfile
import time
from pathlib import Path

from farm.recorders.network import CaptureOptions, CaptureProcess
from farm.recording import RecordingWriter
from tests.recorders.network.servers import Authority
from tests.recording.conftest import make_session

_ROUNDS = 4
_REQUESTS = 600
_CLIENTS = 8
_GOAL = 0.8

_PLAIN = """
import asyncio, logging, sys
from mitmproxy import options
from mitmproxy.addons import core, disable_h2c, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master
from farm.recorders.network.resolver import LabEventLoop
logging.getLogger().setLevel(logging.ERROR)
loop = LabEventLoop()
loop.overrides = {"bench.example:443": ("127.0.0.1", int(sys.argv[4])),
                  "bench.example:80": ("127.0.0.1", int(sys.argv[5]))}
async def main():
    master = Master(options.Options(confdir=sys.argv[1], mode=["regular@127.0.0.1:" + sys.argv[2]],
        ssl_verify_upstream_trusted_ca=sys.argv[3]))
    master.addons.add(core.Core(), disable_h2c.DisableH2C(), proxyserver.Proxyserver(),
        next_layer.NextLayer(), tlsconfig.TlsConfig())
    await master.run()
with asyncio.Runner(loop_factory=lambda: loop) as runner:
    runner.run(main())
"""


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()


async def _client(port: int, target: str, context: ssl.SSLContext | None, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if context:
        writer.write(b"CONNECT bench.example:443 HTTP/1.1\r\nHost: bench.example:443\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await writer.start_tls(context, server_hostname="bench.example")
    request = f"GET {target} HTTP/1.1\r\nHost: bench.example\r\n\r\n".encode()
    for _ in range(count):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        await reader.readexactly(1000)
    writer.close()


async def _rate(port: int, target: str, context: ssl.SSLContext | None) -> float:
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(_CLIENTS):
            tasks.create_task(_client(port, target, context, _REQUESTS // _CLIENTS))
    return _REQUESTS / (time.perf_counter() - began)


async def _run(folder: Path) -> None:
    authority = Authority()
    plain = await asyncio.start_server(_serve, "127.0.0.1", 0)
    secure = await asyncio.start_server(
        _serve, "127.0.0.1", 0, ssl=authority.issue("bench.example", folder)
    )
    http, https = (server.sockets[0].getsockname()[1] for server in (plain, secure))
    (folder / "trust.pem").write_bytes(authority.pem)
    RecordingWriter.create(folder / "r", make_session()).close()
    hosts = {
        "bench.example:443": ("127.0.0.1", https),
        "bench.example:80": ("127.0.0.1", http),
    }
    options = CaptureOptions(hosts=hosts, extra_trust=authority.pem)
    async with plain, secure, CaptureProcess(folder / "home", options) as capture:
        session = await capture.open(folder / "r")
        other = await asyncio.start_server(_serve, "127.0.0.1", 0)
        free = other.sockets[0].getsockname()[1]
        other.close()
        alone = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _PLAIN, str(folder / "home"), str(free)),
            *(str(folder / "trust.pem"), str(https), str(http)),
        )
        try:
            await asyncio.sleep(3)
            context = ssl.create_default_context(cadata=capture.ca_certificate.decode())
            for name, target, tls in (
                ("HTTP", "http://bench.example/", None),
                ("HTTPS", "/", context),
            ):
                pairs = [
                    (await _rate(session.port, target, tls), await _rate(free, target, tls))
                    for _ in range(_ROUNDS)
                ]
                ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
                sys.stdout.write(
                    f"{name}: recorder {ours:.0f}/s, mitmproxy alone {theirs:.0f}/s, "
                    f"ratio {ours / theirs:.2f} (goal {_GOAL})\n"
                )
        finally:
            alone.kill()
            await alone.wait()
        await session.close()


def main() -> None:
    """Print the rates and their ratio for HTTP and HTTPS."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_run(Path(folder)))
