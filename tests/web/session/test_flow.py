"""The bytes shown are those that were judged: each value is met again where the evidence says."""

import base64
import gzip
from pathlib import Path

import msgspec
import pytest

from farm.model.exchange import Exchange
from farm.recording import Recording
from farm.report.masking import Masker
from farm.web.session.flow import Flow, Match, take_apart
from farm.web.session.octets import Layer
from farm.web.session.prepared import Prepared, prepare
from tests.detect.builders import ANDROID_ID, IMEI
from tests.web.session.conftest import LAYERED
from tests.web.session.recordings import analysis_of

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
    assert nested.layers[1].packed
    assert ANDROID_ID in base64.b64decode(marked(nested.layers[1])).decode()
    assert marked(nested.layers[-1]) == ANDROID_ID


def test_every_piece_on_the_way_is_shown_with_the_place_of_the_next(recorded: Path) -> None:
    folder = recorded / "recordings" / LAYERED
    recording = Recording.open(folder)
    analysis = analysis_of(folder)
    [exchange] = recording.exchanges()
    [match] = take_apart(exchange, analysis, OPEN).matches
    assert match.match.path[:2] == ["body", "gzip"]
    assert [one.name for one in match.layers] == ["raw", "without", *["between"] * 3, "value"]
    raw, without, packed, text, fields, value = match.layers
    assert not raw.found
    # Each piece is what the marked bytes of the one before say, as other programs unpack them.
    inner = base64.b64decode(marked(without))
    assert inner[:2] == b"\x1f\x8b" and packed.size == len(inner)
    unpacked = gzip.decompress(inner)
    assert "".join(one.text for one in text.lines) == unpacked.decode()
    assert "".join(one.text for one in fields.lines) == base64.b64decode(marked(text)).decode()
    assert marked(fields) == marked(value) == ANDROID_ID
    paths = [one.path for one in match.layers]
    assert all(one == value.path[: len(one)] for one in paths)
    assert [len(one) for one in paths] == sorted(len(one) for one in paths)


def test_packed_pieces_are_masked_to_the_last_character(recorded: Path) -> None:
    folder = recorded / "recordings" / LAYERED
    analysis = analysis_of(folder)
    recording = Recording.open(folder)
    [exchange] = recording.exchanges()
    [match] = take_apart(exchange, analysis, prepare(recording, analysis).masker).matches
    packed = [one for one in match.layers if one.packed]
    assert [one.name for one in packed] == ["without", "between"]
    for one in packed:
        shown = "".join(seg.text for row in one.rows for seg in row.letters if "found" in seg.css)
        assert shown and set(shown) <= set("•+/=")
    said = repr(match.layers)
    assert ANDROID_ID not in said and "model" in said


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
