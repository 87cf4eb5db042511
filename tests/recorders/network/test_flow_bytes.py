"""What the short way writes is what mitmproxy writes."""

import copy
from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.certs import Cert
from mitmproxy.connection import ConnectionState
from mitmproxy.flow import Error, Flow
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from farm.recorders.network.flow_bytes import FlowEncoder
from tests.recorders.network.servers import Authority

_CERTIFICATE = Cert.from_pem(Authority().pem)


def read(data: bytes) -> Any:
    value, rest = tnetstring.pop(memoryview(data))
    assert not rest
    return value


def plain() -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    flow.request.headers["x-字"] = "ü" * 300
    flow.metadata["farm_truncated"] = "request"
    return flow


def secure() -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    flow.server_conn.certificate_list = [_CERTIFICATE]
    flow.client_conn.mitmcert = _CERTIFICATE
    flow.client_conn.alpn_offers = [b"h2", b"http/1.1"]
    flow.response = http.Response.make(200, bytes(range(256)) * 40)
    flow.response.trailers = http.Headers([(b"a", b"b")])
    return flow


def broken() -> http.HTTPFlow:
    flow = tflow.tflow(err=True)
    flow.server_conn.address = None
    flow.request.data.content = None
    return flow


FLOWS = [plain, secure, broken, tflow.twebsocketflow, tflow.ttcpflow, tflow.tdnsflow]


@pytest.mark.parametrize("make", FLOWS)
def test_the_bytes_say_the_same_as_mitmproxys(make: Any) -> None:
    encoder = FlowEncoder()
    encoder.encode(make())  # the first one only lends its kind trust
    flow: Flow = make()
    state = copy.deepcopy(flow.get_state())
    for _ in range(2):  # once with what is kept of the connections
        assert read(encoder.encode(flow)) == read(tnetstring.dumps(state))


def test_a_connection_that_changed_is_not_told_from_memory() -> None:
    encoder = FlowEncoder()
    flow = plain()
    encoder.encode(plain())
    encoder.encode(flow)
    changes: list[tuple[Any, str, object]] = [
        (flow.client_conn, "sni", "other.example"),
        (flow.client_conn, "state", ConnectionState.CLOSED),
        (flow.server_conn, "certificate_list", [_CERTIFICATE]),
        (flow.server_conn, "timestamp_end", 12.5),
        (flow.server_conn, "error", "gone"),
        (flow, "error", Error("broken", 3.0)),
    ]
    for owner, name, value in changes:
        setattr(owner, name, value)
        assert read(encoder.encode(flow)) == read(tnetstring.dumps(flow.get_state())), name


def test_the_short_way_is_left_when_it_would_say_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = http.HTTPFlow.get_state

    def with_a_new_field(self: http.HTTPFlow) -> Any:
        return {**real(self), "invented": 1}

    monkeypatch.setattr(http.HTTPFlow, "get_state", with_a_new_field)
    encoder = FlowEncoder()
    for _ in range(3):
        assert read(encoder.encode(plain()))["invented"] == 1


def test_a_text_that_is_no_unicode_is_an_error_as_it_is_for_mitmproxy() -> None:
    encoder = FlowEncoder()
    encoder.encode(plain())
    flow = plain()
    flow.request.data.host = "\udcff"
    with pytest.raises(ValueError, match="surrogates"):
        encoder.encode(flow)
