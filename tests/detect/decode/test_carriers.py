"""Where in an exchange a value can lie: every place is searched, with its own name."""

from farm.detect.decode.carriers import carriers, name_carriers
from farm.detect.matching import Scanner
from farm.detect.needles import Needle
from farm.model.exchange import Exchange, Message
from tests.detect.decode.help import SECRET


def exchange(**given: object) -> Exchange:
    """An exchange that holds nothing but what is given."""
    fields: dict[str, object] = {
        "flow_id": "1",
        "started": 7,
        "method": "POST",
        "scheme": "https",
        "host": "a.example",
        "port": 443,
        "path": "/p",
        "request_headers": [],
        "request_body": b"",
    }
    return Exchange(**{**fields, **given})  # type: ignore[arg-type]


def message(content: bytes, *, from_app: bool = True, time: int = 9) -> Message:
    return Message(from_app=from_app, content=content, is_text=False, time=time)


def test_carriers_of_an_exchange() -> None:
    one = exchange(
        path="/p/861?q=a%2Bb&r=c+d",
        request_headers=[(b"Cookie", b"k=v; s=t"), (b"X-Dev", b"9"), (b"Accept", b"*/*")],
        request_body=b"body",
        response_body=b"not a carrier",
        messages=[message(b"up"), message(b"down", from_app=False)],
    )
    assert [(each.location, each.data, each.time) for each in carriers(one)] == [
        ("url host", b"a.example", 7),
        ("url path", b"/p/861", 7),
        ("url query q", b"a+b", 7),
        ("url query r", b"c+d", 7),
        ("url query r", b"c d", 7),
        ("cookie k", b"v", 7),
        ("cookie s", b"t", 7),
        ("header X-Dev", b"9", 7),
        ("body", b"body", 7),
        ("websocket message 0", b"up", 9),
    ]


def test_a_value_cut_by_the_segments_of_a_stream_is_found() -> None:
    one = exchange(
        scheme="tcp",
        path="",
        messages=[
            message(b"\x00\x0f861536", time=11),
            message(b"ok", from_app=False),
            message(b"030196001", time=12),
        ],
    )
    scans = Scanner([Needle(SECRET)]).scan(carriers(one))
    found = [(scan.carrier.location, scan.carrier.time) for scan in scans if scan.occurrences]
    assert found == [("stream", 11)]


def test_a_value_spread_over_the_labels_of_a_name_is_found() -> None:
    import base64

    text = base64.b32encode(b"imei=" + SECRET + b"&x=" + b"y" * 20).decode().rstrip("=").lower()
    name = f"{text[:24]}.{text[24:48]}.{text[48:]}.t.example"
    scans = Scanner([Needle(SECRET)]).scan(name_carriers(name, 5))
    paths = [one.leaf.path for scan in scans for one in scan.occurrences]
    assert ("dns labels joined", "base32", "form imei") in paths
    plain = Scanner([Needle(SECRET)]).scan(name_carriers("861536030196001.t.example", 5))
    assert [scan.carrier.start for scan in plain if scan.occurrences] == ["dns"]
