"""A whole lab in one test: twins whose faults the test controls, their internet, and a real lab.

The controller side is the product's own; the test holds the twins only to pull their cables.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from farm.cli.twin_host import adb_server, run_adb, write_frida_files
from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.explore.loader import load
from farm.model.events import AnyBody, Event
from farm.model.finding import Analysis
from farm.model.vocabulary import Outcome, Stream
from farm.recording import Recording, verify
from farm.session.lab import Lab, Order, inspect_apk
from farm.session.live import follow
from farm.session.plan import SessionPlan, SessionResult
from farm.session.settings import LabSettings
from farm.twin.building.apk import APKS
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.runtime.options import RuntimeOptions, load_routes
from farm.twin.runtime.runtime import Runtime
from farm.twin.world import World

PARTIES = Path(__file__).parents[2] / "farm" / "cli" / "demo_data" / "parties.yaml"
SCENARIOS = Path(__file__).with_name("scenarios")
PROFILE = "xiaomi-mi8-android9-su"


class TwinLab:
    """What a test may use."""

    def __init__(
        self, lab: Lab, fleet: TwinFleet, world: World, adb_port: int, options: RuntimeOptions
    ) -> None:
        self.lab = lab
        self.fleet = fleet
        self.world = world
        self.adb_port = adb_port
        self.options = options

    @property
    def twin(self) -> TwinPhone:
        """The first twin."""
        return self.fleet.phones[0]

    async def order(self, app: str, scenario: str = "glance", settle: float = 0.5) -> Order:
        """Describe a session of a sample app; the tests' own scenarios go before the shipped."""
        apk = APKS / f"{app}.apk"
        own = SCENARIOS / f"{scenario}.py"
        return Order(
            apks=(apk,),
            app=await inspect_apk(apk),
            scenario=load(own if own.is_file() else scenario),
            settle_seconds=settle,
            wait_seconds=60,
            attempts=1,
        )

    async def inspect(
        self,
        order: Order,
        when: Callable[[AnyBody], bool] | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> SessionResult:
        """Run a session; once an event satisfies `when`, do `then` (pull a cable, say)."""
        finished = asyncio.Event()
        async with asyncio.TaskGroup() as group:

            async def watch(folder: Path) -> None:
                async for event in follow(folder, finished):
                    if when is not None and then is not None and when(event.body):
                        await then()
                        return

            def begin(plan: SessionPlan, serial: str) -> None:
                if when is not None:
                    group.create_task(watch(plan.folder))

            try:
                return await self.lab.inspect(order, begin)
            finally:
                finished.set()


@asynccontextmanager
async def twin_lab(
    folder: Path, profile: str = PROFILE, count: int = 1, home: Path | None = None
) -> AsyncIterator[TwinLab]:
    """Open a lab with `count` twins below `folder`; nothing of it is left afterwards."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World())
        hosts = folder / "hosts.json"
        world.write_hosts(hosts)
        certificates = folder / "world.pem"
        certificates.write_text(world.ca_pem)
        frida = folder / "frida"
        write_frida_files(frida)
        adb_port = await stack.enter_async_context(adb_server(0))
        options = RuntimeOptions(
            runtime_jar=build_runtime_jar(),
            routes=load_routes(hosts),
            world_certificates=[world.ca_pem],
        )
        fleet = await stack.enter_async_context(
            TwinFleet(lambda system: Runtime(system, options), certificates=[world.ca_pem])
        )
        for number in range(count):
            phone = await fleet.add(profile, seed=number, clock_offset_ns=number * 1_700_000_000)
            await run_adb(adb_port, "connect", phone.serial)
        lab = await stack.enter_async_context(
            Lab(
                LabSettings(
                    home=home or folder / "home",
                    adb_port=adb_port,
                    hosts=hosts,
                    upstream_certificates=certificates,
                    frida_files=frida,
                )
            )
        )
        yield TwinLab(lab, fleet, world, adb_port, options)


async def pull_cable(lab: TwinLab) -> None:
    """Let the first twin vanish."""
    await lab.twin.faults.unplug()
    await lab.lab.pool.adb.disconnect(lab.twin.serial)  # by USB the server sees it by itself


async def put_cable_back(lab: TwinLab) -> None:
    """Let it come back, as quick as ever."""
    lab.twin.faults.shell_delay = 0.0
    await lab.twin.faults.plug()
    await lab.lab.pool.adb.connect(lab.twin.serial)


async def goes_on(lab: TwinLab) -> None:
    """The pool still has a clean phone: an ordinary session runs on it from end to end."""
    result = await lab.inspect(await lab.order("compliant"))
    assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
    assert result.sealed and verify(result.folder) == []


async def nothing_left(lab: TwinLab) -> None:
    """The phone is as it was: no app under test, no proxy, no owed change."""
    async with lab.lab.pool.lease(timeout=60) as phone:
        listed = (await phone.shell("pm", "list", "packages", "-3")).stdout
        assert "com.example" not in listed
        assert await phone.setting("global", "http_proxy") in {None, ":0"}
    owed = [path for path in lab.lab.settings.ledgers.glob("*") if path.read_text() != "[]"]
    assert owed == []


def judge(result: SessionResult) -> Analysis:
    """Analyse a session's recording with the demonstration's list of parties."""
    return analyse(Recording.open(result.folder), load_rules(PARTIES))


def events(result: SessionResult, stream: Stream) -> list[Event]:
    """All events of one stream of a session's recording."""
    return list(Recording.open(result.folder).events(stream))
