"""Planted data from the phone to the finding: an app that takes it, and one that only seems to.

Real sessions on twins: what the farm planted stands in the phone's providers, the app reads it
there, its traffic carries it, and the recording alone says so.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from farm.devices.seeding import positions
from farm.model.events import PhoneIdentity
from farm.model.finding import Finding, ValueMatch
from farm.model.vocabulary import DataType, Level, Outcome, Phase, Stream
from farm.recording import Recording
from farm.report.html import render_html
from farm.session.plan import SessionResult
from farm.twin.phone import TwinPhone
from farm.twin.system.actor import ROOT_ACTOR
from tests.end_to_end.twin_lab import TwinLab, events, judge, nothing_left, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(240)]

NEW = "pixel6-android13-su"
OLD = "xiaomi-mi8-android9-su"
TRACKER = "https://collect.tracker.example/v1/"
TAKEN = {
    # data type: request, where the value stands in it, the form in which it stands there
    DataType.CONTACTS: ("book", ("body", "gzip", "json $.d.book["), "plain"),
    DataType.SMS: ("inbox", ("body", "form text", "base64"), "plain"),
    DataType.CALENDAR: ("plan?", ("query what",), "plain"),
    DataType.CLIPBOARD: ("clip", ("body", "json $.h"), "sha256"),
    DataType.PHOTO_LOCATION: ("album", ("body", "json $.exif.lat"), "position in WGS-84"),
    DataType.MEDIA: ("album", ("body", "json $.exif.uid"), "plain"),
    DataType.LOCATION: ("track", ("body", "json $.lat"), "position in WGS-84"),
    DataType.WIFI_SSID: ("net", ("body", "form ssid"), "plain"),
}


def known(result: SessionResult) -> dict[str, tuple[DataType, str, int]]:
    """What the recording says was on the phone, by value: type, how it is known, since when."""
    return {
        event.body.value: (event.body.data_type, event.body.how, event.t)
        for event in reversed(events(result, Stream.DEVICE))
        if isinstance(event.body, PhoneIdentity)
    }


def matches(finding: Finding) -> list[tuple[str, ValueMatch]]:
    return [(flow.url, match) for flow in finding.flows for match in flow.matches]


def holdings(twin: TwinPhone) -> dict[str, Any]:
    query = twin.system.providers.query
    held: dict[str, Any] = {
        uri: query(f"content://{uri}")
        for uri in ("com.android.contacts/data", "com.android.calendar/events", "sms",
                    "media/external/file")
    }  # fmt: skip
    held["files"] = [name for name, _ in twin.system.files.entries("/sdcard/DCIM", ROOT_ACTOR)]
    held["position"] = twin.system.mocked_position("gps")
    return held


async def session(lab: TwinLab, app: str, watched: float) -> SessionResult:
    order = await lab.order(app, "glance", settle=0.2)
    scenario = order.scenario.bound({"watched": f"{watched:g}"})
    result = await lab.inspect(msgspec.structs.replace(order, scenario=scenario))
    assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
    return result


async def test_what_an_app_takes_is_told_and_what_only_looks_like_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "STEP_SECONDS", 0.5)  # so that few requests see it move
    async with twin_lab(tmp_path, profile=NEW) as lab:
        before = holdings(lab.twin)
        taken = await session(lab, "harvest", watched=9)
        assert holdings(lab.twin) == before
        spared = await session(lab, "bystander", watched=4)
        assert holdings(lab.twin) == before
        await nothing_left(lab)
        twin_ssid = lab.twin.system.identity.wifi_ssid
    values, others = known(taken), known(spared)
    planted = {value for value, (_, how, _) in values.items() if how == "seeded"}
    assert not planted & {value for value, (_, how, _) in others.items() if how == "seeded"}
    assert values[twin_ssid][:2] == (DataType.WIFI_SSID, "read")
    findings = {one.data_type: one for one in judge(taken).findings if one.receiver is not None}
    assert set(findings) == set(TAKEN)
    for data_type, (request, path, form) in TAKEN.items():
        finding = findings[data_type]
        assert (finding.phase, finding.level) == (
            Phase.BEFORE_CONSENT,
            Level.TRANSMITTED_THIRD_PARTY,
        )
        found = matches(finding)
        assert all(url.startswith(TRACKER + request) for url, _ in found)
        assert any(
            one.form == form
            and len(one.path) == len(path)
            and all(step.startswith(start) for step, start in zip(one.path, path, strict=True))
            for _, one in found
        ), (data_type, found)
        for _, one in found:
            assert values[one.value][0] is data_type
            assert one.chance < 1e-3
    told = {one.value for _, one in matches(findings[DataType.CONTACTS])}
    assert told == {value for value, (kind, _, _) in values.items() if kind is DataType.CONTACTS}
    moved_with_the_phone(findings[DataType.LOCATION], taken)
    analysis = judge(spared)
    everything = [*analysis.findings, *analysis.undetermined]
    assert {one.data_type for one in everything} >= {DataType.CONTACTS, DataType.SMS}
    assert [one.data_type for one in everything if one.level is not Level.ACCESSED] == []


def moved_with_the_phone(finding: Finding, result: SessionResult) -> None:
    """Several points of the way were sent, rounded, and none before the phone was there."""
    values = known(result)
    left = {event.reference: event.t for event in events(result, Stream.NETWORK)}
    points = set()
    for _, match in matches(finding):
        assert values[match.value][2] <= left[match.event]
        for sent, planted in zip(match.found.split(), match.value.split(","), strict=True):
            # Four decimals: a point some metres beside it on the way may stand for it as well.
            assert abs(float(sent) - float(planted)) < 2e-4
        points.add(match.value)
    assert len(points) >= 2


async def test_what_a_phone_does_not_let_the_farm_plant_is_told(tmp_path: Path) -> None:
    async with twin_lab(tmp_path, profile=OLD) as lab:
        result = await session(lab, "harvest", watched=8)
        await nothing_left(lab)
    analysis = judge(result)
    findings = {one.data_type for one in analysis.findings if one.receiver is not None}
    assert findings == set(TAKEN)  # the position by the hooked call alone
    not_seeded = analysis.coverage.not_seeded
    assert set(not_seeded) == {"location", "wifi_ssid"}
    assert "Android 9" in not_seeded["location"]
    assert not any(kind == "location" for kind, how, _ in known(result).values() if how == "seeded")
    page = render_html(Recording.open(result.folder), analysis)
    assert "Android 9 lets no position be set over adb" in page
