"""From judged sessions to cases: what opens one, what does not, and what ends it."""

import asyncio

import msgspec
import pytest

from farm.cases.queries import case_page, cases
from farm.cases.reviews import review_page, reviews, sign
from farm.cases.values import CaseLine
from farm.cases.vocabulary import Action, CaseState, ReviewAnswer, ReviewKind
from farm.model.vocabulary import ConsentAnswer, DataType
from farm.register.queries import app_page
from farm.register.write import register
from tests.cases.lab import RULES, Lab, cut_off, eager, quiet, sending
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.consent import no_popup
from tests.register.made import listed, made_app

ACCESSED = "collection.before_consent.accessed"
SENT = "collection.before_consent.transmitted"


async def the_case(lab: Lab) -> CaseLine:
    (line,) = (await cases(lab.database)).items
    return line


async def history(lab: Lab, case: int) -> list[tuple[str, str]]:
    page = await case_page(lab.database, case)
    return [(event.action, event.after) for event in page.events]


async def test_a_violation_opens_one_case_and_asks_for_signatures(lab: Lab) -> None:
    done = await lab.judged(made_app(), eager())
    assert (done.judgements, done.opened) == (1, 1)
    line = await the_case(lab)
    assert (line.problem, line.state, line.package) == (
        ACCESSED,
        CaseState.FOUND,
        "com.example.shop",
    )
    (review,) = (await reviews(lab.database, kind=ReviewKind.NOTICE)).items
    assert review.case_id == line.id
    shown = await review_page(lab.database, review.id)
    assert "imei accessed before_consent" in shown.evidence[0].signs[0]
    page = await case_page(lab.database, line.id)
    (evidence,) = page.evidence
    assert (evidence.session_id, evidence.data_type) == ("session-0001", "imei")
    assert (await app_page(lab.database, line.package)).app.verdict == "violation"


async def test_the_same_problem_again_adds_evidence_and_no_second_case(lab: Lab) -> None:
    await lab.judged(made_app(), eager())
    done = await lab.judged(made_app(), eager(), scenario="launch_idle")
    assert (done.judgements, done.opened) == (1, 0)
    page = await case_page(lab.database, (await the_case(lab)).id)
    assert {line.scenario for line in page.evidence} == {"accept", "launch_idle"}


async def test_a_rule_that_cites_other_clauses_meanwhile_keeps_the_case_and_its_review(
    lab: Lab,
) -> None:
    await lab.judged(made_app(), eager())
    analysis = eager().judge(RULES)
    cited = [msgspec.structs.replace(one, clause="another") for one in analysis.findings]
    other = msgspec.structs.replace(analysis, findings=cited)
    done = await lab.judged(made_app(), eager(), analysis=other)
    assert (done.judgements, done.opened, done.unreadable) == (1, 0, 0)
    assert len((await reviews(lab.database, kind=ReviewKind.NOTICE)).items) == 1


async def test_different_problems_are_different_cases(lab: Lab) -> None:
    await lab.judged(made_app(), eager())
    await lab.judged(made_app(), sending())
    found = {line.problem for line in (await cases(lab.database)).items}
    assert found == {ACCESSED, SENT}


@pytest.mark.parametrize("scene", [quiet, cut_off])
async def test_no_violation_opens_no_case(lab: Lab, scene: object) -> None:
    assert callable(scene)
    done = await lab.judged(made_app(), scene())
    assert (done.judgements, done.opened) == (1, 0)
    assert (await cases(lab.database)).items == []


async def test_what_is_undetermined_opens_no_case(lab: Lab) -> None:
    scene = Scene(clock_bound_ms=4000).begin()
    scene.call(4500)  # it may lie on either side of the answer
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge(RULES)
    assert analysis.undetermined and not analysis.findings
    assert (await lab.judged(made_app(), scene, analysis=analysis)).opened == 0
    assert (await app_page(lab.database, "com.example.shop")).app.verdict == "undetermined"


async def test_a_broken_automatic_clause_opens_a_case_of_its_signal(lab: Lab) -> None:
    scene = no_popup(DataType.IMEI)
    analysis = scene.judge(RULES)
    broken = [one.clause for one in analysis.clauses if one.answer == "broken"]
    assert broken
    await lab.judged(made_app(), scene, analysis=analysis)
    problems = {line.problem: line for line in (await cases(lab.database)).items}
    assert set(problems) == {"signal:no_policy_popup"}
    assert problems["signal:no_policy_popup"].clause.split("; ") == sorted(broken)


async def test_a_judgement_is_taken_once_however_often_it_is_looked_at(lab: Lab) -> None:
    await lab.judged(made_app(), eager())
    again = await asyncio.gather(*(lab.take() for _ in range(3)))
    assert [done.judgements for done in again] == [0, 0, 0]
    assert len((await case_page(lab.database, (await the_case(lab)).id)).events) == 1


