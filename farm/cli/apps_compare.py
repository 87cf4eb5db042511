"""`farm apps compare`: what several stores offer as the same app, side by side."""

import asyncio
from typing import Annotated

import typer

from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.options import JsonOption
from farm.cli.output import EXIT_FINDINGS, emit_json, plain, say
from farm.register.compare import Comparison, compare_stores

_Package = Annotated[str, typer.Argument(help="Package name.")]


def compare(
    package: _Package,
    stores: Annotated[
        list[str] | None, typer.Argument(help="App stores [default: all that offer it].")
    ] = None,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compare what several stores offer as the same app: signer, SDKs, permissions, behaviour.

    Exit codes: 0 the same signer, 1 signers differ, 2 it was not seen in two stores.
    """

    async def work() -> Comparison:
        async with campaign_database(database, home) as opened:
            return await compare_stores(opened, package, stores or ())

    done = asyncio.run(work())
    if json:
        emit_json(done)
    else:
        _show_comparison(done)
    if done.signers_differ:
        raise typer.Exit(EXIT_FINDINGS)


def _show_comparison(done: Comparison) -> None:
    for build in done.builds:
        say(
            f"{plain(build.store)}: version {build.version_code} {build.sha256[:12]}, signer "
            f"{build.signer_sha256[:12] or 'none'} ({build.signer_state or 'unknown'})"
        )
    for one in done.differences:
        say(f"{plain(one.first)} against {plain(one.second)}:")
        if one.same_file:
            say("  the same file")
            continue
        say(f"  signer: {'the same' if one.same_signer else 'DIFFERENT'}")
        for what, first, second in (
            ("SDKs", one.sdks_only_first, one.sdks_only_second),
            ("permissions", one.permissions_only_first, one.permissions_only_second),
        ):
            for store, names in ((one.first, first), (one.second, second)):
                if names:
                    say(f"  {what} only in {plain(store)}: {plain(', '.join(names))}")
        for behaviour in one.behaviour:
            where = f"{behaviour.scenario} on {behaviour.profile or 'any phone'}"
            for store, names in (
                (one.first, behaviour.only_first),
                (one.second, behaviour.only_second),
            ):
                for name in names:
                    say(f"  {plain(where)}: seen only of {plain(store)}: {plain(name)}")
        for name in one.not_compared:
            say(f"  not compared, only one was run: {plain(name)}")
