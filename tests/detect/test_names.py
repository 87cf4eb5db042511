"""Values that leave in the names of DNS questions, which no proxy of HTTP sees."""

import base64

import pytest

from farm.model.events import NameLookup
from farm.model.finding import Finding
from farm.model.vocabulary import DataType, Level, Phase, Stream, VerdictKind
from tests.detect.builders import ANDROID_ID, IMEI, Scene

RANDOM = "9f8e7d6c5b4a3928"
DATA = base64.b32encode(f"imei={IMEI};id={ANDROID_ID}".encode()).decode().rstrip("=").lower()


def asked(name: str, *, record_type: str = "A") -> Scene:
    scene = Scene().begin()
    scene.call(1100, DataType.IMEI, IMEI)
    scene.call(1150, DataType.ANDROID_ID, ANDROID_ID)
    scene.add(Stream.NETWORK, 1500, NameLookup(name=name, record_type=record_type))
    return scene


def sent(scene: Scene) -> list[Finding]:
    return [one for one in scene.end().judge().findings if one.level is not Level.ACCESSED]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (f"{ANDROID_ID}.t.evil.example", ["dns"]),
        (f"a-{ANDROID_ID.upper()}.log.evil.example", ["dns"]),
        (f"{ANDROID_ID.encode().hex()}.t.evil.example", ["dns", "hex at 0"]),
        (f"{DATA[:40]}.{DATA[40:]}.t.evil.example", ["dns labels joined", "base32"]),
    ],
)
def test_a_value_in_a_name_is_found_with_its_path(name: str, path: list[str]) -> None:
    scene = asked(name)
    found = sent(scene)
    (finding,) = [one for one in found if one.data_type is DataType.ANDROID_ID]
    assert finding.phase is Phase.BEFORE_CONSENT
    assert finding.receiver is not None and finding.receiver.domain == "evil.example"
    (flow,) = finding.flows
    assert flow.event.startswith("network:") and flow.url == f"dns://{name}:53"
    match = next(one for one in flow.matches if one.value == ANDROID_ID)
    assert match.location == "dns name"
    assert [step for step in match.path if "query" not in step and "form" not in step] == path


@pytest.mark.parametrize(
    "name",
    [
        "www.example.com",
        f"{RANDOM}.t.evil.example",
        f"x{ANDROID_ID}f.evil.example",  # part of something longer
        f"{ANDROID_ID[:8]}.{ANDROID_ID[8:]}.evil.example",  # labels too short to be data
    ],
)
def test_other_names_carry_nothing(name: str) -> None:
    assert sent(asked(name)) == []


def test_asking_twice_is_one_flow_and_the_farms_own_names_are_none() -> None:
    scene = asked(f"{ANDROID_ID}.evil.example")
    again = NameLookup(name=f"{ANDROID_ID}.evil.example", record_type="AAAA")
    scene.add(Stream.NETWORK, 1501, again)
    (finding,) = sent(scene)
    assert finding.flow_count == 1


def test_a_name_before_anything_was_read_proves_the_sending_only() -> None:
    scene = Scene().begin()
    scene.add(Stream.NETWORK, 1200, NameLookup(name=f"{ANDROID_ID}.evil.example", record_type="A"))
    scene.call(5000, DataType.ANDROID_ID, ANDROID_ID)
    analysis = scene.end().judge()
    assert [one.level for one in analysis.findings] == [Level.ACCESSED]
    assert [one.level for one in analysis.undetermined] == [Level.TRANSMITTED]
    assert analysis.verdict.kind is VerdictKind.VIOLATION
