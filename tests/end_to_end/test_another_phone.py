"""The lab tries another phone when a phone failed, and never when the app is to blame."""

from pathlib import Path

import msgspec
import pytest

from farm.model.events import AnyBody, StateChange
from farm.model.vocabulary import Outcome, SessionState
from farm.recording import Recording, verify
from farm.session.lab import Order
from tests.end_to_end.twin_lab import TwinLab, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]


def drives(body: AnyBody) -> bool:
    return isinstance(body, StateChange) and body.state is SessionState.DRIVING


async def brief(lab: TwinLab, app: str, **changes: object) -> Order:
    order = await lab.order(app, "launch_idle", settle=0.2)
    scenario = order.scenario.bound({"watched": "1"})
    return msgspec.structs.replace(order, scenario=scenario, attempts=2, **changes)


def recordings(lab: TwinLab) -> list[Recording]:
    folders = sorted(lab.lab.settings.recordings.iterdir())
    assert [verify(folder) for folder in folders] == [[] for _ in folders]
    return sorted((Recording.open(folder) for folder in folders), key=lambda r: r.session.created)


async def test_a_second_phone_finishes_what_the_first_could_not(tmp_path: Path) -> None:
    async with twin_lab(tmp_path, count=2) as lab:
        pulled: list[str] = []

        async def pull_cable() -> None:
            if pulled:
                return  # the second attempt is left alone
            serial = next(s.serial for s in lab.lab.pool.snapshot() if s.state == "leased")
            pulled.append(serial)
            twin = next(phone for phone in lab.fleet.phones if phone.serial == serial)
            await twin.faults.unplug()
            await lab.lab.pool.adb.disconnect(serial)

        result = await lab.inspect(await brief(lab, "compliant"), drives, pull_cable)
        assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
        assert pulled and result.serial not in pulled
        first, second = recordings(lab)  # both attempts are kept, each sealed
        assert first.session.outcome is Outcome.INTERRUPTED
        assert first.session.device.serial == pulled[0]
        assert second.session.outcome is Outcome.COMPLETE


async def test_an_app_that_no_phone_takes_is_tried_once(tmp_path: Path) -> None:
    broken = tmp_path / "broken.apk"
    broken.write_bytes(b"PK\x03\x04 not an app")
    (tmp_path / "lab").mkdir()
    async with twin_lab(tmp_path / "lab", count=2) as lab:
        result = await lab.lab.inspect(await brief(lab, "compliant", apks=(broken,)))
        assert (result.outcome, result.app_failed, result.phone_failed) == (
            Outcome.INTERRUPTED,
            True,
            False,
        )
        assert result.reason.startswith("installing: ")
        assert len(recordings(lab)) == 1
        assert [status.failures for status in lab.lab.pool.snapshot()] == [0, 0]