async def test_a_fix_is_a_comparable_session_that_would_have_seen_it(lab: Lab) -> None:
    await lab.judged(made_app(version=1), eager())
    done = await lab.judged(made_app(version=2), quiet())
    assert done.moved == 1
    line = await the_case(lab)
    assert (line.state, line.fixed_version) == (CaseState.FIXED, "2.0")
    assert line.closed is not None
    assert (await app_page(lab.database, line.package)).app.open_cases == 0


@pytest.mark.parametrize(
    ("scene", "how"),
    [
        (cut_off, {}),
        (quiet, {"profile": "samsung-s9-android10-su"}),
        (quiet, {"scenario": "launch_idle"}),
        (sending, {}),
    ],
    ids=["not all was seen", "another phone", "another scenario", "it is sent as well now"],
)
async def test_nothing_less_is_a_fix(lab: Lab, scene: object, how: dict[str, str]) -> None:
    assert callable(scene)
    await lab.judged(made_app(version=1), eager())
    await lab.judged(made_app(version=2), scene(), **how)  # type: ignore[arg-type]
    found = {line.problem: line.state for line in (await cases(lab.database)).items}
    assert found.pop(ACCESSED) is CaseState.FOUND
    assert set(found.values()) <= {CaseState.FOUND}


async def test_a_lesser_problem_that_is_left_ends_the_graver_one(lab: Lab) -> None:
    await lab.judged(made_app(version=1), sending())
    await lab.judged(made_app(version=2), eager())
    found = {line.problem: line.state for line in (await cases(lab.database)).items}
    assert found == {SENT: CaseState.FIXED, ACCESSED: CaseState.FOUND}


async def test_every_scenario_that_showed_it_has_to_be_run_again(lab: Lab) -> None:
    await lab.judged(made_app(version=1), eager())
    await lab.judged(made_app(version=1), eager(), scenario="launch_idle")
    await lab.judged(made_app(version=2), quiet())
    assert (await the_case(lab)).state is CaseState.FOUND
    await lab.judged(made_app(version=2), quiet(), scenario="launch_idle")
    assert (await the_case(lab)).state is CaseState.FIXED


async def test_older_rules_cannot_say_that_it_is_fixed(lab: Lab) -> None:
    await lab.judged(made_app(version=1), eager())
    analysis = quiet().judge(RULES)
    old = dict(analysis.rules) | {"rules": "0, sha256:" + "a" * 64}
    older = msgspec.structs.replace(analysis, rules=old)
    await lab.judged(made_app(version=2), quiet(), analysis=older)
    assert (await the_case(lab)).state is CaseState.FOUND
    new = dict(analysis.rules) | {"rules": "7, sha256:" + "a" * 64}
    newer = msgspec.structs.replace(analysis, rules=new)
    await lab.judged(made_app(version=3), quiet(), analysis=newer)
    assert (await the_case(lab)).state is CaseState.FIXED


async def test_a_session_of_the_same_or_an_older_version_fixes_nothing(lab: Lab) -> None:
    await lab.judged(made_app(version=2), eager())
    await lab.judged(made_app(version=2), quiet())
    await lab.judged(made_app(version=1), quiet())
    assert (await the_case(lab)).state is CaseState.FOUND


async def test_a_relapse_is_counted_and_needs_new_signatures(lab: Lab) -> None:
    await lab.judged(made_app(version=1), eager())
    await _agree(lab)
    await lab.judged(made_app(version=2), quiet())
    await lab.judged(made_app(version=3), eager())
    line = await the_case(lab)
    assert (line.state, line.recurrences, line.found_version) == (CaseState.RECURRING, 1, "3.0")
    assert await history(lab, line.id) == [
        (Action.OPEN, "found"),
        (Action.FIX, "fixed"),
        (Action.RECUR, "recurring"),
    ]
    states = [one.state for one in (await case_page(lab.database, line.id)).reviews]
    assert states == ["agreed", "open"]


async def test_an_old_version_that_shows_it_is_no_relapse(lab: Lab) -> None:
    await lab.judged(made_app(version=2), eager())
    await lab.judged(made_app(version=3), quiet())
    await lab.judged(made_app(version=1), eager())
    line = await the_case(lab)
    assert (line.state, line.recurrences) == (CaseState.FIXED, 0)
    assert (await history(lab, line.id))[-1] == (Action.SHOW, "fixed")


