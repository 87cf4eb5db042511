"""`farm cases`: violations from the finding to the end, with notices, re-tests and statistics."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from farm.campaign.database import DatabaseUnavailable
from farm.campaign.store import StoreUnavailable
from farm.cases import queries
from farm.cases.notice import make_notice, problem_title, to_json
from farm.cases.notice_page import to_html, to_pdf_bytes
from farm.cases.update import Updated
from farm.cases.update import update as update_cases
from farm.cases.values import CaseFilter, CaseLine, CasePage
from farm.cases.vocabulary import CaseState, Dimension
from farm.cli.apps import category_number
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.cases_steps import close, extend, notice, retest, review, sign
from farm.cli.options import JsonOption
from farm.cli.output import EXIT_FINDINGS, complain, emit_json, emit_json_line, plain, say
from farm.cli.stopping import until_stopped
from farm.detect.rules import load_rules
from farm.model.errors import UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "Violations from the finding to the end: notice, re-test, fixed or not.\n\n"
        "`farm cases update` opens cases from judged sessions; two people sign a case "
        "(`farm cases sign`, or on the web page) before `farm cases notice`."
    ),
)

for _step in (sign, review, notice, retest, extend, close):
    app.command(_step.__name__)(_step)

_Case = Annotated[int, typer.Argument(help="Number of the case.")]


@app.command()
def update(
    watch: Annotated[
        float, typer.Option(min=0, max=86400, help="Again every so many seconds; 0: once.")
    ] = 0.0,
    parties: Annotated[
        Path | None, typer.Option(help="The list of parties that the workers were given, YAML.")
    ] = None,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take note of judged sessions, queue re-tests of new versions, mark what is overdue.

    May run at any time, in several places. Exit codes: 0 nothing new, 1 cases were opened or moved.
    """
    rules = load_rules(parties)

    async def work() -> Updated:
        async with campaign_database(database, home) as opened:
            place = open_store(store, home)
            while True:
                try:
                    done = await update_cases(opened, place, rules.pack, rules.packs)
                except (DatabaseUnavailable, StoreUnavailable) as error:
                    if not watch:
                        raise
                    complain(str(error))
                else:
                    if not watch:
                        return done
                    if json:
                        emit_json_line(done)
                    elif _changed(done):
                        say(_updated(done))
                await asyncio.sleep(watch)

    done = asyncio.run(until_stopped(work()))
    if json:
        emit_json(done)
    else:
        say(_updated(done))
    if _changed(done):
        raise typer.Exit(EXIT_FINDINGS)


def _changed(done: Updated) -> bool:
    return bool(done.taken.opened or done.taken.moved or done.retests or done.overdue)


def _updated(done: Updated) -> str:
    taken = done.taken
    return (
        f"{taken.judgements} judgements: {taken.opened} cases opened, {taken.moved} moved, "
        f"{taken.reviews} reviews prepared, {taken.unreadable} unreadable; "
        f"{done.retests} re-tests queued, {done.overdue} cases overdue"
    )


