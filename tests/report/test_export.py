"""JSON: masked by default, versioned, stable, and readable again as an analysis."""

import json

from farm.detect.analyse import read_analysis
from farm.report.export import to_json
from tests.detect.builders import ANDROID_ID, IMEI
from tests.report.test_html import violation


def test_masked_by_default() -> None:
    scene = violation()
    data = to_json(scene.judge(), session=scene.session())
    document = json.loads(data)
    assert (document["schema"], document["values"]) == ("farm-analysis/1", "masked")
    assert IMEI not in data.decode() and ANDROID_ID not in data.decode()
    assert document["session"]["app"]["package"] == "com.example.eager"
    assert read_analysis(data).verdict == scene.judge().verdict


def test_full_on_request_and_stable() -> None:
    scene = violation()
    data = to_json(scene.judge(), show_values=True)
    assert IMEI in data.decode()
    assert read_analysis(data) == scene.judge()
    assert data == to_json(scene.judge(), show_values=True)
