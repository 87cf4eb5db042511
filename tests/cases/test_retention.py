"""Pruning leaves alone what a case stands on."""

from farm.campaign.store.retention import Retention, find_expired
from farm.cases.steps import close
from farm.cases.vocabulary import Action, ReviewAnswer
from tests.cases.lab import Lab, quiet
from tests.cases.test_steps import opened, signed
from tests.register.made import made_app


async def test_a_recording_that_a_case_stands_on_is_kept(lab: Lab) -> None:
    case = (await opened(lab)).id
    await lab.judged(made_app("com.example.other"), quiet())
    async with lab.database.transaction() as client:
        await client.execute("UPDATE result SET recorded = recorded - interval '9 days'")
    rules = Retention(clean=3, open=3, violation=3)
    assert [one.recording for one in await find_expired(lab.database, rules)] == [
        "recordings/session-0002"
    ]
    await signed(lab, ReviewAnswer.KEPT, "li", "wang")
    await close(lab.database, case, Action.DISMISS, actor="li", reason="no violation")
    assert len(await find_expired(lab.database, rules)) == 2
