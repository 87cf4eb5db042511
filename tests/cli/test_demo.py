"""The demonstration judges itself: a verdict or finding that is not the wanted one must fail it."""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from farm.cli.demo import (
    TWINS,
    ExpectedApp,
    Row,
    Wanted,
    load_expected,
    missing_findings,
)
from farm.cli.judgement import Judgement
from farm.devices.profiles import load_profiles
from farm.explore.loader import load
from farm.model.finding import Analysis
from farm.model.vocabulary import AccessMode, DataType, Level, Phase, VerdictKind
from farm.paths import DEVICE_PROFILES
from farm.recording import Recording, verify
from farm.twin.building.apk import SAMPLES
from tests.detect.builders import IMEI, Scene

TRACKER = "collect.tracker.example"
SENT = Wanted(
    data_type=DataType.IMEI,
    phase=Phase.BEFORE_CONSENT,
    level=Level.TRANSMITTED_THIRD_PARTY,
    form="plain",
)


def judged(scene: Scene) -> Judgement:
    return in_memory(scene.end().judge())


def in_memory(analysis: Analysis) -> Judgement:
    nowhere = Path("nowhere")
    return Judgement(
        analysis=analysis, recording=nowhere, analysis_file=nowhere, report_file=nowhere
    )


@pytest.fixture
def read_and_sent() -> Judgement:
    scene = Scene().begin()
    scene.call(1500)
    scene.flow(1800, TRACKER, path=f"/c?imei={IMEI}")
    return judged(scene)


def expecting(*wanted: Wanted) -> ExpectedApp:
    return ExpectedApp(says="", verdicts={}, must_find=list(wanted))


def changed(**changes: object) -> Wanted:
    values = {name: getattr(SENT, name) for name in SENT.__struct_fields__}
    return Wanted(**{**values, **changes})


def test_what_was_found_is_not_missing(read_and_sent: Judgement) -> None:
    assert missing_findings(expecting(SENT), read_and_sent) == []
    weaker = changed(level=Level.ACCESSED, form="")  # "at least this" is what is asked for
    assert missing_findings(expecting(weaker), read_and_sent) == []


@pytest.mark.parametrize(
    "change",
    [
        {"data_type": DataType.ANDROID_ID},
        {"phase": Phase.AFTER_DECLINE},
        {"form": "sha256"},
        {"caller": "Someone Else"},
    ],
    ids=str,
)
def test_a_finding_that_is_not_the_wanted_one_is_missing(
    read_and_sent: Judgement, change: dict[str, object]
) -> None:
    (missing,) = missing_findings(expecting(SENT, changed(**change)), read_and_sent)
    assert str(next(iter(change.values()))) in missing


def test_a_finding_that_got_less_far_is_missing() -> None:
    scene = Scene().begin()
    scene.call(1500)
    assert len(missing_findings(expecting(SENT), judged(scene))) == 1


@pytest.mark.parametrize(
    ("verdict", "missing", "right"),
    [
        (VerdictKind.VIOLATION, [], True),
        (VerdictKind.VIOLATION, ["imei"], False),
        (VerdictKind.CLEAN, [], False),
        (VerdictKind.UNDETERMINED, [], False),
    ],
)
def test_a_row_is_right_only_with_its_verdict_and_all_findings(
    verdict: VerdictKind, missing: list[str], right: bool
) -> None:
    row = Row(
        app="a",
        scenario="accept",
        serial="s",
        expected=VerdictKind.VIOLATION,
        verdict=verdict,
        missing=missing,
        seconds=1.0,
        report="",
    )
    assert row.right is right


def test_the_expectations_ask_for_every_kind_of_verdict_of_apps_that_are_there() -> None:
    expected = load_expected()
    assert len(expected.apps) == 8
    for name, app in expected.apps.items():
        assert (SAMPLES / name / "app.yaml").is_file()
        assert {load(scenario).name for scenario in app.verdicts} == set(app.verdicts)
        assert len(app.verdicts) == 3
        # A violation that need not show anything would be as good as a guess.
        assert (VerdictKind.VIOLATION in app.verdicts.values()) == bool(app.must_find)
    kinds = Counter(kind for app in expected.apps.values() for kind in app.verdicts.values())
    assert set(kinds) == set(VerdictKind)


def test_the_three_twins_take_three_ways_to_the_app_and_two_have_wrong_clocks() -> None:
    profiles = {profile.name: profile for profile in load_profiles(DEVICE_PROFILES)}
    access = {profiles[twin.profile].access for twin in TWINS}
    assert access == {AccessMode.SU, AccessMode.ADB_ROOT, AccessMode.GADGET}
    assert 37.0 in {twin.clock_offset for twin in TWINS}
    assert 200.0 in {twin.clock_drift_ppm for twin in TWINS}


@pytest.mark.end_to_end
@pytest.mark.timeout(240)
async def test_one_app_on_three_phones_comes_out_as_expected(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "farm", "demo", "--only", "eager", "--settle", "1", "--json"),
        *("--home", str(tmp_path / "home")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    output, errors = await process.communicate()
    rows = json.loads(output)
    assert process.returncode == 0, errors.decode(errors="replace")
    assert {(row["scenario"], row["verdict"]) for row in rows} == {
        ("launch_idle", "violation"),
        ("accept", "violation"),
        ("decline", "violation"),
    }
    for row in rows:
        page = Path(row["report"])
        assert page.stat().st_size > 10_000
        recording = Recording.open(page.with_suffix(""))
        assert verify(page.with_suffix("")) == []
        assert recording.session.device.serial == row["serial"]
