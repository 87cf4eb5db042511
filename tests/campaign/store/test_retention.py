"""What may go and what stays, by verdict and age."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.database import Database
from farm.campaign.decisions import ANALYSIS_KEY
from farm.campaign.ledger import Offer, Report, report, take
from farm.campaign.store import Store
from farm.campaign.store.retention import Retention, expired, find_expired, remove
from farm.campaign.vocabulary import Cause, Reason
from tests.campaign.ledger.test_ledger import POLICY, Hand, tick
from tests.campaign.planning import app, create, plan

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
verdicts = st.frozensets(
    st.sampled_from(["clean", "violation", "undetermined", "not_observable"]), max_size=4
)


@given(verdicts, st.integers(0, 4000), st.builds(Retention, clean=st.integers(0, 400),
       open=st.integers(0, 400), violation=st.integers(0, 400)))  # fmt: skip
def test_every_verdict_ever_given_must_agree(
    given_verdicts: frozenset[str], age: int, rules: Retention
) -> None:
    judged = NOW - datetime.timedelta(days=age, hours=1)
    gone = expired(given_verdicts, judged, NOW, rules)
    if gone:
        assert given_verdicts
        assert all(expired(frozenset({one}), judged, NOW, rules) for one in given_verdicts)
    assert not expired(given_verdicts, judged, NOW, Retention())
    assert not expired(frozenset(), judged, NOW, rules)


async def test_old_clean_recordings_go_and_the_rest_stays(database: Database, store: Store) -> None:
    await create(database, "c", [app(n) for n in range(3)], plan(analyse=True))
    await tick(database)
    hand = Hand(database)
    for number, one in enumerate(await hand.take(3)):
        place = f"recordings/202601/s{number}"
        for name in ("session.json", "screens/1.png", "manifest.json"):
            await store.put_bytes(f"{place}/{name}", name.encode())
        await report(
            database,
            [Report(job=one.work.job, fence=1, slot=one.slot, cause=Cause.NONE,
                    reason=Reason.COMPLETE, recording=place)],
            POLICY,
        )  # fmt: skip
    await store.put_bytes("recordings/202601/s11/manifest.json", b"a neighbour")
    await tick(database)
    offer = Offer(keys=frozenset({ANALYSIS_KEY}), slots=("a", "b"))
    judged = await take(database, worker=hand.id, host="h", offers=[offer], lease=30, policy=POLICY)
    for one, verdict in zip(judged, ("clean", "violation"), strict=True):
        item = Report(job=one.work.job, fence=1, slot=one.slot, cause=Cause.NONE,
                      reason=Reason.COMPLETE, verdict=verdict)  # fmt: skip
        await report(database, [item], POLICY)
    rules = Retention(clean=30, open=30)
    assert await find_expired(database, rules) == []
    async with database.transaction() as client:
        await client.execute("UPDATE result SET recorded = now() - interval '31 days'")
    (found,) = await find_expired(database, rules)
    assert (found.recording, found.verdict) == (judged[0].work.recording, "clean")
    assert await remove(database, store, [found]) == 3
    assert await find_expired(database, rules) == []
    names = [stored.name async for stored in store.names("recordings/")]
    left = {name.removesuffix("/manifest.json") for name in names if name.endswith("manifest.json")}
    assert len(left) == 3
    assert not [name for name in names if name.startswith(f"{found.recording}/")]
