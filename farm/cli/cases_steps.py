"""`farm cases sign|review|notice|retest|extend|close`: what people do about a case."""

import asyncio
import datetime
from pathlib import Path
from typing import Annotated

import typer

from farm.cases import queries
from farm.cases.asking import ask_again
from farm.cases.deadlines import load_deadlines
from farm.cases.provisions import check_provisions, unverified_provisions
from farm.cases.retests import retest as ask_retest
from farm.cases.reviews import review_page
from farm.cases.reviews import sign as sign_review
from farm.cases.steps import BY_PEOPLE, send_notice
from farm.cases.steps import close as close_case
from farm.cases.steps import extend as extend_case
from farm.cases.values import CasePage
from farm.cases.vocabulary import Action, CaseState, ReviewAnswer
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.operator_name import operator
from farm.cli.options import JsonOption
from farm.cli.output import emit_json, say
from farm.detect.rules import load_rules
from farm.model.errors import UsageError

_Case = Annotated[int, typer.Argument(help="Number of the case.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the case's history.")]
_Deadlines = Annotated[
    Path | None, typer.Option("--deadlines", help="How long notices give, YAML.")
]


def sign(
    case: _Case,
    answer: Annotated[str, typer.Argument(help=f"One of {', '.join(ReviewAnswer)}.")],
    reason: _Reason,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Sign a case's review as the account you are logged in with; two accounts have to agree.

    `broken`: its findings are a violation. `kept`: they are none. Read the case first.
    """
    if answer not in set(ReviewAnswer):
        raise UsageError(f"{answer!r}: expected one of {', '.join(ReviewAnswer)}")

    async def work() -> str:
        async with campaign_database(database, home) as opened:
            page = await queries.case_page(opened, case)
            waiting = [one for one in page.reviews if one.state not in ("agreed", "withdrawn")]
            if not waiting:
                raise UsageError(f"case {case}: nothing waits to be signed")
            shown = await review_page(opened, waiting[-1].id)
            done = await sign_review(
                opened,
                shown.review.id,
                reviewer=operator(),
                answer=ReviewAnswer(answer),
                reason=reason,
                evidence_sha256=shown.evidence_sha256,
            )
            return done.state

    say(f"case {case}: its review is {asyncio.run(work())}")


def review(
    case: _Case, reason: _Reason, database: DatabaseOption = "", home: HomeOption = None
) -> None:
    """Have an open case signed again, as when its developer objects."""

    async def work() -> int:
        async with campaign_database(database, home) as opened:
            return await ask_again(opened, case, actor=operator(), reason=reason)

    say(f"case {case}: review {asyncio.run(work())} waits for two signatures")


def notice(
    case: _Case,
    reason: _Reason,
    deadlines: _Deadlines = None,
    unverified: Annotated[
        bool,
        typer.Option(
            "--unverified",
            help="Cite clauses too that were not compared with the published text; "
            "you compared them, and the notice says so.",
        ),
    ] = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write down that a notice goes out; its deadline begins to run. Two people signed before.

    Then `farm cases export` writes the notice itself.
    """
    known, rules = load_deadlines(deadlines), load_rules()

    async def work() -> tuple[str, CasePage]:
        async with campaign_database(database, home) as opened:
            asked = (await queries.case_page(opened, case)).case
            cited = unverified_provisions(asked.problem, asked.clause, rules.pack, rules.packs)
            check_provisions(cited, accepted=unverified)
            number = await send_notice(
                opened, case, actor=operator(), reason=reason, deadlines=known
            )
            return number, await queries.case_page(opened, case)

    number, page = asyncio.run(work())
    if json:
        emit_json(page.case)
    else:
        say(f"case {case}: notice {number}, due {page.case.due:%Y-%m-%d %H:%M %Z}")


def retest(
    case: _Case,
    reason: _Reason,
    sha256: Annotated[str, typer.Option(help="Digest of the version [default: the newest].")] = "",
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Queue the sessions that showed the problem once more, on another version or again.

    New versions are queued by `farm cases update` without being asked.
    """

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await ask_retest(opened, case, actor=operator(), reason=reason, sha256=sha256)

    asyncio.run(work())
    say(f"case {case}: its re-test is queued")


def extend(
    case: _Case,
    until: Annotated[
        datetime.datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last day to act, in UTC+8.")
    ],
    reason: _Reason,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Move the deadline of a notice."""
    zone = datetime.timezone(datetime.timedelta(hours=8))
    due = until.replace(tzinfo=zone) + datetime.timedelta(days=1)

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await extend_case(opened, case, due, actor=operator(), reason=reason)

    asyncio.run(work())
    say(f"case {case}: due {until:%Y-%m-%d}")


def close(
    case: _Case,
    how: Annotated[
        str,
        typer.Argument(
            help="publish (named in public), remove (out of the stores), dismiss, or expire "
            "(overdue, where its re-test cannot tell)."
        ),
    ],
    reason: _Reason,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Publish a case, note that the app was removed, dismiss what two people signed is none."""
    if how not in BY_PEOPLE:
        raise UsageError(f"{how!r}: expected {', '.join(BY_PEOPLE)}")

    async def work() -> CaseState:
        async with campaign_database(database, home) as opened:
            return await close_case(opened, case, Action(how), actor=operator(), reason=reason)

    say(f"case {case} is {asyncio.run(work())}")
