"""A phone without root: the app's copy is hooked before its code, also after a crash."""

from pathlib import Path

import msgspec
import pytest

from farm.model.events import DeviceNote, Gap, Restarted
from farm.model.vocabulary import AccessMode, GapCause, Outcome, Stream, VerdictKind
from farm.recording import Recording
from tests.end_to_end.twin_lab import events, judge, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]


async def test_a_copy_that_crashes_is_hooked_again(tmp_path: Path) -> None:
    async with twin_lab(tmp_path, profile="huawei-p20-android8-locked") as lab:
        order = await lab.order("crashy", "decline", settle=1.0)
        order = msgspec.structs.replace(order, scenario=order.scenario.bound({"watched": "8"}))
        result = await lab.inspect(order)
    assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
    session = Recording.open(result.folder).session
    assert session.device.access is AccessMode.GADGET
    assert session.options["repackaged_sha256"] not in ("", session.app.apk_sha256)
    device = [event.body for event in events(result, Stream.DEVICE)]
    assert [body for body in device if isinstance(body, Restarted)]
    assert "repackaged" in {body.name for body in device if isinstance(body, DeviceNote)}
    gaps = [event.body for event in events(result, Stream.API) if isinstance(event.body, Gap)]
    assert GapCause.PROCESS_NOT_HOOKED not in {gap.cause for gap in gaps}
    assert judge(result).verdict.kind is VerdictKind.VIOLATION  # collected after its restart
