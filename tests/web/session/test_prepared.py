"""Columns say of every event what detection says of it."""

from pathlib import Path

from farm.model.vocabulary import ConsentAnswer, Phase, Stream
from farm.recording import Recording
from farm.web.session.prepared import FOUND, OPEN, Prepared, prepare
from farm.web.session.selection import Filters, brief, rows
from tests.detect.builders import IMEI
from tests.web.session.recordings import Named, analysis_of, put


def test_every_event_is_there_once_and_in_order_of_time(prepared: Prepared, recorded: Path) -> None:
    folder = recorded / "recordings" / prepared.session.session_id
    events = {
        event.reference for stream in Stream for event in Recording.open(folder).events(stream)
    }
    names = [prepared.reference(row) for row in range(prepared.size)]
    assert sorted(names) == sorted(events)
    times = prepared.columns["time"].tolist()
    assert times == sorted(times)


def test_evidence_is_marked_and_nothing_else(prepared: Prepared) -> None:
    findings = prepared.analysis.findings
    evidence = {call.event for finding in findings for call in finding.calls}
    evidence |= {flow.event for finding in findings for flow in finding.flows}
    marked = {
        prepared.reference(row)
        for row in range(prepared.size)
        if prepared.columns["mark"][row] == FOUND
    }
    assert marked == evidence != set()


def test_phases_are_those_of_the_analysis(prepared: Prepared) -> None:
    row = prepared.row_of(Stream.API, 2)
    assert row is not None
    assert brief(prepared, row)["phase"] is Phase.BEFORE_CONSENT
    assert prepared.problems == []
    assert len(prepared.signer) == 64


def test_labels_are_masked(tmp_path: Path) -> None:
    scene = Named("20231114T221330Z-label").begin()
    assert isinstance(scene, Named)
    scene.call(1500)
    scene.flow(1800, f"{IMEI}.tracker.example", path=f"/device/{IMEI}/x")
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.end()
    folder = put(scene, tmp_path, judged=False)
    ready = prepare(Recording.open(folder), analysis_of(folder))
    said = [brief(ready, row) for row in range(ready.size)]
    assert not [one for one in said if IMEI in one["label"] or IMEI in one["party"]]
    assert [one for one in said if "86••" in one["label"]]


def test_without_a_clock_no_time_is_made_up(tmp_path: Path) -> None:
    scene = Named("20231114T221331Z-clock").begin()
    assert isinstance(scene, Named)
    scene.call(1500)
    scene.clock = None
    scene.end()
    folder = put(scene, tmp_path, judged=False)
    ready = prepare(Recording.open(folder), analysis_of(folder))
    calls = rows(ready, Filters(kind="call"))
    assert [brief(ready, int(row))["time"] for row in calls] == [None]
    assert int(calls[0]) >= ready.timed
    assert len(rows(ready, Filters(kind="call", since=ready.start, until=ready.end))) == 0
    [mark] = ready.columns["mark"][calls].tolist()
    assert mark == OPEN


def test_a_changed_recording_says_so(tmp_path: Path) -> None:
    scene = Named("20231114T221332Z-changed").begin()
    assert isinstance(scene, Named)
    folder = put(scene, tmp_path, judged=False)
    analysis = analysis_of(folder)
    (folder / "flows.mitm").write_bytes(b"")
    changed = prepare(Recording.open(folder), analysis, "0" * 64)
    assert any("flows.mitm" in one for one in changed.problems) or changed.problems
    assert any("0" * 64 in one for one in changed.problems)
