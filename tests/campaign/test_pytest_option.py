"""`pytest --farm-campaign`: only a clean verdict passes."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from farm.campaign.database import Database
from farm.campaign.decisions import ANALYSIS_KEY
from farm.campaign.ledger import Offer, Report, report, take
from farm.campaign.vocabulary import Cause, Reason
from tests.campaign.ledger.test_ledger import POLICY, Hand, tick
from tests.campaign.planning import app, create, plan


async def test_only_clean_sessions_pass(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await create(database, "c", [app(n) for n in range(4)], plan(analyse=True))
    await tick(database)
    hand = Hand(database)
    for one in await hand.take(3):  # the fourth never runs
        item = Report(job=one.work.job, fence=1, slot=one.slot, cause=Cause.NONE,
                      reason=Reason.COMPLETE, recording=f"recordings/{one.work.job}")  # fmt: skip
        await report(database, [item], POLICY)
    await tick(database)
    offer = Offer(keys=frozenset({ANALYSIS_KEY}), slots=tuple("abc"))
    judged = await take(database, worker=hand.id, host="h", offers=[offer], lease=30, policy=POLICY)
    for one, verdict in zip(judged, ("clean", "violation", "not_observable"), strict=True):
        item = Report(job=one.work.job, fence=1, slot=one.slot, cause=Cause.NONE,
                      reason=Reason.COMPLETE, verdict=verdict)  # fmt: skip
        await report(database, [item], POLICY)
    argv = [sys.executable, "-m", "pytest", "--farm-campaign", "c", "--farm-database",
            database_url, "--junitxml", "out.xml", "-p", "no:cacheprovider"]  # fmt: skip
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    (suite,) = ET.parse(tmp_path / "out.xml").getroot()  # noqa: S314 - our own file
    failed = {
        case.get("name", ""): case.find("failure") is not None for case in suite.iter("testcase")
    }
    assert len(failed) == 4
    assert [name for name, bad in failed.items() if not bad] == [
        f"{judged[0].work.package}-accept-1"
    ]
    assert "not_observable: not shown to be clean" in done.stdout
    assert "session queued: not run yet" in done.stdout
    argv[4] = "unknown"
    none = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert none.returncode == 4 and "no such campaign" in none.stderr
