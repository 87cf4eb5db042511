"""`farm apps sources`: collect apps from folders, feeds and phones, and queue what is new."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.plan.values import ScenarioRef
from farm.campaign.store import Store, StoreUnavailable
from farm.campaign.worker.sources import scenario_name
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.options import JsonOption
from farm.cli.output import (
    EXIT_UNDETERMINED,
    complain,
    console,
    emit_json,
    emit_json_line,
    plain,
    say,
)
from farm.cli.stopping import until_stopped
from farm.detect.rules import load_rules
from farm.explore.loader import Scenario, load
from farm.model.errors import UsageError
from farm.register import queries
from farm.register.configuration import (
    RegisterConfig,
    genuine_signers,
    load_register_config,
    open_source,
)
from farm.register.policy import Queued, queue_new
from farm.register.sources.collect import Collected, Collector
from farm.register.sources.feed import feed_schema
from farm.session.settings import default_home

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "Collect apps from folders, HTTP feeds and phones with a store's app.\n\n"
        "A configuration names the sources and, as its policy, what is run of what is new; "
        "see `docs/apps.md`."
    ),
)

_Config = Annotated[Path, typer.Option("--config", help="The register's configuration, YAML.")]
_Names = Annotated[list[str] | None, typer.Argument(help="Sources [default: all].")]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at all sources brought."""

    collected: list[Collected]
    queued: Queued

    @property
    def whole(self) -> bool:
        """Whether nothing was refused or missing."""
        return not self.queued.waiting and not any(
            one.refused or one.unavailable for one in self.collected
        )


@app.command("list")
def list_sources(
    database: DatabaseOption = "", home: HomeOption = None, json: JsonOption = False
) -> None:
    """List the sources that were ever looked at, and how they are doing."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            found = await queries.sources(opened)
        if json:
            emit_json(found)
            return
        for one in found:
            checked = f"{one.checked:%Y-%m-%d %H:%M}" if one.checked else "never"
            state = plain(one.error) if one.error else "well"
            say(
                f"{plain(one.name)}  {one.kind}  {one.taken} taken, {one.refused} refused, "
                f"checked {checked}: {state}"
            )
        if not found:
            say("no source yet: `farm apps sources run --config FILE`")

    asyncio.run(work())


@app.command()
def run(
    names: _Names = None,
    config: _Config = Path("register.yaml"),
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Look at the sources once: take what is new, set aside what is bad, queue by the policy.

    Exit codes: 0 all is taken, 2 the configuration cannot be used, 3 an app was refused or a source
    could not be reached.
    """
    loaded = load_register_config(config)
    _check_names(loaded, names)

    begun = _begun(home)

    async def work() -> Round:
        async with campaign_database(database, home) as opened:
            return await _round(
                opened, open_store(store, home), loaded, config.parent, names, begun
            )

    done = asyncio.run(until_stopped(work()))
    if json:
        emit_json(done)
    else:
        _show(done)
    if not done.whole:
        raise typer.Exit(EXIT_UNDETERMINED)


@app.command()
def watch(
    names: _Names = None,
    config: _Config = Path("register.yaml"),
    interval: Annotated[
        float, typer.Option(min=1, max=86400, help="Seconds between two looks.")
    ] = 60.0,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print a JSON line on stdout for each look.")
    ] = False,
) -> None:
    """Look at the sources again and again, until SIGTERM or Ctrl-C.

    A database, store or source that is away is waited for; a mistake in one source is said and does
    not stop the others.
    """
    loaded = load_register_config(config)
    _check_names(loaded, names)

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            begun = _begun(home)
            place = open_store(store, home)
            while True:
                try:
                    done = await _round(opened, place, loaded, config.parent, names, begun)
                except (DatabaseUnavailable, StoreUnavailable) as error:
                    complain(str(error))
                else:
                    if json:
                        emit_json_line(done)
                    elif not done.whole or any(one.new for one in done.collected):
                        _show(done)
                await asyncio.sleep(interval)

    asyncio.run(until_stopped(work()))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a feed, for those who publish one."""
    sys.stdout.buffer.write(feed_schema())


def _begun(home: Path | None) -> Path:
    """Where downloads wait for the next look that did not end in one."""
    return (home or default_home()) / "cache" / "downloads"


async def _round(
    database: Database,
    store: Store,
    config: RegisterConfig,
    base: Path,
    names: Sequence[str] | None,
    begun: Path,
) -> Round:
    rules = load_rules()
    genuine = genuine_signers(config, base)
    chosen = [one for one in config.sources if not names or one.name in names]
    collected: list[Collected] = []
    with tempfile.TemporaryDirectory(prefix="farm-apps-") as folder:
        collector = Collector(database, store, rules.catalogue, genuine, Path(folder))
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("collecting", total=None)
            for one in chosen:

                def tell(reference: str, name: str = one.name) -> None:
                    progress.update(task, description=f"{name}: {plain(reference, 60)}")

                try:
                    async with open_source(one, base, begun) as source:
                        collected.append(await collector.collect(source, tell))
                except UsageError as error:
                    collected.append(Collected(source=one.name, unavailable=[str(error)]))
    queued = Queued()
    if config.policy:
        scenarios = {name: load(name) for rule in config.policy for name in rule.scenarios}
        await _bring_scenarios(store, list(scenarios.values()))
        queued = await queue_new(
            database,
            config.policy,
            lambda name: ScenarioRef(name=scenarios[name].name, sha256=scenarios[name].sha256),
        )
    return Round(collected=collected, queued=queued)


async def _bring_scenarios(store: Store, scenarios: Sequence[Scenario]) -> None:
    for one in scenarios:
        await store.put_file(scenario_name(one.sha256), one.path, one.sha256)


def _check_names(config: RegisterConfig, names: Sequence[str] | None) -> None:
    known = [one.name for one in config.sources]
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise UsageError(f"no source {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")


def _show(done: Round) -> None:
    for one in done.collected:
        say(
            f"{one.source}: {one.offered} offered, {len(one.new)} new, {one.known} known, "
            f"{len(one.refused)} refused, {len(one.unavailable)} not to be had now"
        )
        for entered in one.new:
            say(f"  new {plain(entered.package)} {entered.sha256[:12]}, signer {entered.signer}")
        for line in (*one.refused, *one.unavailable):
            say(f"  {plain(line)}")
    for name, count in done.queued.queued.items():
        say(f"campaign {name}: {count} versions queued")
    if done.queued.left_out:
        say(f"{done.queued.left_out} versions left out by the policy")
    for line in done.queued.waiting:
        say(f"waiting: {plain(line)}")
