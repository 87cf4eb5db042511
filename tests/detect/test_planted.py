"""Planted values in traffic: positions from when the phone was there, near-misses never."""

import json

import pytest

from farm.detect.identify.known import known_values
from farm.detect.timeline import Timeline
from farm.devices.seeding.photo import draw
from farm.devices.seeding.plan import make_plan, new_token
from farm.model.events import NotSeeded, PhoneIdentity
from farm.model.finding import Finding
from farm.model.vocabulary import Confidence, DataType, Level, LinkStrength, Stream
from tests.detect.builders import Scene

TRACKER = "collect.tracker.example"
HERE, THERE, FAR = "33.121612,107.911282", "33.122041,107.911687", "36.211731,105.145007"


def begun() -> Scene:
    """A session whose hooks tell of the app's connections."""
    scene = Scene().begin()
    scene.tells_connections = True
    return scene


def stands(scene: Scene, at: float, place: str) -> None:
    """The phone's position is set."""
    body = PhoneIdentity(data_type=DataType.LOCATION, value=place, how="seeded", name="track point")
    scene.add(Stream.DEVICE, at, body)


def sends(scene: Scene, at: float, place: str, decimals: int) -> None:
    """The app sends a position, rounded."""
    latitude, longitude = (round(float(half), decimals) for half in place.split(","))
    body = json.dumps({"lat": latitude, "lng": longitude}).encode()
    scene.flow(at, TRACKER, body=body)


def sent(scene: Scene) -> tuple[list[Finding], list[Finding]]:
    """Determined and open findings about something that left."""
    analysis = scene.end().judge()
    return (
        [one for one in analysis.findings if one.level is not Level.ACCESSED],
        [one for one in analysis.undetermined if one.level is not Level.ACCESSED],
    )


def values(finding: Finding) -> set[str]:
    return {match.value for flow in finding.flows for match in flow.matches}


@pytest.mark.parametrize("decimals", [2, 3, 4, 5, 6])
def test_a_place_is_told_from_when_the_phone_was_there(decimals: int) -> None:
    scene = begun()
    stands(scene, 200, HERE)
    sends(scene, 1500, HERE, decimals)
    (finding,), others = sent(scene)
    assert (finding.data_type, values(finding), others) == (DataType.LOCATION, {HERE}, [])


@pytest.mark.parametrize("decimals", [4, 5, 6])
def test_a_place_that_the_phone_reached_later_was_not_taken_from_it(decimals: int) -> None:
    scene = begun()
    stands(scene, 200, HERE)
    sends(scene, 1500, THERE, decimals)
    stands(scene, 1900, THERE)
    assert sent(scene) == ([], [])


def test_a_coarse_place_is_the_one_that_the_phone_was_at() -> None:
    scene = begun()
    stands(scene, 200, HERE)
    sends(scene, 1500, HERE, 2)  # the way to come rounds to the same
    stands(scene, 1900, THERE)
    sends(scene, 2000, THERE, 2)
    (finding,), others = sent(scene)
    first, second = sorted(finding.flows, key=lambda flow: flow.host_time)
    assert {match.value for match in first.matches} == {HERE}
    assert {match.value for match in second.matches} == {HERE, THERE}
    assert others == []


def test_a_later_call_explains_no_earlier_flow_where_an_earlier_one_does() -> None:
    scene = Scene().begin()
    for at, place in ((1300, HERE), (1700, THERE)):
        scene.call(at, data_type=DataType.LOCATION, values=[place])
    sends(scene, 1500, HERE, 2)
    (finding,), others = sent(scene)
    assert values(finding) == {HERE} and finding.link is not LinkStrength.VALUE
    assert others == []


def test_the_place_of_a_photo_is_not_the_phones() -> None:
    scene = begun()
    stands(scene, 200, HERE)
    scene.identity(DataType.PHOTO_LOCATION, FAR, name="place of the photo")
    sends(scene, 1500, FAR, 3)
    (finding,), others = sent(scene)
    assert (finding.data_type, others) == (DataType.PHOTO_LOCATION, [])


PLANTED = (
    (DataType.CONTACTS, "司徒翊辰-5GDTWE7", "司徒翊辰-5GDTWF7"),
    (DataType.CONTACTS, "15499298642", "15499298643"),
    (DataType.CALENDAR, "复诊 XUNQ5SNWN", "复诊 XUNQ6SNWN"),
    (DataType.CLIPBOARD, "备忘 P96VJJ-9DEASZ-EQ7QVM", "备忘 P96VJJ-9DEBSZ-EQ7QVM"),
    (DataType.MEDIA, "IMG_DF8A9CA0F58C8C34.jpg", "IMG_DF8A9CA0F58C8C35.jpg"),
    (
        DataType.SMS,
        "【驿站】您的包裹已到枕石路站，取件码6FCJWKSF",
        "【驿站】您的包裹已到枕石路站，取件码6FCJWKSG",
    ),
)