async def test_the_version_that_was_taken_for_fixed_takes_the_fix_back(lab: Lab) -> None:
    await lab.judged(made_app(version=1), eager())
    await lab.judged(made_app(version=2), quiet())
    await lab.judged(made_app(version=2), eager())
    line = await the_case(lab)
    assert (line.state, line.recurrences, line.fixed_version) == (CaseState.FOUND, 0, None)


async def test_a_recording_judged_otherwise_now_puts_the_case_in_doubt(lab: Lab) -> None:
    await lab.judged(made_app(), eager(), session_id="the-one")
    await _agree(lab)
    await lab.judged(made_app(), quiet(), session_id="the-one")
    line = await the_case(lab)
    assert (await history(lab, line.id))[-1] == (Action.DOUBT, "found")


async def test_an_analysis_that_cannot_be_read_is_noted_and_stops_nothing(lab: Lab) -> None:
    await lab.judged(made_app(), eager())
    async with lab.database.transaction() as client:
        await client.execute("UPDATE attempt SET detail = 'analyses/none.json' WHERE detail <> ''")
        await client.execute("TRUNCATE judgement_intake")
    assert (await lab.take()).unreadable == 1
    done = await lab.judged(made_app("com.example.other"), eager())
    assert (done.judgements, done.opened, done.unreadable) == (1, 1, 0)


async def test_an_analysis_that_comes_back_is_taken_after_all(lab: Lab) -> None:
    """As where the folder of the store was not mounted for a while."""
    await lab.judged(made_app(), eager())
    async with lab.database.transaction() as client:
        (name,) = [
            row["detail"]
            for row in await client.fetch("SELECT detail FROM attempt WHERE detail <> ''")
        ]
        await client.execute("UPDATE attempt SET detail = 'analyses/away.json' WHERE detail <> ''")
        await client.execute("TRUNCATE judgement_intake")
    assert (await lab.take()).unreadable == 1
    before = (await the_case(lab)).id

    async def later() -> None:
        async with lab.database.transaction() as client:
            await client.execute("UPDATE judgement_intake SET at = at - interval '2 hours'")

    assert (await lab.take()).unreadable == 0  # not at once
    await later()
    assert (await lab.take()).unreadable == 1  # still away
    await later()
    async with lab.database.transaction() as client:
        await client.execute("UPDATE attempt SET detail = $1 WHERE detail <> ''", name)
    assert (await lab.take()).judgements == 1
    await later()
    done = await lab.take()
    assert (done.judgements, done.unreadable) == (0, 0)  # once
    assert (await the_case(lab)).id == before


async def test_a_judgement_that_cannot_be_kept_holds_up_no_other(lab: Lab) -> None:
    bad = msgspec.structs.replace(
        eager().judge(RULES), rules={"rules": "1, sha256:aa", "own": "a text with \0 in it"}
    )
    done = await lab.judged(made_app(), eager(), analysis=bad)
    assert (done.judgements, done.opened, done.unreadable) == (0, 0, 1)
    done = await lab.judged(made_app("com.example.other"), eager())
    assert (done.judgements, done.opened, done.unreadable) == (1, 1, 0)


async def test_an_assisted_clause_is_prepared_with_every_session_once(lab: Lab) -> None:
    scene = quiet()
    for at in range(6):
        scene.call(20_000 + at * 1000)  # often, after consent: a person has to look
    analysis = scene.judge(RULES)
    wanted = {one.clause for one in analysis.clauses if one.answer == "for_review" and any(
        sighting.state == "present" for sighting in one.sightings)}  # fmt: skip
    assert wanted
    await lab.judged(made_app(), scene, session_id="a")
    await lab.judged(made_app(), scene, session_id="b")
    await lab.judged(made_app(), scene, session_id="b")
    prepared = (await reviews(lab.database, kind=ReviewKind.CLAUSE, limit=200)).items
    assert {line.clause for line in prepared} == wanted
    shown = await review_page(lab.database, prepared[0].id)
    assert [one.session_id for one in shown.evidence] == ["a", "b"]
    assert shown.evidence[0].signs and shown.evidence[0].signs_zh


async def test_a_case_is_counted_under_stores_it_was_seen_in_later(lab: Lab) -> None:
    await lab.judged(made_app(), eager())
    await register(lab.database, made_app(), listed("Store B", category=6, developer="B Ltd"))
    line = await the_case(lab)
    assert (line.category, line.developer) == (6, "B Ltd")


async def _agree(lab: Lab) -> None:
    (review,) = (await reviews(lab.database, kind=ReviewKind.NOTICE)).items
    digest = (await review_page(lab.database, review.id)).evidence_sha256
    for who in ("li", "wang"):
        await sign(
            lab.database,
            review.id,
            reviewer=who,
            answer=ReviewAnswer.BROKEN,
            reason="as seen",
            evidence_sha256=digest,
        )
