"""What ties a call to a flow: the app's operations, connections, processes, order; and echoes."""

import hashlib

import pytest

from farm.model.finding import Finding
from farm.model.vocabulary import (
    Confidence,
    ConsentAnswer,
    DataType,
    Level,
    LinkStrength,
    Stream,
    TransformKind,
    VerdictKind,
)
from tests.detect.builders import ANDROID_ID, APP_STACK, IMEI, SDK_STACK, Scene, hooks_ready

TRACKER = "collect.tracker.example"
CIPHER = hashlib.sha512(b"cipher text").digest()
OTHER = hashlib.sha512(b"another").digest()


def sent(scene: Scene) -> list[Finding]:
    analysis = scene.end().judge()
    return [one for one in analysis.findings if one.level is not Level.ACCESSED]


def aes(scene: Scene, at: float, plain: bytes, output: bytes, pid: int = 100) -> None:
    scene.transform(
        at, TransformKind.CIPHER, "AES/CBC", plain, output, direction="encrypt", pid=pid
    )


def test_cipher_text_in_a_flow_leads_back_to_the_value() -> None:
    scene = Scene().begin()
    scene.call(1500)
    aes(scene, 1600, f"imei={IMEI}&t=1".encode(), CIPHER)
    scene.flow(1800, TRACKER, body=CIPHER)
    (finding,) = sent(scene)
    assert finding.link is LinkStrength.TRANSFORM
    assert finding.confidence is Confidence.CERTAIN
    (match,) = finding.flows[0].matches
    (step,) = match.transforms
    assert step.algorithm == "AES/CBC" and step.input_path[-1] == "form imei"
    assert match.form == "plain, AES/CBC output" and match.value == IMEI


def test_a_chain_of_operations_is_told_in_order() -> None:
    scene = Scene().begin()
    scene.call(1500)
    first = scene.transform(
        1600, TransformKind.DIGEST, "SHA-256", f"{IMEI}|pepper".encode(), CIPHER[:32]
    )
    second = scene.transform(
        1610, TransformKind.JSON, "json", CIPHER[:32].hex().encode(), b'{"u":"%s"}' % b"x" * 9
    )
    scene.streams[Stream.API].pop()
    inner = b'{"u":"' + CIPHER[:32].hex().encode() + b'"}'
    aes(scene, 1610, inner, OTHER)
    scene.flow(1800, TRACKER, body=b"\x01\x02" + OTHER + b"\x03")
    (finding,) = sent(scene)
    (match,) = finding.flows[0].matches
    assert [step.event for step in match.transforms] == [first.reference, second.reference]


@pytest.mark.parametrize(
    "change",
    ["another value went in", "another output was sent", "it was decrypted", "before the call"],
)
def test_operations_that_prove_nothing(change: str) -> None:
    scene = Scene().begin()
    plain = f"imei={IMEI}"
    if change == "another value went in":
        plain = "imei=868030041234567"
    if change == "before the call":
        aes(scene, 1400, plain.encode(), CIPHER)
        scene.call(1500)
    elif change == "it was decrypted":
        scene.call(1500)
        scene.transform(
            1600, TransformKind.CIPHER, "AES", plain.encode(), CIPHER, direction="decrypt"
        )
    else:
        scene.call(1500)
        aes(scene, 1600, plain.encode(), CIPHER)
    scene.flow(1800, TRACKER, body=OTHER if change == "another output was sent" else CIPHER)
    assert sent(scene) == []


def test_an_output_of_another_process_is_not_followed() -> None:
    for pid, count in ((100, 1), (101, 0)):
        scene = Scene().begin()
        scene.call(1500)
        aes(scene, 1600, IMEI.encode(), CIPHER)
        aes(scene, 1610, CIPHER, OTHER, pid=pid)
        scene.flow(1800, TRACKER, body=OTHER)
        assert len(sent(scene)) == count


def test_an_output_whose_sample_was_cut_must_stand_there_as_far_as_it_is_known() -> None:
    long = hashlib.shake_256(b"x").digest(9000)
    for tail, count in ((b"", 1), (b"!", 0)):
        scene = Scene().begin()
        scene.call(1500)
        scene.transform(
            1600, TransformKind.CIPHER, "AES", IMEI.encode(), long, direction="encrypt", sample=512
        )
        scene.flow(1800, TRACKER, body=long[:511] + (tail or long[511:512]) + long[512:])
        assert len(sent(scene)) == count


def test_the_same_tls_connection_names_process_thread_and_code() -> None:
    scene = Scene().begin()
    scene.add(Stream.API, 1001, hooks_ready(101))
    scene.call(1500, stack=APP_STACK, pid=101)
    scene.call(1510, stack=SDK_STACK)
    opened = scene.connected(1700, b"k" * 32, stack=SDK_STACK)
    scene.flow(1800, TRACKER, path=f"/?i={IMEI}", client_random=b"k" * 32)
    (finding,) = sent(scene)
    assert finding.link is LinkStrength.SOCKET
    assert finding.caller.sdk == "CN001"
    flow = finding.flows[0]
    assert (flow.connection, flow.pid, flow.tid) == (opened.reference, 100, 4)
    assert flow.opener is not None and flow.opener.sdk == "CN001"
    assert [call.pid for call in finding.calls] == [100]


