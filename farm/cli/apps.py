"""`farm apps`: the register of apps, with their versions, signers and stores."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from farm.apps.engines.signers import SignerRegister
from farm.cli.apps_compare import compare
from farm.cli.apps_sources import app as sources_app
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.operator_name import operator
from farm.cli.options import JsonOption
from farm.cli.output import EXIT_FINDINGS, emit_json, plain, say
from farm.detect.clauses.scope import categories
from farm.detect.rules import load_rules
from farm.model.errors import UsageError
from farm.register import queries
from farm.register.facts import describe
from farm.register.signers import decide_signer
from farm.register.sources.collect import Collector
from farm.register.values import AppFilter, AppPage, Listing, Registered, SignerState

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "The register of apps: which versions there are, who signed them, where each was seen.\n\n"
        "`farm apps add APP.apk --from-store NAME` enters one by hand; "
        "`farm apps sources run --config FILE` collects from stores."
    ),
)
app.add_typer(sources_app, name="sources")
app.command("compare")(compare)

_Package = Annotated[str, typer.Argument(help="Package name.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the audit log.")]


def category_number(text: str) -> int | None:
    """The number of a category of GB/T 41391, given by number or name; None for an empty text.

    Raises:
        UsageError: it is none of the 39.
    """
    if not text:
        return None
    for one in categories():
        if text in (str(one.number), one.zh, one.en):
            return one.number
    raise UsageError(
        f"--category {text!r} is unknown; expected a number from 1 to 39 or a name, such as "
        f"{categories()[0].en!r}"
    )


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="APK, or base.apk with its splits: one app.")],
    from_store: Annotated[str, typer.Option(help="Name of the app store it was offered in.")] = "",
    developer: Annotated[str, typer.Option(help="Whose app the store says it is.")] = "",
    product_line: Annotated[str, typer.Option(help="Which of its product lines.")] = "",
    category: Annotated[str, typer.Option(help="Category of GB/T 41391, by number or name.")] = "",
    genuine: Annotated[Path | None, typer.Option(help="List of genuine signers, YAML.")] = None,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Enter one app by hand. Doing it again adds nothing twice.

    Exit codes: 0 entered, 1 its signer is flagged, 2 a file is no APK.
    """
    listing = Listing(
        store=from_store,
        source=f"by hand ({operator()})",
        reference=str(files[0].absolute()),
        developer=developer,
        product_line=product_line,
        category=category_number(category),
    )
    known = SignerRegister.load(genuine) if genuine else SignerRegister()

    async def work() -> Registered:
        async with campaign_database(database, home) as opened:
            with tempfile.TemporaryDirectory(prefix="farm-apps-") as folder:
                collector = Collector(
                    opened, open_store(store, home), load_rules().catalogue, known, Path(folder)
                )
                return await collector.add(tuple(files), listing)

    done = asyncio.run(work())
    if json:
        emit_json(done)
    else:
        new = "new" if done.new_version else "known"
        say(f"{plain(done.package)} {done.sha256[:12]}: {new} version, signer {done.signer}")
    if done.signer in (SignerState.FLAGGED, SignerState.REFUSED):
        raise typer.Exit(EXIT_FINDINGS)


@app.command("list")
def list_apps(
    search: Annotated[
        str, typer.Argument(help="Beginning of a word of the package or the label.")
    ] = "",
    category: Annotated[str, typer.Option(help="Category of GB/T 41391.")] = "",
    from_store: Annotated[str, typer.Option(help="Only apps of this app store.")] = "",
    verdict: Annotated[str, typer.Option(help="Only apps with this verdict.")] = "",
    flagged: Annotated[
        bool, typer.Option("--flagged", help="Only apps with a signer to look at.")
    ] = False,
    offending: Annotated[
        bool, typer.Option("--open-cases", help="Only apps with an open case.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Rows.")] = 50,
    after: Annotated[str, typer.Option(help="Cursor that the list before ended with.")] = "",
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List apps, those with the newest versions first."""
    wanted = AppFilter(
        search=search,
        category=category_number(category),
        store=from_store,
        verdict=verdict,
        flagged=flagged,
        offending=offending,
    )

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            page = await queries.apps(opened, wanted, after=after, limit=limit)
        if json:
            emit_json(page)
            return
        for one in page.items:
            signs = [f"{one.open_cases} open cases"] if one.open_cases else []
            signs += ["signer flagged"] if one.flagged_signers else []
            say(
                f"{plain(one.package)}  {plain(one.latest_version, 30)}  "
                f"{one.verdict or 'not judged'}  {one.versions} versions  {', '.join(signs)}"
            )
        if not page.items:
            say("no app: `farm apps add APP.apk`, or `farm apps sources run --config FILE`")
        elif page.after:
            say(f"more: --after {page.after}")

    asyncio.run(work())


@app.command()
def show(
    package: _Package,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show an app's versions, signers and stores, and who said what of it."""

    async def work() -> AppPage:
        async with campaign_database(database, home) as opened:
            return await queries.app_page(opened, package)

    page = asyncio.run(work())
    if json:
        emit_json(page)
        return
    one = page.app
    say(f"{plain(one.package)}  {plain(one.label)}  {one.verdict or 'not judged'}")
    say(f"  developer {plain(one.developer) or 'not known'}, {one.open_cases} open cases")
    for version in page.versions:
        stores = plain(", ".join(version.stores)) or "no store"
        say(
            f"  version {version.version_code} {plain(version.version_name, 30)}  "
            f"{version.sha256[:12]}  {stores}  {version.verdict or 'not judged'}  "
            f"{version.intake or ''}"
        )
    for signer in page.signers:
        by = f" by {plain(signer.decided_by)}: {plain(signer.reason)}" if signer.decided_by else ""
        say(f"  signer {signer.signer_sha256 or 'none'}  {signer.state}{by}")
    for fact in page.facts:
        say(f"  {fact.field} {plain(fact.value)}  (says {plain(fact.source)})")


@app.command()
def signer(
    package: _Package,
    digest: Annotated[str, typer.Argument(help="SHA-256 of the certificate, as shown.")],
    genuine: Annotated[
        bool, typer.Option("--genuine/--repackaged", help="Whether it is the developer's.")
    ],
    reason: _Reason,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Decide about a flagged signer: the developer's, or somebody else's."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await decide_signer(
                opened, package, digest, genuine=genuine, actor=operator(), reason=reason
            )

    asyncio.run(work())
    say(f"{plain(package)}: {digest[:12]} is {'accepted' if genuine else 'refused'}")


@app.command("describe")
def describe_app(
    package: _Package,
    developer: Annotated[str, typer.Option(help="Whose app it is.")] = "",
    contact: Annotated[str, typer.Option(help="Where notices are sent.")] = "",
    product_line: Annotated[str, typer.Option(help="Which of its product lines.")] = "",
    category: Annotated[str, typer.Option(help="Category of GB/T 41391.")] = "",
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Say whose an app is and what for; a person's word outweighs every store's."""
    number = category_number(category)
    if not (developer or contact or product_line or number):
        raise UsageError("say what it is: --developer, --contact, --product-line or --category")

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await describe(
                opened,
                package,
                actor=operator(),
                developer=developer,
                contact=contact,
                product_line=product_line,
                category=number,
            )

    asyncio.run(work())
    say(f"{plain(package)} is described")
