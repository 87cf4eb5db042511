"""An app that pins its server's key, inspected as it is and with its check overridden."""

from pathlib import Path

import msgspec
import pytest

from farm.model.events import PinningBypassed, Request, TlsFailed
from farm.model.vocabulary import Stream, VerdictKind
from farm.recording import Recording
from tests.end_to_end.twin_lab import events, judge, twin_lab

SERVER = "api.pinned.example"


@pytest.mark.timeout(180)
async def test_the_override_is_what_makes_the_traffic_readable(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("pinned", "accept", settle=1)
        refused = await lab.inspect(order)
        opened = await lab.inspect(msgspec.structs.replace(order, bypass_pinning=True))

    network = [event.body for event in events(refused, Stream.NETWORK)]
    assert [one for one in network if isinstance(one, TlsFailed) and one.host == SERVER]
    assert not [one for one in network if isinstance(one, Request) and one.host == SERVER]
    assert not [one for one in events(refused, Stream.API) if isinstance(one.body, PinningBypassed)]
    # A call that falls on the border of the answer is undetermined, which counts before it.
    assert judge(refused).verdict.kind in {VerdictKind.NOT_OBSERVABLE, VerdictKind.UNDETERMINED}
    assert Recording.open(refused.folder).session.options["bypass_pinning"] == "false"

    network = [event.body for event in events(opened, Stream.NETWORK)]
    paths = [one.path for one in network if isinstance(one, Request) and one.host == SERVER]
    assert paths == ["/v1/config", "/v1/device"]
    assert not [one for one in network if isinstance(one, TlsFailed)]
    bypassed = [event.body for event in events(opened, Stream.API)]
    told = [one for one in bypassed if isinstance(one, PinningBypassed)]
    assert {one.host for one in told} == {SERVER}
    assert {one.mechanism for one in told} == {
        "trust manager com.example.pinned.PinningTrustManager"
    }
    assert Recording.open(opened.folder).session.options["bypass_pinning"] == "true"
