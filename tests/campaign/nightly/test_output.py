"""Reports of a night: hostile text stays text, and machines can read what people see."""

import datetime
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from farm.campaign.nightly.compare import Factor, compare
from farm.campaign.nightly.config import read_config
from farm.campaign.nightly.entry import Entry, Night
from farm.campaign.nightly.output import write_night
from farm.cli.nightly import exit_code
from farm.model.errors import UsageError
from tests.campaign.nightly.test_compare import RUN, run

HOSTILE = "</li><script>alert(1)</script>\x00\x1b[31m\ud800"
NOW = datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC)


def night(*entries: Entry, complete: bool = True) -> Night:
    return Night(
        name="night-20260102", started=NOW, ended=NOW + datetime.timedelta(hours=2), jobs={},
        complete=complete, entries=list(entries),
    )  # fmt: skip


def changed() -> Entry:
    after = run(
        verdict="violation",
        findings={"x": "imei " + HOSTILE.replace("\ud800", "")},
        parties=frozenset({"<b>evil.example"}),
    )
    return Entry(
        run=after, before=RUN, comparison=compare(RUN, after), causes=frozenset({Factor.APP})
    )


def test_reports_hold_what_changed_and_no_markup_of_an_app(tmp_path: Path) -> None:
    paths = write_night(night(changed(), Entry(run=RUN)), tmp_path / "out")
    texts = {path.suffix: path.read_text() for path in paths}
    assert "<script" not in texts[".html"] and "<b>" not in texts[".html"]
    assert "&lt;script&gt;" in texts[".html"] and "app version" in texts[".html"]
    suite = ET.fromstring(texts[".xml"])  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None and "app version" in (failure.get("message") or "")
    decoded = json.loads(texts[".json"])
    assert decoded["entries"][0]["causes"] == ["app version"]


def test_exit_codes() -> None:
    assert exit_code(night(Entry(run=RUN))) == 0
    assert exit_code(night(changed(), complete=False)) == 1
    assert exit_code(night(Entry(run=RUN), complete=False)) == 3
    assert exit_code(night(Entry(run=run(verdict="not_observable")))) == 3


def test_a_violation_that_stays_is_never_shown_as_clean(tmp_path: Path) -> None:
    bad = run(verdict="violation", findings={"x": "imei"})
    standing = Entry(run=bad, before=bad, comparison=compare(bad, bad))
    assert not standing.reported
    assert exit_code(night(standing)) == 1
    unseen = Entry(run=run(verdict="not_observable"))
    _, page, xml = write_night(night(standing, unseen, Entry(run=RUN)), tmp_path)
    assert '<article class="standing">' in page.read_text()
    suite = ET.fromstring(xml.read_text())  # noqa: S314 - our own file
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["error"], []]
    assert (suite.get("failures"), suite.get("errors")) == ("1", "1")


def test_the_configuration_in_the_documents_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "campaigns.md"
    path = tmp_path / "night.yaml"
    shown = next(b for b in page.read_text().split("```yaml\n") if b.startswith("name: top-apps"))
    path.write_text(shown.split("```")[0])
    config = read_config(path)
    assert (config.name, config.timezone) == ("top-apps", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: n", "apps"),
        ("name: n\napps: a\nspeed: 3", "speed"),
        ("name: n\napps: a\nwhich: some", "which"),
        ("name: n\napps: a\nhours: -1", "hours"),
        ("name: n\napps: a\nwebhook: file:///etc/passwd", "webhook"),
        ("name: [", "YAML"),
        ("", "name"),
        ("[" * 100_000, "not YAML"),
    ],
)
def test_a_bad_configuration_is_told_its_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "n.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        read_config(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(tmp_path / "none.yaml")
