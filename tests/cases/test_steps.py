"""What people do about a case, and what they may not do."""

import datetime

import asyncpg
import pytest

from farm.campaign import audit
from farm.cases.asking import ask_again
from farm.cases.deadlines import Calendar, DeadlineRules, Deadlines
from farm.cases.queries import case_page, cases, offenders, statistics
from farm.cases.reviews import review_page, reviews, sign
from farm.cases.steps import close, expire, extend, send_notice
from farm.cases.values import CaseFilter, CaseLine
from farm.cases.vocabulary import Action, CaseState, Dimension, ReviewAnswer, ReviewKind
from farm.model.errors import UsageError
from farm.register.facts import describe
from farm.register.write import register
from tests.cases.lab import Lab, eager, quiet, sending
from tests.register.made import listed, made_app

# Weekends only: what is tried here starts today, whatever years the calendar has.
DEADLINES = Deadlines(rules=DeadlineRules(), calendar=Calendar(years={}))


async def opened(lab: Lab) -> CaseLine:
    await register(lab.database, made_app(), listed("Store A", category=6, developer="A Ltd"))
    await lab.judged(made_app(), eager())
    return await the_case(lab)


async def the_case(lab: Lab) -> CaseLine:
    (line,) = (await cases(lab.database)).items
    return line


async def signed(lab: Lab, answer: ReviewAnswer, *people: str) -> None:
    (review,) = (await reviews(lab.database, kind=ReviewKind.NOTICE)).items
    digest = (await review_page(lab.database, review.id)).evidence_sha256
    for who in people:
        await sign(
            lab.database, review.id, reviewer=who, answer=answer, reason="as seen",
            evidence_sha256=digest,
        )  # fmt: skip


async def notice(lab: Lab, case: int) -> str:
    return await send_notice(
        lab.database, case, actor="li", reason="first notice", deadlines=DEADLINES
    )


async def expired(lab: Lab, case: int) -> None:
    async with lab.database.transaction() as client:
        await client.execute("UPDATE case_file SET due = now() - interval '1 s'")
    assert await expire(lab.database) == 1


async def test_a_notice_needs_two_people(lab: Lab) -> None:
    case = (await opened(lab)).id
    with pytest.raises(UsageError, match="nobody has agreed"):
        await notice(lab, case)
    await signed(lab, ReviewAnswer.BROKEN, "li")
    with pytest.raises(UsageError, match="nobody has agreed"):
        await notice(lab, case)
    await signed(lab, ReviewAnswer.BROKEN, "wang")
    number = await notice(lab, case)
    line = await the_case(lab)
    assert (line.state, line.notice) == (CaseState.NOTICED, number)
    assert line.due is not None and line.noticed is not None and line.due > line.noticed
    with pytest.raises(UsageError, match="takes no notice"):
        await notice(lab, case)
    newest = (await audit.entries(lab.database, subject=f"case:{case}"))[0]
    assert (newest.actor, newest.action) == ("li", "case.notice")
    assert number in newest.detail


async def test_two_who_say_that_it_is_none_send_no_notice_and_dismiss_it(lab: Lab) -> None:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.KEPT, "li", "wang")
    with pytest.raises(UsageError, match="they signed kept"):
        await notice(lab, case)
    await close(lab.database, case, Action.DISMISS, actor="li", reason="test build")
    assert (await the_case(lab)).state is CaseState.DISMISSED
    await lab.judged(made_app(version=2), eager())
    assert (await the_case(lab)).state is CaseState.DISMISSED


async def test_nobody_dismisses_what_was_not_signed(lab: Lab) -> None:
    case = (await opened(lab)).id
    with pytest.raises(UsageError, match="needs two people"):
        await close(lab.database, case, Action.DISMISS, actor="li", reason="a favour")


