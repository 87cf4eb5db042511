"""HAR, SARIF, CSV, PDF and the published schema: each read back as its readers would."""

import csv
import io
import json
from typing import Any

import jsonschema
import msgspec
import pytest

from farm.detect.rules import load_rules
from farm.model.finding import Analysis
from farm.model.session import App
from farm.model.vocabulary import ConsentAnswer
from farm.report.export import to_json
from farm.report.har import write_har
from farm.report.html import render_html, secrets_of
from farm.report.masking import Masker
from farm.report.pdf import to_pdf
from farm.report.sarif import to_sarif
from farm.report.schema import analysis_schema
from farm.report.table import to_csv
from tests.detect.builders import ANDROID_ID, IMEI, Scene
from tests.report.builders import Pretended
from tests.report.test_html import HOSTILE, violation


def har(scene: Scene, *, show: bool = False) -> Any:
    analysis = scene.judge()
    masker = Masker(secrets_of([], analysis), show=show)
    parts = write_har(scene.session(), analysis, scene.exchanges, masker)
    return json.loads(b"".join(parts))


def posting() -> Scene:
    scene = Scene().begin()
    scene.call(1500)
    scene.flow(
        1800,
        "collect.tracker.example",
        body=b'{"imei":"' + IMEI.encode() + b'"}',
        headers=[(b"Content-Type", b"application/json"), (b"X-Device", IMEI.encode())],
    )
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def test_har_comments_the_entry_that_carried_the_value() -> None:
    scene = posting()
    scene.flow(30_000, "cdn.example", path="/logo.png")
    [carrying, other] = har(scene)["log"]["entries"]
    assert "imei transmitted_third_party before_consent" in carrying["comment"]
    assert "comment" not in other
    assert carrying["startedDateTime"].endswith("Z")
    for member in ("request", "response", "cache", "timings"):
        assert member in carrying


def test_har_masks_until_asked() -> None:
    assert IMEI not in json.dumps(har(posting()))
    shown = har(posting(), show=True)["log"]["entries"][0]["request"]
    assert {"name": "X-Device", "value": IMEI} in shown["headers"]
    assert json.loads(shown["postData"]["text"]) == {"imei": IMEI}


@pytest.mark.parametrize(("recorded", "said"), [("HTTP/2.0", "HTTP/2.0"), ("", "unknown")])
def test_har_says_the_version_that_was_spoken(recorded: str, said: str) -> None:
    scene = posting()
    scene.exchanges = [
        msgspec.structs.replace(one, http_version=recorded) for one in scene.exchanges
    ]
    [entry] = har(scene)["log"]["entries"]
    assert entry["request"]["httpVersion"] == entry["response"]["httpVersion"] == said


def test_har_of_no_traffic_is_whole() -> None:
    assert har(Scene().begin().end())["log"]["entries"] == []


def test_sarif_has_a_result_per_finding_and_no_value() -> None:
    scene = violation()
    data = to_sarif(scene.session(), scene.judge(), load_rules())
    [run] = json.loads(data)["runs"]
    assert json.loads(data)["version"] == "2.1.0"
    findings = scene.judge().findings
    fingerprints = [one["partialFingerprints"]["finding/v1"] for one in run["results"]]
    assert fingerprints == [one.finding_id for one in findings] and findings
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in run["results"]} <= known
    assert IMEI not in data.decode() and ANDROID_ID not in data.decode()


def test_sarif_of_what_could_not_be_seen_is_no_success() -> None:
    scene = Scene().begin().end(canaries=False)
    scene.streams = {stream: events[:2] for stream, events in scene.streams.items()}
    data = json.loads(to_sarif(scene.session(), scene.judge(), load_rules()))
    invocation = data["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"]


def rows(scene: Scene, app: App | None = None) -> list[dict[str, str]]:
    session = scene.session()
    if app is not None:
        session = msgspec.structs.replace(session, app=app)
    data = to_csv(session, scene.judge())
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_has_a_row_per_finding() -> None:
    scene = violation()
    found = rows(scene)
    assert [row["finding"] for row in found] == [one.finding_id for one in scene.judge().findings]
    assert {row["third_party"] for row in found} == {"yes"}


@pytest.mark.parametrize("version", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_cells_of_the_app_are_no_formulas(version: str) -> None:
    app = msgspec.structs.replace(violation().session().app, version_name=version)
    for row in rows(violation(), app):
        assert not row["version"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_is_exported_meets_the_published_schema() -> None:
    schema = json.loads(analysis_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    scene = violation()
    for show in (False, True):
        document = json.loads(to_json(scene.judge(), session=scene.session(), show_values=show))
        validator.validate(document)
        document["verdict"]["kind"] = "guilty"
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(document)


def test_a_page_is_printed() -> None:
    scene = violation()
    scene.package = "com.example.eager"
    analysis: Analysis = scene.judge()
    page = render_html(Pretended(scene), analysis, "zh")
    assert to_pdf(page).startswith(b"%PDF-")


def test_a_hostile_label_reaches_no_form_raw() -> None:
    scene = violation()
    session = scene.session()
    app = msgspec.structs.replace(session.app, package=HOSTILE, version_name=HOSTILE)
    session = msgspec.structs.replace(session, app=app)
    analysis = scene.judge()
    forms = [
        to_sarif(session, analysis, load_rules()),
        to_csv(session, analysis),
        b"".join(write_har(session, analysis, scene.exchanges, Masker([], show=False))),
    ]
    for form in forms:
        assert b"\x1b" not in form and "\u202e".encode() not in form
