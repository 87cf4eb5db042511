"""Many recordings: each judged, bad ones told in one line, sealed folders left alone."""

from pathlib import Path

from farm.detect.batch import analysis_path, judge_folder, judge_folders, stored_analysis
from farm.detect.rules import load_rules
from farm.model.vocabulary import Level, VerdictKind
from farm.recording import Recording, load_or_create_key, seal, verify
from farm.report.export import to_json
from tests.detect.builders import PARTIES
from tests.report.builders import write
from tests.report.test_html import violation


def sealed(tmp_path: Path, name: str) -> Path:
    folder = write(violation(), tmp_path / name)
    seal(folder, load_or_create_key(tmp_path / "key"))
    return folder


def test_from_disk_to_finding_without_touching_the_seal(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    judged = judge_folder(folder, PARTIES, None)
    assert judged.error == "" and judged.kind is VerdictKind.VIOLATION
    assert Path(judged.analysis_file) == tmp_path / "one.analysis.json"
    assert verify(folder) == []
    opened = Recording.open(folder)
    analysis = stored_analysis(folder, opened.manifest_sha256)
    assert analysis is not None
    assert {finding.level for finding in analysis.findings} == {Level.TRANSMITTED_THIRD_PARTY}
    assert analysis.rules.keys() == load_rules(PARTIES).digests.keys()


def test_stored_analysis_must_be_of_the_same_bytes_and_full_where_needed(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    judge_folder(folder, None, None)
    digest = Recording.open(folder).manifest_sha256
    analysis = stored_analysis(folder, digest)
    assert analysis is not None
    assert stored_analysis(folder, "0" * 64) is None
    assert stored_analysis(folder, "") is None
    analysis_path(folder).write_bytes(to_json(analysis))
    assert stored_analysis(folder, digest) is None
    assert stored_analysis(folder, digest, masked_will_do=True) is not None
    analysis_path(folder).write_bytes(b"{}")
    assert stored_analysis(folder, digest) is None


def test_bad_recordings_do_not_stop_the_others_and_processes_give_the_same(
    tmp_path: Path,
) -> None:
    good = sealed(tmp_path, "good")
    broken = write(violation(), tmp_path / "broken")
    (broken / "session.json").write_bytes(b"{")
    folders = [broken, tmp_path / "none", good]
    alone = list(judge_folders(folders, jobs=1, parties=None, output=None))
    bytes_alone = analysis_path(good).read_bytes()
    together = list(judge_folders(folders, jobs=2, parties=None, output=None))
    assert alone == together
    assert [bool(judged.error) for judged in alone] == [True, True, False]
    assert all("\n" not in judged.error for judged in alone)
    assert "broken" in alone[0].error and "none" in alone[1].error
    assert analysis_path(good).read_bytes() == bytes_alone


def test_output_folder(tmp_path: Path) -> None:
    folder = sealed(tmp_path, "one")
    output = tmp_path / "out"
    output.mkdir()
    judged = judge_folder(folder, None, output)
    assert Path(judged.analysis_file) == output / "one.analysis.json"