async def test_a_doubted_recording_needs_new_signatures(lab: Lab) -> None:
    await register(lab.database, made_app(), listed())
    await lab.judged(made_app(), eager(), session_id="one")
    case = (await the_case(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    await lab.judged(made_app(), quiet(), session_id="one")
    with pytest.raises(UsageError, match="needs a new review"):
        await notice(lab, case)
    (review,) = (await reviews(lab.database, kind=ReviewKind.NOTICE)).items
    signs = [sign for one in (await review_page(lab.database, review.id)).evidence
             for sign in one.signs]  # fmt: skip
    assert "imei accessed before_consent" in signs[0] and "judged again" in signs[-1]
    await signed(lab, ReviewAnswer.KEPT, "li", "wang")
    await close(lab.database, case, Action.DISMISS, actor="li", reason="a mistake of the rules")
    assert (await the_case(lab)).state is CaseState.DISMISSED


async def test_an_objection_is_signed_like_the_case_itself(lab: Lab) -> None:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    await notice(lab, case)
    await ask_again(lab.database, case, actor="li", reason="the developer objects")
    with pytest.raises(UsageError, match="two people who signed"):
        await close(lab.database, case, Action.DISMISS, actor="li", reason="a favour")
    await signed(lab, ReviewAnswer.KEPT, "zhao", "qian")
    await close(lab.database, case, Action.DISMISS, actor="li", reason="they were right")
    assert (await the_case(lab)).state is CaseState.DISMISSED
    with pytest.raises(UsageError, match="nothing is left"):
        await ask_again(lab.database, case, actor="li", reason="again")


async def test_a_deadline_that_passes_makes_it_overdue_then_public_then_removed(lab: Lab) -> None:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    with pytest.raises(UsageError, match="takes no publish"):
        await close(lab.database, case, Action.PUBLISH, actor="li", reason="too early")
    await notice(lab, case)
    assert await expire(lab.database) == 0
    await expired(lab, case)
    assert (await the_case(lab)).state is CaseState.OVERDUE
    await close(lab.database, case, Action.PUBLISH, actor="li", reason="list 7")
    await close(lab.database, case, Action.REMOVE, actor="li", reason="stores told")
    line = await the_case(lab)
    assert (line.state, line.closed is not None) == (CaseState.REMOVED, True)
    page = await case_page(lab.database, case)
    assert [(event.actor, event.action) for event in page.events] == [
        ("farm", Action.OPEN),
        ("li", Action.NOTICE),
        ("farm", Action.EXPIRE),
        ("li", Action.PUBLISH),
        ("li", Action.REMOVE),
    ]
    assert all(event.reason for event in page.events)


async def test_a_fix_after_the_deadline_is_a_fix(lab: Lab) -> None:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    await notice(lab, case)
    await expired(lab, case)
    await lab.judged(made_app(version=2), quiet())
    assert (await the_case(lab)).state is CaseState.FIXED


async def test_a_deadline_is_moved_forward_only(lab: Lab) -> None:
    case = (await opened(lab)).id
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)
    with pytest.raises(UsageError, match="no deadline runs"):
        await extend(lab.database, case, later, actor="li", reason="x")
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    await notice(lab, case)
    await expired(lab, case)
    with pytest.raises(UsageError, match="has passed"):
        await extend(
            lab.database, case, later - datetime.timedelta(days=200), actor="li", reason="x"
        )
    await extend(lab.database, case, later, actor="li", reason="they asked for time")
    line = await the_case(lab)
    assert (line.state, line.due) == (CaseState.NOTICED, later)


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), ("li", " "), ("li", "x" * 5000)])
async def test_a_step_says_who_and_why(lab: Lab, actor: str, reason: str) -> None:
    case = (await opened(lab)).id
    with pytest.raises(UsageError, match="expected"):
        await send_notice(lab.database, case, actor=actor, reason=reason, deadlines=DEADLINES)


async def test_history_cannot_be_changed(lab: Lab) -> None:
    await opened(lab)
    for statement in (
        "UPDATE case_event SET reason = 'x'",
        "DELETE FROM case_event",
        "TRUNCATE case_event",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with lab.database.transaction() as client:
                await client.execute(statement)


async def test_statistics_count_what_the_cases_are(lab: Lab) -> None:
    await opened(lab)
    await lab.judged(made_app("com.example.other"), sending())
    await lab.judged(made_app("com.example.other", version=2), quiet())
    await register(lab.database, made_app("com.example.other"), listed("Store B"))
    await describe(lab.database, "com.example.other", actor="li", category=7, developer="A Ltd",
                   product_line="games")  # fmt: skip
    kept = await counts(lab)
    assert kept[Dimension.CATEGORY] == {"6": {"found": 1}, "7": {"fixed": 1}}
    assert kept[Dimension.STORE] == {"Store A": {"found": 1}, "Store B": {"fixed": 1}}
    assert kept[Dimension.SDK] == {"": {"found": 1, "fixed": 1}}
    assert len(kept[Dimension.PROBLEM]) == 2
    lines = await offenders(lab.database)
    assert [(one.developer, one.cases, one.open_cases, one.recurrences) for one in lines] == [
        ("A Ltd", 2, 1, 0)
    ]
    await lab.judged(made_app("com.example.other", version=3), sending())
    by_line = await offenders(lab.database, developer=lines[0].developer_id)
    assert [(o.product_line, o.cases, o.recurrences) for o in by_line] == [
        ("", 2, 1),
        ("games", 1, 1),
    ]
    kept, before = await counts(lab), await everything(lab)
    async with lab.database.transaction() as client:
        await client.execute("SELECT case_recount()")
    assert await counts(lab) == kept
    assert await everything(lab) == before


async def counts(lab: Lab) -> dict[Dimension, dict[str, dict[CaseState, int]]]:
    found = await statistics(lab.database)
    assert sum(sum(month.states.values()) for month in found.months) == 2
    return {
        dimension: {line.value: line.states for line in lines}
        for dimension, lines in found.dimensions.items()
    }


async def everything(lab: Lab) -> list[str]:
    async with lab.database.transaction() as client:
        rows = await client.fetch(
            "SELECT package || open_cases AS line FROM product UNION ALL "
            "SELECT concat_ws('/', developer_id, product_line, cases, open_cases, recurrences) "
            "FROM offender WHERE cases > 0 ORDER BY 1"
        )
    return [row["line"] for row in rows]


async def test_cases_are_filtered_and_paged(lab: Lab) -> None:
    first = await opened(lab)
    for number in range(4):
        await lab.judged(made_app(f"com.example.app{number}"), eager())
    seen: list[int] = []
    after = ""
    while True:
        page = await cases(lab.database, after=after, limit=2)
        seen += [line.id for line in page.items]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5

    async def found(**wanted: object) -> list[int]:
        chosen = CaseFilter(**wanted)  # type: ignore[arg-type]
        return [line.id for line in (await cases(lab.database, chosen)).items]

    assert await found(store="Store A") == [first.id]
    assert await found(category=6) == [first.id]
    assert await found(package="com.example.shop") == [first.id]
    assert await found(developer=first.developer_id) == [first.id]
    assert len(await found(sdk="com.none")) == 0
    assert len(await found(state=CaseState.FOUND, open=True)) == 5
    assert await found(state=CaseState.FIXED) == []


async def test_a_case_that_is_not_there_is_said_so(lab: Lab) -> None:
    with pytest.raises(UsageError, match="there is none"):
        await case_page(lab.database, 17)
    with pytest.raises(UsageError, match="there is none"):
        await notice(lab, 17)
