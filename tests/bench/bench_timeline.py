"""The session page at the top end: 50,000 events and 200 MB of traffic; over HTTP on loopback.

`first` is opening it in a server that never saw it, its analysis already made by the lab.
"""

import asyncio
import resource
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from farm.campaign.database import Database, migrate
from farm.campaign.postgres import EmbeddedPostgres
from farm.campaign.store import Store
from farm.detect.analyse import analyse, analysis_bytes
from farm.detect.rules import load_rules
from farm.model.events import Request
from farm.model.vocabulary import Stream
from farm.recording import Recording, load_or_create_key, seal
from farm.web.accounts.roles import Role
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.bench.bench_detect import write_session
from tests.bench.database import say
from tests.web.serving import serving
from tests.web.visiting import Visit, visiting

ROUNDS = 30


def main() -> None:
    """Record, seal, judge, and visit."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as name:
        top = Path(name)
        top.chmod(0o711)
        flows = await asyncio.to_thread(_record, top / "home")
        async with EmbeddedPostgres(top / "server", tcp=True) as server:
            url = server.connection.tcp_url()
            await migrate(url)
            async with Database(url) as database:
                settings = WebSettings(home=top / "home", requests="1000000/minute")
                app = create_app(settings, database, Store(str(top / "store")))
                async with (
                    visiting(app, database) as site,
                    serving(app) as address,
                    httpx.AsyncClient(base_url=address, timeout=120) as client,
                ):
                    await site.person("bench", Role.VIEWER)
                    await Visit(client).sign_in("bench")
                    await _visit(client, flows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say(f"most memory, judging included: {peak:.0f} MB")


def _record(home: Path) -> list[str]:
    folder = home / "recordings" / "session-1"
    folder.parent.mkdir(parents=True)
    size = write_session(folder, 1)
    seal(folder, load_or_create_key(home / "key.pem"))
    recording = Recording.open(folder)
    began = time.perf_counter()
    analysis = analyse(recording, load_rules())
    say(f"judged in {time.perf_counter() - began:.1f} s, {size / 1e6:.0f} MB of flows")
    folder.with_name("session-1.analysis.json").write_bytes(analysis_bytes(analysis))
    return [
        event.body.flow_id
        for event in recording.events(Stream.NETWORK)
        if isinstance(event.body, Request)
    ]


async def _visit(client: httpx.AsyncClient, flows: list[str]) -> None:
    began = time.perf_counter()
    (await client.get("/sessions/session-1")).raise_for_status()
    say(f"first opening: {time.perf_counter() - began:.2f} s")
    await _times(client, "page", ["/sessions/session-1"])
    await _times(client, "window of everything", ["/sessions/session-1/window.json?bins=400"])
    windows = [f"/sessions/session-1/window.json?since={n}&until={n + 3}" for n in range(20)]
    await _times(client, "window of 3 s", windows)
    filtered = ["/sessions/session-1/window.json?stream=api&data_type=imei&bins=400"]
    await _times(client, "window, filtered", filtered)
    await _times(client, "one event", ["/sessions/session-1/events/api:20000"])
    spread = [flows[number * (len(flows) - 1) // 9] for number in range(10)]
    await _times(client, "a flow, not kept", [f"/sessions/session-1/flows/{one}" for one in spread])


async def _times(client: httpx.AsyncClient, what: str, paths: list[str]) -> None:
    took: list[float] = []
    for number in range(max(ROUNDS, len(paths)) if len(paths) < 10 else len(paths)):
        began = time.perf_counter()
        (await client.get(paths[number % len(paths)])).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    say(f"{what}: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms")
