"""What an app collected stands in no form, wherever the app put it: masked is the default.

The phone's IMEI (and its address, and its owner's number) is planted wherever an app, a server or a
phone can write: hosts, paths, keys, headers, screens, errors, the serial by which adb knows it.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from farm.detect.rules import load_rules
from farm.model.events import Dialog, Expectation, Gap
from farm.model.session import Session
from farm.model.vocabulary import ConsentAnswer, DataType, DialogKind, GapCause, Stream
from farm.recording import load_or_create_key, seal, signer
from farm.report.explain import explain
from farm.report.export import to_json
from farm.report.har import write_har
from farm.report.html import render_html, secrets_of
from farm.report.masking import Masker
from farm.report.pack import write_pack
from farm.report.sarif import to_sarif
from farm.report.table import to_csv
from tests.detect.builders import IMEI, MAC, SDK_STACK, Scene, ns
from tests.report.builders import Pretended, write

PHONE = "+8613800138000"
SECRETS = (IMEI, MAC, MAC.replace(":", "").lower(), "13800138000")


def telltale() -> Scene:
    scene = Scene().begin()
    scene.call(1400, DataType.PHONE_NUMBER, PHONE)
    scene.call(1450, DataType.WIFI_MAC, MAC)
    scene.call(1500, stack=[f"com.umeng.U{IMEI}.id(U.java:3)", *SDK_STACK])
    body = f'{{"{IMEI}":"{IMEI}","mac":"{MAC}","tel":"{PHONE}"}}'.encode()
    scene.flow(
        1700,
        f"{IMEI}.umeng.com",
        path=f"/{IMEI}/x?{IMEI}=1&i={IMEI}&{MAC}",
        body=body,
        headers=[
            (b"Content-Type", f"text/{IMEI}".encode()),
            (f"X-{IMEI}".encode(), IMEI.encode()),
            (b"User-Agent", f"app {IMEI}".encode()),
        ],
        response=f"hello {IMEI}".encode(),
        response_headers=[(b"Location", f"https://a.example/{IMEI}?i={IMEI}".encode())],
    )
    dialog = Dialog(
        dialog=DialogKind.PRIVACY_CONSENT,
        title=f"用户 {IMEI}",
        accept_text=f"知道了 {IMEI}",
        decline_text="",
        acknowledge_only=True,
        preticked=True,
        has_checkbox=True,
    )
    scene.add(Stream.UI, 2000, dialog)
    scene.add(Stream.UI, 2100, Expectation(name="no_self_start", held=False, detail=f"x {IMEI}"))
    scene.add(
        Stream.NETWORK,
        2200,
        Gap(
            gap_id="g",
            cause=GapCause.TLS_REFUSED,
            start=ns(2200),
            end=ns(2300),
            scope=f"{IMEI}.pinned.example",
            detail=f"{IMEI}.pinned.example refused",
        ),
    )
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.call(20_000)
    return scene.end()


def session_of(scene: Scene) -> Session:
    session = scene.session()
    return msgspec.structs.replace(
        session,
        device=msgspec.structs.replace(session.device, serial=IMEI),
        app=msgspec.structs.replace(session.app, label=f"Hello {IMEI}"),
        options={"note": f"for {IMEI}"},
    )


class Told(Pretended):
    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.session = session_of(scene)


def as_json(scene: Scene) -> bytes:
    return to_json(scene.judge(), session=session_of(scene))


def as_sarif(scene: Scene) -> bytes:
    return to_sarif(session_of(scene), scene.judge(), load_rules())


def as_csv(scene: Scene) -> bytes:
    return to_csv(session_of(scene), scene.judge())


def as_har(scene: Scene) -> bytes:
    analysis = scene.judge()
    masker = Masker(secrets_of(scene.streams[Stream.API], analysis), show=False)
    return b"".join(write_har(session_of(scene), analysis, scene.exchanges, masker))


def as_html(scene: Scene) -> bytes:
    return render_html(Told(scene), scene.judge(), "zh").encode("utf-8", "backslashreplace")


def as_explained(scene: Scene) -> bytes:
    analysis = scene.judge()
    masker = Masker(secrets_of(scene.streams[Stream.API], analysis), show=False)
    found = [
        explain(finding, True, load_rules(), masker, language)
        for finding in analysis.findings
        for language in ("zh", "en")
    ]
    return msgspec.json.encode(found)


FORMS = [as_explained, as_json, as_sarif, as_csv, as_har, as_html]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_value_stands_in_a_form(form: Callable[[Scene], bytes]) -> None:
    scene = telltale()
    assert {one.data_type for one in scene.judge().findings} >= {DataType.IMEI}
    text = form(scene).decode().lower()
    assert "imei" in text
    for secret in SECRETS:
        at = text.find(secret.lower())
        assert at < 0, text[max(at - 120, 0) : at + 40]


def test_in_full_where_it_was_asked_for() -> None:
    scene = telltale()
    session = session_of(scene)
    shown = to_json(scene.judge(), session=session, show_values=True).decode()
    assert IMEI in shown and f'"serial": "{IMEI}"' in shown
    page = render_html(Told(scene), scene.judge(), "zh", show_values=True)
    assert IMEI in page


def test_nothing_around_the_evidence_of_a_pack_holds_a_value(tmp_path: Path) -> None:
    """Inside, evidence is whole; names, sums, instructions and the page tell nothing."""
    scene = telltale()
    recording = write(scene, tmp_path / "recording")
    seal(recording, load_or_create_key(tmp_path / "key.pem"))
    extras = {"analysis.json": b"{}", "report.html": as_html(scene)}
    write_pack(tmp_path / "pack.zip", recording, extras, signed_by=signer(recording))
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        tops = [name for name in pack.namelist() if not name.startswith("recording/")]
        told = [*pack.namelist(), *(pack.read(name).decode() for name in tops)]
        assert IMEI.encode() in pack.read("recording/flows.mitm")
    for text in told:
        for secret in SECRETS:
            assert secret.lower() not in text.lower()
