"""`farm worker`: this host takes jobs that its phones can run, and judges recordings."""

import asyncio
import hashlib
import os
import signal
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from farm.campaign.chores import chores
from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.fleet.care import Care
from farm.campaign.fleet.health import CareRules, load_care_rules
from farm.campaign.fleet.screens import Screens
from farm.campaign.ledger import Assignment
from farm.campaign.plan.schedule import plan_started, start_due
from farm.campaign.plan.stored import stored_apps
from farm.campaign.store import Store
from farm.campaign.vocabulary import AttemptState, Cause
from farm.campaign.worker.analysis import AnalysisExecutor
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.examination import ExaminationExecutor
from farm.campaign.worker.executor import Ending, Executor
from farm.campaign.worker.hook_store import keep_hooks
from farm.campaign.worker.outbox import Outbox
from farm.campaign.worker.phones import PhoneExecutor
from farm.campaign.worker.settings import WorkerSettings
from farm.campaign.worker.sources import Sources
from farm.campaign.worker.worker import Worker
from farm.cases.keeping import keep_cases
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.output import plain, say
from farm.cli.stopping import run
from farm.detect.rules import load_rules
from farm.model.errors import UsageError
from farm.recording import load_or_create_key
from farm.session.lab import Lab
from farm.session.settings import LabSettings, default_home


def worker(
    name: Annotated[
        str, typer.Option(help="Name of this host in the inventory [default: its host name].")
    ] = "",
    phones: Annotated[
        bool, typer.Option("--phones/--no-phones", help="Use the phones at this host.")
    ] = True,
    analyses: Annotated[int, typer.Option(min=0, max=256, help="Recordings judged at once.")] = 1,
    examinations: Annotated[
        int, typer.Option(min=0, max=64, help="APKs that outside engines examine at once.")
    ] = 1,
    engines: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="YAML list of engines, see `farm engines`, the same on every host "
            "[default: the built-in one].",
        ),
    ] = None,
    lease: Annotated[
        float,
        typer.Option(min=5, max=3600, help="Seconds of silence after which jobs go to others."),
    ] = 30.0,
    until_idle: Annotated[
        float, typer.Option(help="End after so many seconds without work [default: never].")
    ] = 0.0,
    keep_local: Annotated[
        bool, typer.Option("--keep-local", help="Keep recordings here after they are stored.")
    ] = False,
    parties: Annotated[
        Path | None, typer.Option(help="Your list of first and third parties, YAML.")
    ] = None,
    hosts: Annotated[
        Path | None,
        typer.Option(help='Where the proxy connects instead: {"host:443": ["address", port]}.'),
    ] = None,
    upstream_certificates: Annotated[
        Path | None, typer.Option(help="PEM file that the proxy trusts beside the public CAs.")
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            help="Your word for where this host's traffic leaves, such as beijing-1; nights tell "
            "changes of the network by it [default: a digest of --hosts, or none]."
        ),
    ] = "",
    frida_files: Annotated[
        Path | None, typer.Option(help="Folder with frida-server and gadget files.")
    ] = None,
    hooks: Annotated[
        list[Path] | None,
        typer.Option(help="Folder with hooks of your own, see `farm hooks`; repeat for more."),
    ] = None,
    care_rules: Annotated[
        Path | None,
        typer.Option(
            "--care",
            help="YAML file with your limits for resting phones, such as `least_battery: 30`; "
            "docs/campaigns.md names them all.",
        ),
    ] = None,
    adb_port: Annotated[
        int | None, typer.Option(help="Port of the adb server [default: adb's own].")
    ] = None,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
) -> None:
    """Take jobs for free phones until SIGTERM or Ctrl-C, which lets running sessions end.

    A second signal stops them; their jobs go to other phones. Results that cannot be delivered
    stay on this host and go out at the next start. Exit codes: 0 drained, 2 set-up.
    """
    if not phones and not analyses and not examinations:
        raise UsageError("--no-phones --analyses 0 --examinations 0: leaves nothing to do")
    rules = load_rules(parties)
    caring = load_care_rules(care_rules) if care_rules is not None else CareRules()
    lab_home = home or default_home()
    settings = WorkerSettings(
        name=name or socket.gethostname(), lease=lease, beat=lease / 5, keep_local=keep_local
    )
    lab_settings = LabSettings(
        home=lab_home,
        adb_port=adb_port,
        hosts=hosts,
        upstream_certificates=upstream_certificates,
        parties=parties,
        frida_files=frida_files,
        hooks=tuple(hooks or ()),
        network=network or _network_of(hosts),
    )

    async def work() -> None:
        async with AsyncExitStack() as stack:
            opened = await stack.enter_async_context(
                campaign_database(database, home, connections=8)
            )
            stored = open_store(store, home)
            executors: list[Executor] = []
            care = None
            on_phones: PhoneExecutor | None = None
            sources = Sources(stored, lab_home / "cache")
            if phones:
                lab = await stack.enter_async_context(Lab(lab_settings))
                key = await asyncio.to_thread(load_or_create_key, lab_settings.key)
                care = Care(opened, lab.pool, settings.name, caring, lab_settings.network)
                on_phones = PhoneExecutor(lab, sources, key, care)
                executors.append(on_phones)
            if analyses:
                judging = AnalysisExecutor(
                    stored, lab_home / "cache" / "recordings", count=analyses, parties=parties
                )
                executors.append(await stack.enter_async_context(judging))
            if examinations:
                examining = ExaminationExecutor(
                    stored, sources, count=examinations, engines=engines
                )
                executors.append(await stack.enter_async_context(examining))
            outbox = await stack.enter_async_context(
                Outbox(lab_home / "outbox" / f"{_safe(settings.name)}.sqlite")
            )

            async def keep() -> None:
                if phones:
                    await keep_hooks(stored, lab_settings.hook_set)

            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(chores(opened, stored, keep)),
                    group.create_task(keep_cases(opened, stored, rules, host=settings.name)),
                ]
                if care is not None:
                    beside.append(group.create_task(care.watch()))
                if on_phones is not None:
                    beside.append(group.create_task(Screens(opened).run(on_phones.folders)))
                undying = await _run(
                    opened, stored, executors, outbox, settings, care, lab_home, until_idle
                )
                for task in beside:
                    task.cancel()
        if undying:
            say(f"sessions that do not end, their phones need care: {', '.join(undying)}")

    run(work())


