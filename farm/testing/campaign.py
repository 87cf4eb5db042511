"""`pytest --farm-campaign NAME`: every judged session of a campaign as one test.

Registered by the plugin when the option is given. A test passes only on a clean verdict: what
could not be seen, or never ran, is no pass.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from farm.campaign.database import Database
from farm.campaign.postgres import EmbeddedPostgres
from farm.session.settings import default_home

_QUERY = """
SELECT p.package, p.version_name, t.scenario, t.profile, s.state, j.state AS judged, r.verdict,
       a.reason, a.detail, s.repetition,
       (SELECT count(*) FROM finding f WHERE f.job_id = j.id AND f.determined) AS findings
FROM job s JOIN task t ON t.id = s.task_id AND t.kind = 'session'
JOIN app p ON p.id = s.app_id JOIN campaign c ON c.id = s.campaign_id
LEFT JOIN attempt a ON a.job_id = s.id AND a.fence = s.fence
LEFT JOIN LATERAL (SELECT * FROM job WHERE subject_job = s.id ORDER BY id DESC LIMIT 1) j ON true
LEFT JOIN result r ON r.job_id = j.id
WHERE c.name = $1 ORDER BY p.package, t.scenario, t.profile, s.id
"""


class CampaignCase(msgspec.Struct, frozen=True, kw_only=True):
    """One session of the campaign, as far as it has got."""

    name: str
    problem: str  # empty: clean


class NotClean(Exception):
    """A session that is not clean; its text is what pytest shows."""


class CampaignItem(pytest.Item):
    """One session as a test."""

    def __init__(self, *, case: CampaignCase, **more: Any) -> None:
        super().__init__(**more)
        self._case = case

    def runtest(self) -> None:
        """Fail where the session is not clean."""
        if self._case.problem:
            raise NotClean(self._case.problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The reason in one line, without a traceback of ours."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands in pytest's output."""
        return self.path, None, self.name


class CampaignNode(pytest.Collector):
    """The campaign as a collector."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing by itself: the items are made when everything else was collected."""
        yield from ()


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the campaign's sessions to the tests."""
    name = config.getoption("--farm-campaign")
    home = config.getoption("--farm-home")
    database = config.getoption("--farm-database") or os.environ.get("FARM_DATABASE", "")
    cases = asyncio.run(_cases(name, database, Path(home) if home else default_home()))
    if not cases:
        raise pytest.UsageError(f"--farm-campaign: {name}: no such campaign, or it has no session")
    node = CampaignNode.from_parent(session, name=name, nodeid=name)
    items += [CampaignItem.from_parent(node, name=case.name, case=case) for case in cases]


async def _cases(name: str, url: str, home: Path) -> list[CampaignCase]:
    async with AsyncExitStack() as stack:
        if not url:
            server = await stack.enter_async_context(EmbeddedPostgres(home))
            url = server.url
        database = await stack.enter_async_context(Database(url))
        async with database.transaction() as client:
            rows = await client.fetch(_QUERY, name)
    return [
        CampaignCase(
            name="-".join(
                str(part)
                for part in (row["package"], row["scenario"], row["profile"], row["repetition"])
                if part
            ),
            problem=_problem(row),
        )
        for row in rows
    ]


def _problem(row: Any) -> str:
    if row["verdict"] == "clean":
        return ""
    about = f"{row['package']} {row['version_name']} under {row['scenario']}"
    if row["verdict"] == "violation":
        return f"{about}: {row['findings']} findings"
    if row["verdict"]:
        return f"{about}: {row['verdict']}: not shown to be clean"
    if row["state"] != "done":
        why = f"{row['reason'] or 'not run yet'} {row['detail'] or ''}".strip()
        return f"{about}: session {row['state']}: {why}"
    return f"{about}: not judged: {row['judged'] or 'there is no judgement'}"
