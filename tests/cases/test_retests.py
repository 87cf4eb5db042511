"""Re-tests: queued for a new version, run as the old one was, decided by what was seen."""

import pytest

from farm.campaign.plan import control
from farm.campaign.plan.values import CampaignPlan
from farm.campaign.status import campaign_plan, campaign_status, campaigns
from farm.cases.queries import case_page, cases
from farm.cases.retests import plan_retests, retest
from farm.cases.steps import close, expire
from farm.cases.values import CasePage
from farm.cases.vocabulary import Action, CaseState, RetestOutcome, ReviewAnswer
from farm.model.errors import UsageError
from farm.register.write import register
from tests.cases.lab import PROFILE, Lab, cut_off, eager, quiet
from tests.cases.test_steps import notice, opened, signed
from tests.register.made import listed, made_app


async def noticed(lab: Lab) -> int:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    await notice(lab, case)
    return case


async def the_page(lab: Lab) -> CasePage:
    (line,) = (await cases(lab.database)).items
    return await case_page(lab.database, line.id)


async def queued(lab: Lab) -> list[str]:
    names = [line.name for line in await campaigns(lab.database)]
    return [name for name in names if name.startswith("retest-")]


async def test_a_new_version_is_queued_as_the_old_one_was_run(lab: Lab) -> None:
    await noticed(lab)
    assert await plan_retests(lab.database) == 0
    await register(lab.database, made_app(version=2), listed())
    assert await plan_retests(lab.database) == 1
    assert await plan_retests(lab.database) == 0
    page = await the_page(lab)
    assert page.case.state is CaseState.RETEST
    (line,) = page.retests
    assert (line.version, line.outcome) == ("2.0", RetestOutcome.WAITING)
    (name,) = await queued(lab)
    assert line.campaign == name
    plan: CampaignPlan = await campaign_plan(lab.database, name)
    assert [scenario.name for scenario in plan.scenarios] == ["accept"]
    assert plan.profiles == (PROFILE,)
    assert (await campaign_status(lab.database, name)).count("planned") == 1


@pytest.mark.parametrize(
    ("scene", "state", "outcome"),
    [
        (quiet, CaseState.FIXED, RetestOutcome.GONE),
        (eager, CaseState.NOTICED, RetestOutcome.SHOWN),
        (cut_off, CaseState.RETEST, RetestOutcome.CANNOT_TELL),
    ],
)
async def test_what_the_retest_shows_decides(
    lab: Lab, scene: object, state: CaseState, outcome: RetestOutcome
) -> None:
    assert callable(scene)
    await noticed(lab)
    app = made_app(version=2)
    await register(lab.database, app, listed())
    await plan_retests(lab.database)
    await lab.finish(app, scene(), session_id="again")
    await lab.take()
    page = await the_page(lab)
    assert page.case.state is state
    assert [line.outcome for line in page.retests] == [outcome]


async def test_no_deadline_passes_while_the_farm_has_not_looked(lab: Lab) -> None:
    await noticed(lab)
    await register(lab.database, made_app(version=2), listed())
    await plan_retests(lab.database)
    async with lab.database.transaction() as client:
        await client.execute("UPDATE case_file SET due = now() - interval '1 s'")
    assert await expire(lab.database) == 0
    assert (await the_page(lab)).case.state is CaseState.RETEST


async def test_a_person_holds_it_overdue_where_no_retest_can_tell(lab: Lab) -> None:
    case = await noticed(lab)
    app = made_app(version=2)
    await register(lab.database, app, listed())
    await plan_retests(lab.database)
    await lab.finish(app, cut_off(), session_id="again")
    await lab.take()
    with pytest.raises(UsageError, match="has not passed"):
        await close(lab.database, case, Action.EXPIRE, actor="li", reason="it hides")
    async with lab.database.transaction() as client:
        await client.execute("UPDATE case_file SET due = now() - interval '1 s'")
    await close(lab.database, case, Action.EXPIRE, actor="li", reason="it hides")
    assert (await the_page(lab)).case.state is CaseState.OVERDUE


async def test_a_version_that_was_there_before_the_case_is_asked_too(lab: Lab) -> None:
    await register(lab.database, made_app(version=2), listed())
    assert await plan_retests(lab.database) == 0
    await opened(lab)
    assert await plan_retests(lab.database) == 1


async def test_older_versions_and_other_apps_are_left_alone(lab: Lab) -> None:
    await noticed(lab)
    await register(lab.database, made_app(version=0), listed())
    await register(lab.database, made_app("com.example.other", version=9), listed())
    assert await plan_retests(lab.database) == 0
    assert await queued(lab) == []


async def test_a_person_asks_again_and_the_sessions_run_again(lab: Lab) -> None:
    case = await noticed(lab)
    app = made_app(version=2)
    await register(lab.database, app, listed())
    await plan_retests(lab.database)
    await lab.finish(app, cut_off(), session_id="first")
    await lab.take()
    await retest(lab.database, case, actor="li", reason="the phone fell off")
    assert len(await queued(lab)) == 2
    await lab.finish(app, quiet(), session_id="second")
    await lab.take()
    assert (await the_page(lab)).case.state is CaseState.FIXED


async def test_a_cancelled_campaign_stops_no_other(lab: Lab) -> None:
    await noticed(lab)
    await register(lab.database, made_app(version=2), listed())
    await plan_retests(lab.database)
    (name,) = await queued(lab)
    await control.cancel(lab.database, name)
    await register(lab.database, made_app(version=3), listed())
    assert await plan_retests(lab.database) == 1
    assert "was cancelled" in (await the_page(lab)).retests[-1].reason


async def test_who_asks_says_why_and_for_what(lab: Lab) -> None:
    case = await noticed(lab)
    with pytest.raises(UsageError, match="why"):
        await retest(lab.database, case, actor="li", reason="")
    with pytest.raises(UsageError, match="no version"):
        await retest(lab.database, case, actor="li", reason="x", sha256="ab")