def _network_of(hosts: Path | None) -> str:
    """A word for a network that is told apart by its overrides alone."""
    if hosts is None:
        return ""
    try:
        return f"hosts-{hashlib.sha256(hosts.read_bytes()).hexdigest()[:12]}"
    except OSError as error:
        raise UsageError(f"--hosts: {hosts}: cannot be read: {error.strerror}") from error


async def _run(
    database: Database,
    store: Store,
    executors: list[Executor],
    outbox: Outbox,
    settings: WorkerSettings,
    care: Care | None,
    home: Path,
    until_idle: float,
) -> list[str]:
    """Work until drained; returns the slots of runs that do not end."""

    async def schedules() -> None:
        await start_due(database)
        await plan_started(database, lambda path: stored_apps(path, store))

    made = Worker(
        database,
        executors,
        outbox,
        Delivery(database, store, outbox, settings, home=home),
        settings,
        controller=Controller(database, lease=settings.lease, schedules=schedules),
        on_end=_tell,
        on_beat=care.sync if care else None,
    )
    loop = asyncio.get_running_loop()
    signals = 0

    def stop() -> None:
        nonlocal signals
        signals += 1
        if signals == 1:
            say("taking no more work; running sessions end first (once more: stop them)")
            made.drain()
        else:
            say("stopping the sessions that run; their jobs go to others")
            made.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    say(f"worker {settings.name} (process {os.getpid()}) is at work")
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_drain_when_idle(made, until_idle)) if until_idle else None
        await made.run()
        if watch is not None:
            watch.cancel()
    return made.undying


async def _drain_when_idle(made: Worker, seconds: float) -> None:
    idle = 0.0
    while idle < seconds:
        await asyncio.sleep(0.5)
        idle = 0.0 if made.busy or made.owed else idle + 0.5
    made.drain()


def _tell(assignment: Assignment, ending: Ending, state: AttemptState) -> None:
    work = assignment.work
    what = ending.verdict or ending.reason
    detail = f": {plain(ending.detail, 160)}" if ending.cause is not Cause.NONE else ""
    about = f"{plain(work.package, 60)} {work.scenario or work.kind}"
    say(f"{assignment.slot}  {about}  {what}{detail} ({state})")


def _safe(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)[:80]
    return kept.lstrip(".") or "worker"
