"""The bytes shown are those that were judged: each value is met again where the evidence says."""

from pathlib import Path

import msgspec
import pytest

from farm.model.exchange import Exchange
from farm.recording import Recording
from farm.report.masking import Masker
from farm.web.session.flow import Flow, Match, take_apart
from farm.web.session.octets import Layer
from farm.web.session.prepared import Prepared
from tests.detect.builders import ANDROID_ID, IMEI

OPEN = Masker((), show=True)


@pytest.fixture(scope="module")
def exchange(recorded: Path, prepared: Prepared) -> Exchange:
    folder = recorded / "recordings" / prepared.session.session_id
    return next(one for one in Recording.open(folder).exchanges() if one.flow_id == "flow1")


def marked(shown: Layer) -> str:
    parts = [one.text for row in shown.rows for one in row.octets if "found" in one.css]
    return bytes.fromhex("".join(parts).replace(" ", "").replace("•", "")).decode()


def by_start(flow: Flow, start: str) -> Match:
    return next(one for one in flow.matches if one.match.path[0] == start)


def test_every_match_of_the_evidence_is_located(exchange: Exchange, prepared: Prepared) -> None:
    flow = take_apart(exchange, prepared.analysis, OPEN)
    assert len(flow.matches) == 4
    assert all(one.located for one in flow.matches)
    for one in flow.matches:
        assert marked(one.layers[-1]) == one.match.found


def test_a_packed_value_is_marked_in_the_layers_where_it_stands(
    exchange: Exchange, prepared: Prepared
) -> None:
    flow = take_apart(exchange, prepared.analysis, OPEN)
    [imei] = [one for one in flow.matches if one.match.path[:2] == ["body", "gzip"]
              and one.match.found == IMEI]  # fmt: skip
    assert [one.name for one in imei.layers] == ["raw", "without", "value"]
    raw, without, value = imei.layers
    assert not raw.found
    assert marked(without) == marked(value) == IMEI
    [nested] = [one for one in flow.matches if "base64" in one.match.path]
    assert nested.match.found == ANDROID_ID
    assert not nested.layers[1].found
    assert marked(nested.layers[-1]) == ANDROID_ID


def test_a_value_of_the_address_is_marked_in_the_path(
    exchange: Exchange, prepared: Prepared
) -> None:
    query = by_start(take_apart(exchange, prepared.analysis, OPEN), "query id")
    assert query.layers[0].first == f"0x{exchange.path.index(IMEI):x}"
    assert marked(query.layers[0]) == IMEI


def test_the_header_that_carried_a_value_is_marked(exchange: Exchange, prepared: Prepared) -> None:
    flow = take_apart(exchange, prepared.analysis, OPEN)
    assert [one.name for one in flow.request_headers if one.marked] == ["X-Device-Id"]


def test_masked_nothing_of_a_value_but_its_ends_is_left(
    exchange: Exchange, prepared: Prepared
) -> None:
    flow = take_apart(exchange, prepared.analysis, prepared.masker)
    said = repr(flow.matches) + repr(flow.request_body) + repr(flow.request_headers) + flow.url
    shown = said
    for one in flow.matches:  # the evidence itself is not what the page shows
        shown = shown.replace(repr(one.finding), "").replace(repr(one.evidence), "")
        shown = shown.replace(repr(one.match), "")
    for value in (IMEI, ANDROID_ID):
        assert value not in shown
        spaced = " ".join(f"{byte:02x}" for byte in value.encode())
        assert spaced not in shown


def test_what_the_evidence_names_and_the_bytes_lack_is_not_marked(
    exchange: Exchange, prepared: Prepared
) -> None:
    emptied = msgspec.structs.replace(exchange, request_body=b"{}", path="/", request_headers=[])
    flow = take_apart(emptied, prepared.analysis, OPEN)
    assert len(flow.matches) == 4
    assert not any(one.located for one in flow.matches)
    assert not any(layer.found for one in flow.matches for layer in one.layers)