def test_other_random_bytes_are_another_connection() -> None:
    scene = Scene().begin()
    scene.add(Stream.API, 1001, hooks_ready(101))
    scene.call(1500)
    scene.connected(1700, b"k" * 32)
    scene.flow(1800, TRACKER, path=f"/?i={IMEI}", client_random=b"q" * 32)
    (finding,) = sent(scene)
    assert finding.link is LinkStrength.TIME and finding.flows[0].connection == ""


def test_two_processes_that_claim_one_connection_are_no_answer() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.connected(1600, b"k" * 32)
    scene.connected(1601, b"k" * 32, pid=102)
    scene.flow(1800, TRACKER, path=f"/?i={IMEI}", client_random=b"k" * 32)
    (finding,) = sent(scene)
    assert finding.flows[0].connection == ""


def test_strength_without_connection() -> None:
    scene = Scene().begin()
    scene.call(1500)
    scene.flow(1800, TRACKER, path=f"/?i={IMEI}")
    assert sent(scene)[0].link is LinkStrength.PROCESS  # one process was hooked, and it is that
    scene = Scene(clock_bound_ms=500).begin()
    scene.call(1500)
    scene.flow(1800, TRACKER, path=f"/?i={IMEI}")
    assert sent(scene)[0].link is LinkStrength.VALUE  # the call may have come later


def test_one_finding_for_a_receiver_with_everybody_who_read() -> None:
    scene = Scene().begin()
    for at in range(1500, 1600, 10):
        scene.call(at)
    scene.call(1700, stack=SDK_STACK)
    for at in range(2000, 2030, 10):
        scene.flow(at, TRACKER, path=f"/?i={IMEI}")
    (finding,) = sent(scene)
    assert finding.flow_count == 3 and finding.call_count == 11
    assert [(share.party.sdk, share.calls) for share in finding.callers] == [("", 10), ("CN001", 1)]
    assert finding.caller.sdk == "" and "several parts" in finding.caller.source
    assert finding.frequency is not None and finding.frequency.calls == 11


def test_planted_values_need_no_call() -> None:
    scene = Scene().begin()
    scene.tells_connections = True
    planted = scene.identity(DataType.CLIPBOARD, "取件码 7KQ-40211-MXW", name="clipboard")
    scene.flow(1800, TRACKER, body="clip=取件码 7KQ-40211-MXW".encode())
    (finding,) = sent(scene)
    assert finding.confidence is Confidence.PROBABLE
    assert [one.event for one in finding.identities] == [planted.reference]
    assert finding.calls == [] and any("planted" in reason for reason in finding.reasons)


def answer(text: str) -> bytes:
    return f'{{"device":{{"id":"{text}"}}}}'.encode()


def test_what_a_server_sent_first_is_not_collected() -> None:
    scene = Scene().begin()
    scene.flow(1200, TRACKER, response=answer(ANDROID_ID))
    scene.flow(1500, TRACKER, path=f"/?android_id={ANDROID_ID}")
    scene.dialog(2000)
    scene.answer(3000, ConsentAnswer.ACCEPT)
    scene.call(5000, DataType.ANDROID_ID, ANDROID_ID)
    analysis = scene.end().judge()
    assert analysis.findings == [] and analysis.undetermined == []
    assert analysis.verdict.kind is VerdictKind.CLEAN
    assert any("a server had sent it" in reason for reason in analysis.verdict.reasons)


def test_an_answer_that_repeats_what_was_sent_excuses_nothing() -> None:
    scene = Scene().begin()
    scene.call(1100, DataType.ANDROID_ID, ANDROID_ID)
    scene.flow(1200, TRACKER, path=f"/?a={ANDROID_ID}", response=answer(ANDROID_ID))
    scene.flow(1500, TRACKER, path=f"/?a={ANDROID_ID}")
    (finding,) = sent(scene)
    assert finding.flow_count == 2 and finding.confidence is Confidence.CERTAIN


def test_a_value_that_came_from_a_server_and_was_then_read_stays_open() -> None:
    scene = Scene().begin()
    scene.flow(1200, TRACKER, response=answer(ANDROID_ID))
    scene.call(1500, DataType.ANDROID_ID, ANDROID_ID)
    scene.flow(1800, TRACKER, path=f"/?a={ANDROID_ID}")
    analysis = scene.end().judge()
    assert [one.level for one in analysis.findings] == [Level.ACCESSED]
    (finding,) = analysis.undetermined
    assert finding.level is Level.TRANSMITTED_THIRD_PARTY
    assert any("a server had sent the value" in reason for reason in finding.reasons)
