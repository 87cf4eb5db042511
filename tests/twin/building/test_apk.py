"""Built APKs are what other people's tools take for APKs."""

import shutil
import subprocess
from pathlib import Path

import pytest
from androguard.misc import AnalyzeAPK
from loguru import logger

from farm.model.errors import UsageError
from farm.twin.building.apk import APKS, SAMPLES, build_app
from farm.twin.building.sample import read_sample

logger.disable("androguard")


def built(name: str) -> Path:
    return build_app(SAMPLES / name, APKS / f"{name}.apk")


@pytest.mark.parametrize("name", ["eager", "hostile"])
def test_apksigner_verifies_all_schemes(name: str) -> None:
    done = subprocess.run(
        ["apksigner", "verify", "-v", built(name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for scheme in ("v1 scheme (JAR signing)", "v2 scheme", "v3 scheme"):
        assert any(scheme in line and line.endswith("true") for line in done.stdout.splitlines())


def test_androguard_reads_manifest_and_callers() -> None:
    apk, _, analysis = AnalyzeAPK(str(built("eager")))
    assert apk.get_package() == "com.example.eager"
    assert apk.get_app_name() == "极速手电筒"
    assert apk.get_target_sdk_version() == "22"
    assert "android.permission.READ_PHONE_STATE" in apk.get_permissions()
    assert apk.get_main_activity() == "com.example.eager.MainActivity"
    callers = {
        str(caller.class_name)
        for found in analysis.find_methods("Landroid/telephony/TelephonyManager;", "getDeviceId")
        for _, caller, _ in found.get_xref_from()
    }
    assert callers == {"Lcom/example/eager/DeviceReporter;"}
    assert any("collect.tracker.example" in s.get_value() for s in analysis.get_strings())


def test_embedded_library_is_visible_in_the_dex() -> None:
    apk, _, analysis = AnalyzeAPK(str(built("embedded")))
    assert apk.get_providers() == ["com.example.metrics.MetricsProvider"]
    own = {str(found.name) for found in analysis.get_classes() if not found.is_external()}
    assert "Lcom/example/metrics/internal/DeviceToken;" in own


def test_hostile_label_survives_byte_by_byte() -> None:
    apk, _, _ = AnalyzeAPK(str(built("hostile")))
    assert apk.get_app_name() == read_sample(SAMPLES / "hostile").label
    assert apk.get_androidversion_name() == read_sample(SAMPLES / "hostile").version_name


def test_each_developer_signs_with_a_key_of_their_own() -> None:
    eager, _, _ = AnalyzeAPK(str(built("eager")))
    hostile, _, _ = AnalyzeAPK(str(built("hostile")))
    assert eager.get_certificates_der_v2() != hostile.get_certificates_der_v2()


def test_a_fresh_apk_is_left_alone_and_a_changed_source_is_built(tmp_path: Path) -> None:
    source = tmp_path / "silent"
    shutil.copytree(SAMPLES / "silent", source)
    out = tmp_path / "out" / "silent.apk"
    first = build_app(source, out).stat().st_mtime_ns
    assert build_app(source, out).stat().st_mtime_ns == first
    text = (
        (source / "app.yaml").read_text("utf-8").replace("version_code: 100", "version_code: 101")
    )
    (source / "app.yaml").write_text(text, "utf-8")
    assert build_app(source, out).stat().st_mtime_ns != first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("package: [", "is not YAML"),
        ("package: a.b", "missing required field"),
        ("package: 1", "Expected `str`"),
    ],
)
def test_a_wrong_app_yaml_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "app.yaml").write_text(text)
    with pytest.raises(UsageError, match=says) as error:
        read_sample(tmp_path)
    assert "app.yaml" in str(error.value)


def test_a_missing_app_yaml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"app\.yaml: cannot be read"):
        read_sample(tmp_path)
