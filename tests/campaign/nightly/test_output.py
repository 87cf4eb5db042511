"""Reports of a night: hostile text stays text, and machines can read what people see."""

import datetime
import http.server
import json
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from farm.campaign.nightly.compare import Factor, compare
from farm.campaign.nightly.config import read_config
from farm.campaign.nightly.night import Entry, Night
from farm.campaign.nightly.output import notify, write_night
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
    page = write_night(night(standing), tmp_path)[1].read_text()
    assert '<article class="standing">' in page


def test_webhook_is_told_and_its_failure_is_said() -> None:
    heard: list[bytes] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if self.path == "/bad" else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        assert notify(night(changed()), f"{base}/good") == ""
        assert "500" in notify(night(changed()), f"{base}/bad")
        server.shutdown()
        thread.join()
    assert notify(night(changed()), base) != ""
    assert json.loads(heard[0])["reported"][0]["package"] == "com.example"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: n", "apps"),
        ("name: n\napps: a\nspeed: 3", "speed"),
        ("name: n\napps: a\nwhich: some", "which"),
        ("name: n\napps: a\nhours: -1", "hours"),
        ("name: n\napps: a\nwebhook: file:///etc/passwd", "webhook"),
        ("name: [", "YAML"),
        ("", "object"),
    ],
)
def test_a_bad_configuration_is_told_its_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "n.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        read_config(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(tmp_path / "none.yaml")
