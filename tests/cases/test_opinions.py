"""The farm and outside engines, clause by clause: side by side, disputed, sampled, counted."""

import pytest

from farm.apps.engines.merging import FARM, MergedClause
from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.cases import engines
from farm.cases.opinions import opinions, take_examinations
from farm.cases.reviews import reviews
from farm.cases.vocabulary import ReviewKind
from farm.model.clause import ClauseAnswer
from farm.model.errors import UsageError
from farm.model.session import App
from tests.cases.lab import Lab, eager, quiet
from tests.register.made import made_app

CLAUSE = "MIIT-164-1.1"
"""A clause that the eager app breaks."""


def says(
    app: App, engine: str, *, holds: bool | None = None, version: str = "1", trackers: int = 0,
    status: Status = Status.DONE,
) -> EngineResult:  # fmt: skip
    """What an engine said of an app: of one clause, of trackers, or nothing."""
    said = [Statement(topic=Topic.TRACKER, subject=f"T{n}\0") for n in range(trackers)]
    if holds is not None:
        said.append(Statement(topic=Topic.CLAUSE, subject=CLAUSE, holds=holds))
    return EngineResult(
        engine=engine, version=version, apk_sha256=app.apk_sha256, status=status, statements=said,
        reason="" if status is Status.DONE else "why",
    )  # fmt: skip


async def of_clause(lab: Lab, app: App) -> MergedClause:
    """What everybody says of the clause."""
    async with lab.database.transaction() as client:
        number = await client.fetchval("SELECT id FROM app WHERE sha256 = $1", app.apk_sha256)
    (found,) = [one for one in await opinions(lab.database, number) if one.clause == CLAUSE]
    return found


async def asked(lab: Lab) -> list[str]:
    """Clauses that people are asked about."""
    return [one.clause for one in (await reviews(lab.database, kind=ReviewKind.CLAUSE)).items]


@pytest.mark.parametrize("engine_first", [True, False])
async def test_a_dispute_goes_to_a_person_whoever_spoke_first(lab: Lab, engine_first: bool) -> None:
    app = made_app()
    if engine_first:
        await lab.examined(app, says(app, "outside", holds=True))
        await take_examinations(lab.database)
    await lab.judged(app, eager())
    if not engine_first:
        assert CLAUSE not in await asked(lab)
        await lab.examined(app, says(app, "outside", holds=True))
        await take_examinations(lab.database)
    found = await of_clause(lab, app)
    assert {one.engine: one.answer for one in found.opinions} == {
        FARM: ClauseAnswer.BROKEN,
        "outside": ClauseAnswer.KEPT,
    }
    assert found.agreed is False
    assert CLAUSE in await asked(lab)
    (pair,) = (await engines.overview(lab.database)).matrix
    assert (pair.first, pair.second, pair.decided, pair.disagreed) == (FARM, "outside", 1, 1)


async def test_who_agrees_is_counted_and_asks_nobody(lab: Lab) -> None:
    app = made_app()
    await lab.judged(app, eager())
    await lab.examined(app, says(app, "outside", holds=False))
    await take_examinations(lab.database)
    assert (await of_clause(lab, app)).agreed is True
    assert CLAUSE not in await asked(lab)
    (pair,) = (await engines.overview(lab.database)).matrix
    assert (pair.decided, pair.disagreed) == (1, 0)


async def test_an_engine_that_failed_has_no_opinion_and_a_later_answer_replaces_it(
    lab: Lab,
) -> None:
    app = made_app()
    await lab.judged(app, eager())
    await lab.examined(app, says(app, "outside", status=Status.TIMED_OUT))
    await take_examinations(lab.database)
    assert [one.engine for one in (await of_clause(lab, app)).opinions] == [FARM]
    await lab.examined(app, says(app, "outside", holds=True))
    await take_examinations(lab.database)
    assert (await of_clause(lab, app)).agreed is False
    # A failure of the same version afterwards takes nothing back.
    await lab.examined(app, says(app, "outside", status=Status.FAILED))
    await take_examinations(lab.database)
    assert (await of_clause(lab, app)).agreed is False
    (said,) = await engines.results_of(lab.database, app.apk_sha256)
    assert said.status is Status.DONE


async def test_a_newer_version_of_an_engine_speaks_for_it(lab: Lab) -> None:
    app = made_app()
    await lab.judged(app, eager())
    for version, holds in (("1", True), ("2", False)):
        await lab.examined(app, says(app, "outside", holds=holds, version=version))
        await take_examinations(lab.database)
    assert (await of_clause(lab, app)).agreed is True
    (line,) = (await engines.overview(lab.database)).engines
    assert sorted(line.versions) == ["1", "2"]


async def test_a_session_that_shows_nothing_takes_no_answer_back(lab: Lab) -> None:
    app = made_app()
    await lab.judged(app, eager())
    await lab.judged(app, quiet())
    (own,) = (await of_clause(lab, app)).opinions
    assert own.answer is ClauseAnswer.BROKEN


async def test_a_session_that_was_judged_again_says_its_newest(lab: Lab) -> None:
    app = made_app()
    await lab.judged(app, eager(), session_id="same")
    before = (await of_clause(lab, app)).opinions[0].answer
    await lab.judged(app, quiet(), session_id="same")
    async with lab.database.transaction() as client:
        left = await client.fetchval(
            "SELECT count(*) FROM clause_opinion WHERE clause = $1 AND answer = 'broken'", CLAUSE
        )
    assert (before, left) == (ClauseAnswer.BROKEN, 0)


async def test_a_sample_of_what_nobody_disputes_goes_to_people(lab: Lab) -> None:
    await engines.set_sample(lab.database, 1.0, actor="otto")
    app = made_app()
    await lab.judged(app, eager())
    assert CLAUSE in await asked(lab)
    await engines.set_sample(lab.database, 0.0, actor="otto")
    other = made_app("com.example.other")
    await lab.judged(other, eager())
    assert (await asked(lab)).count(CLAUSE) == 1
    with pytest.raises(UsageError, match="share"):
        await engines.set_sample(lab.database, 1.5, actor="otto")


async def test_an_engine_that_sees_trackers_no_more_raises_an_alarm(lab: Lab) -> None:
    async def period(first: int, trackers: int) -> None:
        for number in range(first, first + 30):
            app = made_app(f"com.example.app{number}")
            await lab.examined(
                app,
                says(app, "drifter", trackers=trackers),
                says(app, "steady", trackers=number % 2),
            )

    await period(0, trackers=1)
    async with lab.database.transaction() as client:
        await client.execute("UPDATE engine_result SET examined = now() - interval '9 days'")
    await period(100, trackers=0)
    found = await engines.overview(lab.database)
    assert [(one.drift.engine, one.topic) for one in found.alarms] == [("drifter", Topic.TRACKER)]
    assert found.alarms[0].drift.before == (30, 30)
    assert found.alarms[0].drift.now == (0, 30)
    steady = [one for one in found.drifts if one.drift.engine == "steady"]
    assert steady and not steady[0].drift.alarm
