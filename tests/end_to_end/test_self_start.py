"""An app that starts with the phone, and one that does not, told apart by the shipped scenario."""

from pathlib import Path

import msgspec
import pytest

from farm.devices.states import DeviceState
from farm.model.events import Expectation, Gap, ProcessSeen
from farm.model.expectations import Standard
from farm.model.vocabulary import Outcome, Stream, VerdictKind
from tests.end_to_end.twin_lab import events, judge, twin_lab


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_self_start_is_seen_and_hooked(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        for app, held in (("multiprocess", False), ("compliant", True)):
            order = await lab.order(app, "self_start")
            values = {"watched": "1", "waited": "6", "dialog": "10"}
            order = msgspec.structs.replace(order, scenario=order.scenario.bound(values))
            result = await lab.inspect(order)
            assert result.outcome is Outcome.COMPLETE, result.reason
            told = [
                each.body.held
                for each in events(result, Stream.UI)
                if isinstance(each.body, Expectation) and each.body.name == Standard.NO_SELF_START
            ]
            assert told == [held], app
            seen = [
                each.body.process
                for each in events(result, Stream.API)
                if isinstance(each.body, ProcessSeen) and each.body.state == "started"
            ]
            assert seen.count(order.app.package) == (1 if held else 2)  # once more by the boot


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_an_app_that_starts_with_the_phone_is_seen_by_restarting_it(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        for app, held in (("multiprocess", False), ("compliant", True)):
            order = await lab.order(app, "self_start")
            values = {"watched": "1", "after_boot": "6", "dialog": "10", "reboot": "true"}
            order = msgspec.structs.replace(order, scenario=order.scenario.bound(values))
            result = await lab.inspect(order)
            assert result.outcome is Outcome.COMPLETE, result.reason
            (told,) = [
                each.body
                for each in events(result, Stream.UI)
                if isinstance(each.body, Expectation) and each.body.name == Standard.NO_SELF_START
            ]
            assert told.held is held, told
            if not held:
                package = order.app.package
                assert f"after a restart: broadcast {package}/" in told.detail
            status = lab.lab.pool.snapshot()[0]
            assert (status.state, status.failures) == (DeviceState.FREE, 0)
            # What came after the recorders' end is no hole in what they recorded.
            for stream in (Stream.API, Stream.NETWORK, Stream.DEVICE):
                assert not [e for e in events(result, stream) if isinstance(e.body, Gap)]
            if held:
                verdict = judge(result).verdict
                assert verdict.kind is VerdictKind.CLEAN, verdict
