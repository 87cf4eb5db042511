"""`farm engines`: outside detection engines: which are docked, do they answer, what do they say."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from farm.apps.engines.configuration import Docked, default_engines, load_engines
from farm.apps.engines.engine import EngineAbsent, EngineFailed, run
from farm.apps.engines.statements import EngineResult, Status, Topic
from farm.apps.inspection import inspect
from farm.cli.engines_compare import compare_engines
from farm.cli.engines_status import engine_status, sample
from farm.cli.output import EXIT_UNDETERMINED, console, emit_json, plain, say

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Dock outside detection engines, and compare what they say.\n\n"
        "The built-in engine reads the manifest, the dex tables and the signature. exodus, APKiD "
        "and MobSF are programs that you install, `program` is one of your own that prints the "
        "farm's words; name them in a YAML file for `--engines`, here and for `farm worker`, which "
        "lets them examine each app of a campaign once:\n\n"
        "`engines: [{engine: manifest, signers: genuine.yaml}, {engine: apkid}, "
        "{engine: mobsf, url: 'http://127.0.0.1:8000', key_file: mobsf.key}]`"
    ),
)
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
_Engines = Annotated[
    Path | None,
    typer.Option("--engines", metavar="FILE", help="YAML list of engines; default: built-in."),
]
_MOST_SHOWN = 30

app.command("compare")(compare_engines)
app.command("status")(engine_status)
app.command("sample")(sample)


@app.command("list")
def list_engines(engines: _Engines = None, json: _Json = False) -> None:
    """List the docked engines with their versions; exit code 3 if one does not answer."""
    rows = asyncio.run(_versions(_docked(engines)))
    if json:
        emit_json([{"engine": name, "version": said, "problem": why} for name, said, why in rows])
    else:
        for name, said, why in rows:
            say(f"{name:<10} {plain(said) if not why else 'not there: ' + plain(why)}")
    if any(why for _, _, why in rows):
        raise typer.Exit(EXIT_UNDETERMINED)


@app.command("run")
def run_engines(
    apk: Annotated[Path, typer.Argument(help="The APK to examine.")],
    engines: _Engines = None,
    json: _Json = False,
) -> None:
    """Run every docked engine on an APK; exit code 3 if one of them did not finish."""
    docked = _docked(engines)
    results = asyncio.run(_run(docked, apk))
    if json:
        emit_json(results)
    else:
        for result in results:
            _show(result)
    if any(result.status is not Status.DONE for result in results):
        raise typer.Exit(EXIT_UNDETERMINED)


def _docked(path: Path | None) -> list[Docked]:
    return default_engines() if path is None else load_engines(path)


async def _versions(docked: list[Docked]) -> list[tuple[str, str, str]]:
    rows = []
    for one in docked:
        try:
            async with asyncio.timeout(one.seconds):
                rows.append((one.engine.name, await one.engine.version(), ""))
        except (EngineAbsent, EngineFailed, TimeoutError) as error:
            rows.append((one.engine.name, "", str(error) or "no answer in time"))
    return rows


async def _run(docked: list[Docked], apk: Path) -> list[EngineResult]:
    app_facts = await asyncio.to_thread(inspect, apk)
    # One after the other: an engine may take all the machine's memory, and most use every core.
    return [await run(one.engine, apk, app_facts.apk_sha256, seconds=one.seconds) for one in docked]


def _show(result: EngineResult) -> None:
    say(f"\n{result.engine} {plain(result.version)}: {result.status} in {result.seconds:.1f} s")
    if result.reason:
        say(f"  {plain(result.reason)}")
    table = Table("topic", "subject", "", box=None)
    for topic in Topic:
        said = result.about(topic)
        for one in said[:_MOST_SHOWN]:
            mark = "" if one.holds else "NOT "
            table.add_row(topic, mark + plain(one.subject), plain(one.detail))
        if len(said) > _MOST_SHOWN:
            table.add_row(topic, f"and {len(said) - _MOST_SHOWN} more", "")
    console.print(table)
