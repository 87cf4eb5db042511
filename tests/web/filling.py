"""Fills a database the way the farm does: apps, campaigns, judged sessions, phones, cases."""

import datetime

from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.campaign.database import Database
from farm.campaign.fleet.inventory import report_phones
from farm.campaign.store import Store
from farm.cases.opinions import take_examinations
from farm.devices.pool_entry import DeviceStatus
from farm.devices.states import DeviceState
from farm.model.session import App, DeviceInfo
from farm.register.write import register
from tests.cases.lab import Lab, eager, quiet, sending
from tests.detect.builders import Scene
from tests.register.made import listed, made_app

HOSTILE = "<script>window.farmBroken=1</script><img src=x onerror=window.farmBroken=1>\"'{{7*7}}"
"""What an app may call itself, to see whether a page runs it."""


async def fill(database: Database, store: Store, *, hostile: bool = False) -> list[App]:
    """Three apps in two stores with judged sessions, cases and reviews, and two phones."""
    lab = Lab(database, store)
    label = HOSTILE if hostile else "Shop"
    version = '"><svg onload=window.farmBroken=1>' if hostile else "1.0"
    apps = [
        made_app("com.example.shop", 1, label=label, version_name=version),
        made_app("com.example.shop", 2, label=label, version_name=version),
        made_app("com.example.quiet", 1, label="Quiet"),
        made_app("com.example.maps", 7, label=f"Maps {label}"),
    ]
    for number, app in enumerate(apps):
        await register(
            database, app, listed("Store A", developer=f"Maker {label}", category=number + 1)
        )
    await register(database, apps[0], listed(f"Store B {label}"[:60]))
    await lab.judged(apps[0], sending())
    await lab.judged(apps[1], eager())
    await lab.judged(apps[2], quiet())
    await lab.judged(apps[3], eager())
    await lab.examined(
        apps[1],
        _said(apps[1], "outside", label, Status.DONE),
        _said(apps[1], "remote", label, Status.ABSENT),
    )
    await take_examinations(database)
    await add_phones(database, label)
    return apps


def _said(app: App, engine: str, text: str, status: Status) -> EngineResult:
    """An engine that agrees with the farm, or one that is not there."""
    clause = Statement(topic=Topic.CLAUSE, subject="MIIT-164-1.1", holds=False)
    tracker = Statement(topic=Topic.TRACKER, subject=f"Tracker of {text}")
    return EngineResult(
        engine=engine,
        version=f"1.0 {text}",
        apk_sha256=app.apk_sha256,
        status=status,
        statements=[clause, tracker] if status is Status.DONE else [],
        reason="" if status is Status.DONE else f"{engine}: no such program on this machine",
    )


async def add_phones(database: Database, text: str = "") -> None:
    """A host with a free phone and one in quarantine."""
    async with database.transaction() as client:
        await client.execute(
            "INSERT INTO host (name, worker, state, slots) "
            "VALUES ('host', gen_random_uuid(), 'up', 3) ON CONFLICT DO NOTHING"
        )
    statuses = [
        DeviceStatus(serial="p1", state=DeviceState.FREE, reason="", failures=0, info=_info()),
        DeviceStatus(
            serial="p2",
            state=DeviceState.QUARANTINED,
            reason=f"no answer {text}",
            failures=3,
            info=None,
        ),
    ]
    rest = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)
    await report_phones(
        database, "host", statuses, {}, {"p1": ("warm", rest)}, [("p2", "failed", f"usb {text}")]
    )


def _info() -> DeviceInfo:
    return Scene().session().device
