"""The pytest plugin, in pytest runs of its own."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from farm.twin.building.apk import APKS

pytest_plugins = "pytester"

_SCENARIO = """
from farm.scenario import Consent, Expect, scenario


@scenario(title="Five lines")
async def {name}(consent: Consent, expect: Expect) -> None:
    await consent.get_past("accept")
    expect.no_access("imei", before="consent")
    expect.no_access("contacts", before="consent")
"""


@pytest.fixture(autouse=True)
def _quiet(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = -p no:randomly -p no:cacheprovider\n")


def test_other_pytest_runs_pay_nothing(pytester: pytest.Pytester) -> None:
    """Without an option of ours nothing is collected and nothing of the farm is imported."""
    pytester.makepyfile(scenario_like=_SCENARIO.format(name="scenario_like"))
    pytester.makepyfile(
        test_plain="""
        import sys

        def test_plain():
            loaded = sorted(name for name in sys.modules if name.startswith("farm."))
            assert loaded == ["farm.testing", "farm.testing.plugin"], loaded
            assert not {"frida", "mitmproxy", "uiautomator2", "msgspec"} & set(sys.modules)
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(passed=1)


def test_fixtures_skip_without_an_app(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_needs(recording):\n    assert recording\n")
    result = pytester.runpytest_subprocess("-q", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*needs --farm-app APK*"])


def test_mistakes_are_collection_errors_at_their_line(pytester: pytest.Pytester) -> None:
    source = _SCENARIO.format(name="wrong").replace("await consent", "consent")
    pytester.makepyfile(wrong=source)
    result = pytester.runpytest_subprocess("-q", "wrong.py", "--farm-app", "x.apk")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*wrong.py:6: consent.get_past(...): expected `await`*"])


def test_a_device_without_an_app_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(fine=_SCENARIO.format(name="fine"))
    result = pytester.runpytest_subprocess("-q", "fine.py", "--farm-device", "twin")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*--farm-app: expected the APK*"])


def test_scenarios_without_the_import_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(other="def scenario(f):\n    return f\n\n@scenario\ndef x(): ...\n")
    result = pytester.runpytest_subprocess("-q", "other.py", "--farm-app", "x.apk")
    result.assert_outcomes()


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
def test_scenarios_and_fixtures_on_twins_in_parallel(pytester: pytest.Pytester) -> None:
    """One lab with two twins for two workers: a failing scenario, and a test of a recording."""
    pytester.makepyfile(check=_SCENARIO.format(name="check"))
    pytester.makepyfile(
        test_recording="""
        import pytest

        @pytest.mark.farm(scenario="accept", watched=0.5)
        def test_eager(recording, findings, phone, app):
            assert app.package == "com.example.eager"
            assert phone.profile == "xiaomi-mi8-android9-su"
            assert phone.shell("getprop", "ro.product.model").text.strip() == phone.model
            assert app.package not in phone.shell("pm", "list", "packages", "-3").text
            assert len(phone.screenshot()) > 1000
            assert "<hierarchy" in phone.hierarchy()
            assert recording.session.options["scenario.watched"] == "0.5"
            assert "imei" in {str(each.data_type) for each in findings}
        """
    )
    home = pytester.path / "home"
    result = pytester.runpytest_subprocess(
        "-n2",
        "--farm-device=twin",
        f"--farm-app={APKS / 'eager.apk'}",
        f"--farm-home={home}",
        "--junitxml=results.xml",
        "check.py",
        "test_recording.py",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*broken*no access to imei before consent (check.py:7)*", "*recording: *check*"]
    )
    tree = ElementTree.parse(pytester.path / "results.xml")  # noqa: S314 - pytest's own output
    attached = [
        each.attrib["value"]
        for each in tree.iter("property")
        if each.attrib["name"] == "farm_recording"
    ]
    assert len(attached) == 2
    for folder in attached:
        assert json.loads((Path(folder) / "session.json").read_text())["outcome"] == "complete"
