"""What the recorders heard, read while they write."""

from pathlib import Path

from farm.model.events import Call, Event, Request, encode_event
from farm.model.vocabulary import CANARY_HOST, DataType, Stream
from farm.session.novelty import Heard


def _call(n: int, api: str, data_type: DataType = DataType.IMEI) -> bytes:
    body = Call(api=api, data_type=data_type, class_name="C", method="m", pid=1, tid=1)
    return encode_event(Event(stream=Stream.API, n=n, t=n, body=body)) + b"\n"


def _request(n: int, host: str) -> bytes:
    body = Request(
        flow_id=str(n),
        method="GET",
        scheme="https",
        host=host,
        port=443,
        path="/",
        http_version="HTTP/1.1",
        body_size=0,
        started=1,
    )
    return encode_event(Event(stream=Stream.NETWORK, n=n, t=n, body=body)) + b"\n"


async def test_names_grow_with_the_streams(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    assert await heard() == set(), "no stream has begun yet"
    api, network = tmp_path / "api.jsonl", tmp_path / "network.jsonl"
    api.write_bytes(_call(0, "telephony.imei") + _call(1, "canary", DataType.CANARY))
    network.write_bytes(_request(0, CANARY_HOST) + _request(1, "Ads.Example"))
    assert await heard() == {"api:telephony.imei", "host:ads.example"}
    torn = _call(2, "location.last")
    with api.open("ab") as file:
        file.write(torn[:20])
    assert "api:location.last" not in await heard()
    with api.open("ab") as file:
        file.write(torn[20:])
    assert "api:location.last" in await heard()
