"""Which new versions are queued, under what, and that nothing is queued twice."""

from typing import Any

import pytest

from farm.campaign.database import Database
from farm.campaign.plan import control
from farm.campaign.plan.values import ScenarioRef
from farm.campaign.status import campaign_status, campaigns
from farm.model.errors import UsageError
from farm.register.configuration import PolicyRule
from farm.register.policy import VersionFacts, choose, fits, queue_new
from farm.register.queries import app_page
from farm.register.write import register
from tests.register.made import OTHER, listed, made_app

GAMES = PolicyRule(
    name="games", categories=[18], scenarios=["accept", "decline"], priority=10, repeat=2
)
REST = PolicyRule(name="rest", scenarios=["accept"])


def scenario(name: str) -> ScenarioRef:
    if name == "none":
        raise UsageError("no scenario none")
    return ScenarioRef(name=name, sha256=name.encode().hex())


def facts(**changes: Any) -> VersionFacts:
    known: dict[str, Any] = {
        "app_id": 1, "product_id": 1, "package": "com.example.shop", "version_code": 1,
        "category": 18, "developer": "A Ltd", "stores": frozenset({"Store A"}), "flagged": False,
    }  # fmt: skip
    return VersionFacts(**(known | changes))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, True),
        ({"categories": [18]}, True),
        ({"categories": [17]}, False),
        ({"packages": ["com.example.*"]}, True),
        ({"packages": ["com.other.*", "org.*"]}, False),
        ({"stores": ["Store A", "Store B"]}, True),
        ({"stores": ["Store B"]}, False),
        ({"developers": ["A Ltd"]}, True),
        ({"developers": ["B Ltd"]}, False),
        ({"flagged_signer": False}, True),
        ({"flagged_signer": True}, False),
        ({"categories": [18], "stores": ["Store B"]}, False),
    ],
)
def test_a_rule_fits_where_everything_it_asks_is_so(rule: dict[str, Any], expected: bool) -> None:
    assert fits(PolicyRule(name="r", scenarios=["accept"], **rule), facts()) is expected


def test_the_first_rule_that_fits_counts() -> None:
    versions = [
        facts(app_id=1),
        facts(app_id=2, product_id=2, category=None),
        facts(app_id=3, product_id=3, package="com.own.tool"),
    ]
    own = PolicyRule(name="own", packages=["com.own.*"])
    assert choose([own, GAMES, REST], versions) == {1: GAMES, 2: REST, 3: None}
    assert choose([], versions) == {1: None, 2: None, 3: None}


def test_of_versions_that_came_together_the_newest_is_run() -> None:
    versions = [facts(app_id=n, version_code=code) for n, code in enumerate((1, 3, 3, 2))]
    assert choose([REST], versions) == {0: None, 1: REST, 2: REST, 3: None}
    every = PolicyRule(name="every", scenarios=["accept"], newest_only=False)
    assert all(rule is every for rule in choose([every], versions).values())


async def planned(database: Database, name: str) -> dict[str, int]:
    """Jobs of a campaign by kind."""
    jobs = (await campaign_status(database, name)).jobs
    return {kind: sum(states.values()) for kind, states in jobs.items()}


async def test_new_versions_are_queued_once_by_their_rule(database: Database) -> None:
    await register(database, made_app("com.example.game"), listed(category=18))
    await register(database, made_app("com.example.other"), listed(category=6))
    done = await queue_new(database, [GAMES], scenario)
    (name,) = done.queued
    assert done.left_out == 1
    jobs = {"session": 4, "examination": 1}
    assert await planned(database, name) == jobs
    assert (await campaign_status(database, name)).priority == 10
    page = await app_page(database, "com.example.game")
    assert page.versions[0].intake == "queued"
    assert (await queue_new(database, [GAMES], scenario)).queued == {}
    assert await planned(database, name) == jobs


async def test_a_version_from_two_stores_is_one_job(database: Database) -> None:
    await register(database, made_app(), listed("Store A"))
    await queue_new(database, [REST], scenario)
    await register(database, made_app(), listed("Store B"))
    await queue_new(database, [REST], scenario)
    (line,) = await campaigns(database)
    assert await planned(database, line.name) == {"session": 1, "examination": 1}


async def test_a_rules_campaign_goes_on_as_versions_come(database: Database) -> None:
    await register(database, made_app(version=1), listed())
    await queue_new(database, [REST], scenario)
    await register(database, made_app(version=2, signer_sha256=OTHER), listed())
    flagged = PolicyRule(name="repackaged", flagged_signer=True, scenarios=["accept"], priority=90)
    done = await queue_new(database, [flagged, REST], scenario)
    (name,) = done.queued
    assert name.startswith("register-repackaged-")
    await register(database, made_app(version=3), listed())
    await queue_new(database, [flagged, REST], scenario)
    totals = {
        line.name.rsplit("-", 1)[0]: (await planned(database, line.name))["session"]
        for line in await campaigns(database)
    }
    assert totals == {"register-rest": 2, "register-repackaged": 1}


async def test_versions_of_a_cancelled_campaign_wait(database: Database) -> None:
    await register(database, made_app(version=1), listed())
    (name,) = (await queue_new(database, [REST], scenario)).queued
    await control.cancel(database, name)
    await register(database, made_app(version=2), listed())
    done = await queue_new(database, [REST], scenario)
    assert done.queued == {} and "was cancelled" in done.waiting[0]
    assert (await app_page(database, "com.example.shop")).versions[0].intake == "waiting"


async def test_a_scenario_that_is_not_there_is_said_before_anything_is_queued(
    database: Database,
) -> None:
    await register(database, made_app(), listed())
    bad = PolicyRule(name="bad", categories=[1], scenarios=["none"])
    with pytest.raises(UsageError, match="no scenario"):
        await queue_new(database, [REST, bad], scenario)
    assert await campaigns(database) == []
