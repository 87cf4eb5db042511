"""Files of a session: what each holds, what it is called, and who gets it."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from farm.campaign import audit
from farm.report.pictures import shrink
from farm.web.accounts.roles import Role
from tests.detect.builders import ANDROID_ID, IMEI
from tests.report.builders import picture
from tests.web.session.conftest import EAGER, HOSTILE_ONE
from tests.web.visiting import Site

_STARTS = {
    "html": b"<!doctype html>",
    "pdf": b"%PDF-",
    "json": b"{",
    "har": b'{"log":',
    "sarif": b"{",
    "csv": b"\xef\xbb\xbfsession,",
}


@pytest.mark.parametrize("form", _STARTS)
async def test_reports_come_masked_and_under_our_names(site: Site, form: str) -> None:
    person = await site.person("vera")
    for name in (EAGER, HOSTILE_ONE) if form != "pdf" else (EAGER,):
        answer = await person.get(f"/sessions/{name}/report/{form}")
        assert answer.status_code == 200
        assert answer.content.lower().startswith(_STARTS[form].lower())
        tongue = ".en" if form in ("html", "pdf") else ""
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="farm-report-{name}{tongue}.{form}"'
        )
        assert "sandbox" in answer.headers["content-security-policy"]
        assert IMEI.encode() not in answer.content
        assert ANDROID_ID.encode() not in answer.content


async def test_a_report_is_made_once_and_again_in_the_other_language(
    site: Site, recorded: Path
) -> None:
    person = await site.person("vera")
    first = await person.get(f"/sessions/{EAGER}/report/html?language=zh")
    made = {path: path.stat().st_ino for path in (recorded / "web" / "reports").iterdir()}
    again = await person.get(f"/sessions/{EAGER}/report/html?language=zh")
    assert again.content == first.content
    assert made == {path: path.stat().st_ino for path in (recorded / "web" / "reports").iterdir()}
    other = await person.get(f"/sessions/{EAGER}/report/html?language=en")
    assert 'id="en" checked' in other.text
    assert 'id="zh" checked' in first.text


async def test_the_evidence_pack_verifies_by_openssl_and_sha256sum_alone(
    site: Site, tmp_path: Path
) -> None:
    person = await site.person("rita", Role.REVIEWER)
    answer = await person.post(f"/sessions/{EAGER}/evidence")
    assert answer.status_code == 200
    assert f'filename="farm-evidence-{EAGER}.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        pack.extractall(tmp_path)
    recording = tmp_path / "recording"
    signature = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "manifest.pub", "-rawin",
                 "-in", "manifest.json", "-sigfile", "manifest.sig"]  # fmt: skip
    assert (
        subprocess.run(signature, cwd=recording, check=False, capture_output=True).returncode == 0
    )
    sums = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    for file in json.loads((recording / "manifest.json").read_text())["files"]:
        said = subprocess.run(
            ["sha256sum", file["path"]], cwd=recording, check=True, capture_output=True, text=True
        )
        assert said.stdout.split()[0] == file["sha256"]
    entry = (await audit.entries(site.database, actor="rita"))[0]
    assert (entry.action, entry.subject) == ("evidence.download", f"session:{EAGER}")


async def test_the_evidence_pack_is_for_reviewers(site: Site) -> None:
    person = await site.person("vera", Role.VIEWER, Role.TESTER, Role.OPERATOR)
    assert (await person.post(f"/sessions/{EAGER}/evidence")).status_code == 403
    assert (await person.get(f"/sessions/{EAGER}/report/zip")).status_code == 405
    assert (await person.get(f"/sessions/{EAGER}/evidence")).status_code == 405


async def test_a_screenshot_is_drawn_anew_and_small_where_asked(site: Site) -> None:
    person = await site.person("vera")
    whole = await person.get(f"/sessions/{EAGER}/screens/dialog.png")
    small = await person.get(f"/sessions/{EAGER}/screens/dialog.png?small=1")
    for answer in (whole, small):
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "private" in answer.headers["cache-control"]
    assert Image.open(io.BytesIO(whole.content)).width == 540
    assert Image.open(io.BytesIO(small.content)).width <= 220


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload=alert(1)>", b"GIF89a" + bytes(40), picture("x")[:200]],
    ids=["empty", "svg", "gif", "torn"],
)
def test_what_is_no_picture_is_not_sent(data: bytes) -> None:
    assert shrink(data, (100, 100), "WEBP", quality=80) is None


def test_a_picture_keeps_nothing_but_its_pixels() -> None:
    image = Image.new("RGB", (50, 80), "red")
    out = io.BytesIO()
    image.save(out, "JPEG", comment=b"<script>alert(1)</script>")
    drawn = shrink(out.getvalue(), (100, 100), "WEBP", quality=80)
    assert drawn is not None
    assert b"script" not in drawn
