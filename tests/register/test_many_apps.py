"""The bulk generator of benchmarks makes what the farm's own functions read as whole."""

from farm.campaign.database import Database
from farm.cases import queries
from farm.cases.decisions import OPEN_STATES
from farm.register.queries import app_page, apps, sessions
from farm.register.write import register
from tests.bench.many_apps import fill
from tests.register.made import listed, made_app


async def test_made_up_apps_are_whole(database: Database, database_url: str) -> None:
    counts = await fill(database_url, 300)
    lines = (await apps(database, limit=200)).items
    assert len(lines) == 200
    page = await app_page(database, lines[0].package)
    assert page.versions and page.signers and page.sightings
    assert (await sessions(database, page.versions[0].app_id))[0].analysis
    cases = (await queries.cases(database, limit=200)).items
    told = await queries.statistics(database, months=600)
    assert sum(sum(month.states.values()) for month in told.months) == counts["case_file"]
    shown = await queries.case_page(database, cases[0].id)
    assert shown.events and shown.evidence
    offending = {line.package for line in cases if line.state in OPEN_STATES}
    assert offending & {line.package for line in lines if line.open_cases}


async def test_what_is_entered_afterwards_gets_numbers_of_its_own(
    database: Database, database_url: str
) -> None:
    await fill(database_url, 20)
    done = await register(database, made_app(), listed())
    assert done.new_version
