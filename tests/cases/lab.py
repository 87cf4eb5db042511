"""Judged sessions in a database and a store, written by the farm's own ledger, without phones."""

import uuid
from typing import Any

import msgspec

from farm.apps.engines.statements import EngineResult
from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.decisions import (
    ANALYSIS_KEY,
    EXAMINATION_KEY,
    PHONELESS,
    Capability,
    RetryPolicy,
    can_run,
)
from farm.campaign.ledger import Assignment, Offer, Report, report, take
from farm.campaign.ledger.take import known_keys
from farm.campaign.plan.values import AppEntry
from farm.campaign.store import Store
from farm.campaign.vocabulary import Cause, JobKind, Reason
from farm.campaign.worker.analysis import _found, analysis_name
from farm.cases.intake import Taken
from farm.cases.intake import take as take_in
from farm.detect.rules import load_rules
from farm.model.finding import Analysis
from farm.model.session import App
from farm.model.vocabulary import ConsentAnswer, Outcome
from farm.report.export import to_json
from tests.campaign.planning import create, plan
from tests.detect.builders import IMEI, Scene

PROFILE = "xiaomi-mi8-android9-su"
_POLICY = RetryPolicy()
RULES = load_rules()


def eager() -> Scene:
    """An app that reads an IMEI before consent."""
    scene = Scene().begin()
    scene.call(1500)
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def sending() -> Scene:
    """An app that reads an IMEI before consent, and sends it."""
    scene = Scene().begin()
    scene.call(1500)
    scene.flow(1600, "collect.tracker.example", path=f"/?imei={IMEI}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def quiet() -> Scene:
    """An app that waits for consent."""
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def cut_off() -> Scene:
    """A session of a quiet app that was cut off: what came after was not seen."""
    scene = quiet()
    scene.outcome = Outcome.INTERRUPTED
    return scene


class Lab:
    """Runs sessions in name only; everything the farm keeps of them is real."""

    def __init__(self, database: Database, store: Store, first: int = 0) -> None:
        self.database = database
        self.store = store
        self._count = first

    async def judged(
        self,
        app: App,
        scene: Scene,
        *,
        scenario: str = "accept",
        profile: str = PROFILE,
        session_id: str = "",
        analysis: Analysis | None = None,
    ) -> Taken:
        """One session with its judgement, taken note of."""
        self._count += 1
        name = session_id or f"session-{self._count:04d}"
        await create(
            self.database, f"c{self._count}", [entry(app)], plan((scenario,), analyse=True)
        )
        await self.finish(app, scene, profile=profile, session_id=name, analysis=analysis)
        return await self.take()

    async def finish(
        self,
        app: App,
        scene: Scene,
        *,
        profile: str = PROFILE,
        session_id: str,
        analysis: Analysis | None = None,
    ) -> None:
        """End every planned session of any campaign with this recording, and judge it."""
        for one in await self._take():
            assert one.work.kind is JobKind.SESSION
            session = msgspec.structs.replace(
                scene.session(),
                session_id=session_id,
                app=app,
                scenario=one.work.scenario,
                device=msgspec.structs.replace(scene.session().device, profile=profile),
            )
            await self._end(one, session_id=session_id, recording=f"recordings/{session_id}")
            (judging,) = await self._take()
            made = msgspec.structs.replace(analysis or scene.judge(RULES), session_id=session_id)
            data = to_json(made, session=session, show_values=True)
            address = analysis_name(session_id, f"{judging.work.job:064d}"[::-1])
            await self.store.put_bytes(address, data)
            rows = (
                *(_found(finding, True) for finding in made.findings),
                *(_found(finding, False) for finding in made.undetermined),
            )
            await self._end(judging, verdict=made.verdict.kind, detail=address, findings=rows)

    async def examined(self, app: App, *results: EngineResult) -> None:
        """A campaign that has an app examined, with what the engines said."""
        self._count += 1
        wanted = plan((), analyse=False, examine=True)
        await create(self.database, f"c{self._count}", [entry(app)], wanted)
        for one in await self._take(EXAMINATION_KEY):
            await self._end(one, examined=results)

    async def take(self) -> Taken:
        """Let the cases take note of all judgements."""
        return await take_in(self.database, self.store, RULES.pack, RULES.packs)

    async def _take(self, *more: str) -> list[Assignment]:
        await Controller(self.database, lease=30).tick()
        phone = Capability(profile=PROFILE, access="su", sdk=28, abi="arm64-v8a")
        keys = {key for key, wants in await known_keys(self.database) if can_run(phone, wants)}
        return await take(
            self.database,
            worker=uuid.uuid4(),
            host="host",
            offers=[Offer(keys=frozenset(more), slots=("e1", "e2"))]
            if more
            else [
                Offer(keys=frozenset(keys - PHONELESS), slots=("p1", "p2")),
                Offer(keys=frozenset({ANALYSIS_KEY}), slots=("a1",)),
            ],
            lease=30.0,
            policy=_POLICY,
        )

    async def _end(self, one: Assignment, **facts: Any) -> None:
        item = Report(
            job=one.work.job, fence=one.work.fence, slot=one.slot, cause=Cause.NONE,
            reason=Reason.COMPLETE, **facts,
        )  # fmt: skip
        await report(self.database, [item], _POLICY)


def entry(app: App) -> AppEntry:
    """An app as a campaign plans it."""
    return AppEntry(
        sha256=app.apk_sha256,
        package=app.package,
        version_code=app.version_code,
        version_name=app.version_name,
    )