@app.command("list")
def list_cases(
    state: Annotated[str, typer.Option(help=f"One of {', '.join(CaseState)}.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only what is not over.")] = False,
    package: Annotated[str, typer.Option(help="Only of this app.")] = "",
    problem: Annotated[str, typer.Option(help="Only this problem, by its id.")] = "",
    category: Annotated[str, typer.Option(help="Category of GB/T 41391.")] = "",
    from_store: Annotated[str, typer.Option(help="Only of apps of this app store.")] = "",
    sdk: Annotated[str, typer.Option(help="Only where this SDK's code did it, by its id.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Rows.")] = 50,
    after: Annotated[str, typer.Option(help="Cursor that the list before ended with.")] = "",
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List cases, those that changed last first."""
    if state and state not in set(CaseState):
        raise UsageError(f"--state {state!r}: expected one of {', '.join(CaseState)}")
    wanted = CaseFilter(
        state=CaseState(state) if state else None,
        open=open_only,
        package=package,
        problem=problem,
        category=category_number(category),
        store=from_store,
        sdk=sdk,
    )

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            page = await queries.cases(opened, wanted, after=after, limit=limit)
        if json:
            emit_json(page)
            return
        for one in page.items:
            say(_line(one))
        if not page.items:
            say("no case: `farm cases update` opens them from judged sessions")
        elif page.after:
            say(f"more: --after {page.after}")

    asyncio.run(work())


def _line(one: CaseLine) -> str:
    due = f"  due {one.due:%Y-%m-%d}" if one.due and one.state != CaseState.FIXED else ""
    again = f"  relapsed {one.recurrences} times" if one.recurrences else ""
    return f"{one.id}  {one.state}  {plain(one.package)}  {one.problem}{due}{again}"


@app.command()
def show(
    case: _Case, database: DatabaseOption = "", home: HomeOption = None, json: JsonOption = False
) -> None:
    """Show a case with its history, evidence, re-tests and signatures."""

    async def work() -> CasePage:
        async with campaign_database(database, home) as opened:
            return await queries.case_page(opened, case)

    page = asyncio.run(work())
    if json:
        emit_json(page)
        return
    one = page.case
    say(_line(one))
    say(f"  {problem_title(one.problem, load_rules().pack).en}; {one.clause}")
    for event in page.events:
        to = f"{event.before} -> {event.after}" if event.before != event.after else event.after
        say(
            f"  {event.at:%Y-%m-%d %H:%M}  {plain(event.actor)}  {event.action}  {to}: "
            f"{plain(event.reason)}"
        )
    for evidence in page.evidence[:20]:
        say(
            f"  evidence {evidence.finding_id}  {evidence.data_type} {evidence.level} "
            f"{evidence.phase}  by {plain(evidence.caller)}  {evidence.session_id}"
        )
    for test in page.retests:
        say(f"  re-test of {plain(test.version, 30)}: {test.outcome} {plain(test.reason)}")
    for one_review in page.reviews:
        say(f"  review {one_review.id}: {one_review.state} {one_review.answer or ''}")
        for signature in one_review.signatures:
            say(
                f"    {plain(signature.reviewer)} signed {signature.answer}: "
                f"{plain(signature.reason)}"
            )


@app.command()
def statistics(
    developer: Annotated[
        int, typer.Option(help="Only this developer's product lines, by its number.")
    ] = 0,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Count cases by problem, category, store, SDK and month, and say who relapses."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            told = await queries.statistics(opened)
            worst = await queries.offenders(opened, developer=developer or None)
        if json:
            emit_json({"statistics": told, "offenders": worst})
            return
        for dimension in Dimension:
            say(f"by {dimension}:")
            for line in told.dimensions[dimension][:10]:
                states = ", ".join(f"{n} {state}" for state, n in sorted(line.states.items()))
                say(f"  {plain(line.value) or 'none'}: {line.total} ({states})")
        say("by month:")
        for month in told.months:
            say(f"  {month.month:%Y-%m}: {sum(month.states.values())}")
        say("by developer:")
        for one in worst[:20]:
            name = plain(one.developer) + (f", {plain(one.product_line)}" * bool(one.product_line))
            say(
                f"  {one.developer_id} {name}: {one.cases} cases, {one.open_cases} open, "
                f"{one.recurrences} relapses"
            )

    asyncio.run(work())


@app.command()
def export(
    case: _Case,
    output: Annotated[Path, typer.Argument(help="FILE.html, FILE.pdf or FILE.json.")],
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Write a case's notice as HTML, PDF or JSON. Without a number it is marked as a draft."""
    if language not in ("zh", "en"):
        raise UsageError(f"--language {language!r}: expected zh or en")
    if output.suffix not in (".html", ".pdf", ".json"):
        raise UsageError(f"{output}: expected a name that ends in .html, .pdf or .json")
    rules = load_rules()

    async def work() -> bytes:
        async with campaign_database(database, home) as opened:
            made = await make_notice(opened, case, rules.pack, rules.packs)
        if output.suffix == ".json":
            return to_json(made)
        if output.suffix == ".html":
            return to_html(made, language).encode("utf-8", "replace")
        return await asyncio.to_thread(to_pdf_bytes, made, language)

    data = asyncio.run(work())
    try:
        partial = output.with_name(f".{output.name}.part")
        partial.write_bytes(data)
        partial.replace(output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    say(f"{output}: written")
