"""From a folder of apps to a fixed case, on a real lab with a twin: source, policy, session,
judgement, case, signatures, notice, a new version, its re-test."""

import asyncio
import shutil
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.plan.values import ScenarioRef
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.campaign.worker.sources import scenario_name
from farm.cases.deadlines import Calendar, DeadlineRules, Deadlines
from farm.cases.notice import make_notice
from farm.cases.queries import case_page, cases
from farm.cases.reviews import review_page, reviews, sign
from farm.cases.steps import send_notice
from farm.cases.update import update
from farm.cases.values import CaseFilter
from farm.cases.vocabulary import CaseState, RetestOutcome, ReviewAnswer, ReviewKind
from farm.detect.rules import load_rules
from farm.explore.loader import load
from farm.register.configuration import PolicyRule
from farm.register.policy import queue_new
from farm.register.queries import app_page
from farm.register.sources.folder import FolderSource
from farm.twin.building.apk import APKS, build_app
from tests.campaign.labs import at_work
from tests.end_to_end.twin_lab import twin_lab
from tests.register.sources.made import make_collector

PACKAGE = "com.example.eager"
SAMPLES = Path(__file__).parents[2] / "farm" / "twin" / "samples"


def build_mended(folder: Path) -> Path:
    """The next version of the eager app, with the code of one that waits for consent."""
    sample = folder / "sample"
    shutil.copytree(SAMPLES / "compliant", sample)
    facts = (sample / "app.yaml").read_text()
    facts = facts.replace("package: com.example.compliant", f"package: {PACKAGE}")
    facts = facts.replace("version_code: 240", "version_code: 999")
    facts = facts.replace("developer: qinghe", "developer: jisu")
    (sample / "app.yaml").write_text(facts + "namespace: com.example.compliant\n")
    return build_app(sample, folder / "mended.apk")


async def finished(database: Database, names: list[str]) -> None:
    for name in names:
        while (await campaign_status(database, name)).state != "finished":
            await asyncio.sleep(0.3)


@pytest.mark.end_to_end
@pytest.mark.timeout(400)
async def test_from_a_folder_to_a_fixed_case(database: Database, tmp_path: Path) -> None:
    inbox, place = tmp_path / "inbox", tmp_path / "lab"
    inbox.mkdir()
    place.mkdir()
    store, rules, scenario = Store(str(tmp_path / "store")), load_rules(), load("accept")
    await store.put_file(scenario_name(scenario.sha256), scenario.path, scenario.sha256)
    collector = make_collector(database, tmp_path)
    policy = [PolicyRule(name="all", scenarios=["accept"], settle_seconds=1)]

    async def arrive(apk: Path) -> list[str]:
        """Put an app into the folder and let the register see it; returns its campaigns."""
        shutil.copy(apk, inbox / apk.name)
        source = FolderSource("inbox", inbox, store="Store A", settle=0.05)
        assert len((await collector.collect(source)).new) == 1
        ref = ScenarioRef(name=scenario.name, sha256=scenario.sha256)
        return list((await queue_new(database, policy, lambda _: ref)).queued)

    campaigns = await arrive(APKS / "eager.apk")
    async with (
        twin_lab(place) as lab,
        asyncio.timeout(350),
        at_work(database, store, lab, tmp_path),
    ):
        await finished(database, campaigns)
        done = await update(database, store, rules.pack, rules.packs)
        assert done.taken.opened >= 1
        page = await app_page(database, PACKAGE)
        assert page.app.verdict == "violation" and page.app.open_cases == done.taken.opened
        opened = [
            one
            for one in (await cases(database, CaseFilter(package=PACKAGE))).items
            if one.problem.startswith("collection.before_consent")
        ]
        assert opened
        for review in (await reviews(database, kind=ReviewKind.NOTICE)).items:
            digest = (await review_page(database, review.id)).evidence_sha256
            for who in ("li", "wang"):
                await sign(
                    database, review.id, reviewer=who, answer=ReviewAnswer.BROKEN,
                    reason="as seen", evidence_sha256=digest,
                )  # fmt: skip
        case = opened[0].id
        await send_notice(
            database,
            case,
            actor="li",
            reason="first",
            deadlines=Deadlines(rules=DeadlineRules(), calendar=Calendar(years={})),
        )
        told = await make_notice(database, case, rules.pack, rules.packs)
        assert told.findings and told.findings[0].manifest_sha256
        await arrive(await asyncio.to_thread(build_mended, tmp_path))
        assert (await update(database, store, rules.pack, rules.packs)).retests >= 1
        (retest,) = (await case_page(database, case)).retests
        assert retest.campaign is not None
        await finished(database, [retest.campaign])
        await update(database, store, rules.pack, rules.packs)
    ended = await case_page(database, case)
    assert [line.outcome for line in ended.retests] == [RetestOutcome.GONE], ended.retests
    assert ended.case.state is CaseState.FIXED
    assert ended.case.fixed_version == "2.4.0"
    actions = [event.action for event in ended.events]
    assert actions == ["open", "notice", "retest", "fix"]