@pytest.mark.parametrize(("data_type", "value", "other"), PLANTED)
def test_the_value_is_told_and_its_neighbour_is_not(
    data_type: DataType, value: str, other: str
) -> None:
    for text, told in ((value, True), (other, False)):
        scene = begun()
        scene.identity(data_type, value, name="planted")
        scene.flow(1500, TRACKER, body=json.dumps({"d": {"x": text}}).encode())
        findings, others = sent(scene)
        assert [one.data_type for one in findings] == [data_type] * told, text
        assert others == []
        if told:
            (match,) = findings[0].flows[0].matches
            assert list(match.path) == ["body", "json $.d.x"]


CURSOR = "android.database.MatrixCursor@1b2c3d"


def test_a_read_whose_rows_are_not_on_record_stands_in_the_chain() -> None:
    scene = begun()
    scene.identity(DataType.CONTACTS, "司徒翊辰-5GDTWE7", name="contact 1 name")
    read = scene.call(1400, DataType.CONTACTS, values=[], result=CURSOR)
    scene.flow(1500, TRACKER, body='{"n": "司徒翊辰-5GDTWE7"}'.encode())
    analysis = scene.end().judge()
    finding, reading = analysis.findings
    assert finding.level is not Level.ACCESSED and finding.confidence is Confidence.PROBABLE
    assert [call.event for call in finding.calls] == [read.reference]
    # That it was read is certain, and stays a finding of its own.
    assert (reading.level, reading.confidence) == (Level.ACCESSED, Confidence.CERTAIN)
    assert any("reads such data came before" in reason for reason in finding.reasons)


@pytest.mark.parametrize(
    ("at", "data_type", "result"),
    [
        (1600, DataType.CONTACTS, CURSOR),  # after the flow
        (1499, DataType.CONTACTS, CURSOR),  # the clocks leave open which came first
        (1400, DataType.SMS, CURSOR),  # other data
        (1400, DataType.CONTACTS, "null"),  # nothing was handed over
    ],
)
def test_no_other_call_does(at: float, data_type: DataType, result: str) -> None:
    scene = begun()
    scene.identity(DataType.CONTACTS, "司徒翊辰-5GDTWE7", name="contact 1 name")
    scene.call(at, data_type, values=[], result=result)
    scene.flow(1500, TRACKER, body='{"n": "司徒翊辰-5GDTWE7"}'.encode())
    (finding,), _ = sent(scene)
    assert finding.calls == []
    assert any("how the app came by it was not seen" in reason for reason in finding.reasons)


def test_a_whole_photo_is_told_by_what_stands_in_it() -> None:
    photo = make_plan(new_token()).photo
    other = make_plan(new_token()).photo
    for sent_photo, told in ((photo, True), (other, False)):
        scene = begun()
        scene.identity(DataType.MEDIA, photo.unique_id, name="identifier in the photo")
        picture = draw(sent_photo, "2026:11:25 15:53:31")
        head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="1.jpg"\r\n\r\n'
        content_type = (b"Content-Type", b"multipart/form-data; boundary=b")
        body = head + picture + b"\r\n--b--\r\n"
        scene.flow(1500, TRACKER, body=body, headers=[content_type])
        findings, _ = sent(scene)
        assert [one.data_type for one in findings] == [DataType.MEDIA] * told


def test_what_was_not_planted_is_told_beside_the_gaps_and_is_none() -> None:
    scene = Scene().begin()
    scene.add(Stream.DEVICE, 150, NotSeeded(data_type=DataType.LOCATION, reason="Android 9"))
    coverage = scene.end().judge().coverage
    assert coverage.not_seeded == {"location": "Android 9"}
    assert "Android 9" not in str(coverage.gaps)


def test_nothing_is_known_before_it_was_planted() -> None:
    scene = begun()
    stands(scene, 200, HERE)
    timeline = Timeline(scene.streams, scene.clock)
    (one,) = known_values(scene.session(), [], timeline.of(Stream.DEVICE, PhoneIdentity))
    (placed,) = one.identities
    assert one.up_to(placed.interval.lo) is one
    assert one.up_to(placed.interval.lo - 1).identities == []
