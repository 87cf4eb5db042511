"""Sessions in which nothing, or only something open, must be found, though much looks like it."""

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from farm.model.vocabulary import ConsentAnswer, DataType
from tests.detect.builders import Scene
from tests.detect.corpus import shapes
from tests.detect.corpus.values import KEYS, digits, hexadecimal, imei, mac, uuid, value

HOST = "collect.tracker.example"
_ROUNDS = 5
_KNOWN = (DataType.IMEI, DataType.ANDROID_ID, DataType.WIFI_MAC, DataType.LOCATION)


def sessions(labelled: Callable[..., Any], expected: Callable[..., Any]) -> Iterator[Any]:
    """Every near miss, some rounds each with other values."""
    for name, play in _QUIET.items():
        for turn in range(_ROUNDS):
            dice = random.Random(f"near miss {name} {turn}")
            # The phone's own values are known from the phone, and read after consent.
            scene, own = _with_consent_later(dice)
            play(scene, own, dice, turn)
            yield labelled(f"{name} {turn}", scene.end(), kind=name)
    for turn in range(_ROUNDS):
        yield _after_consent(labelled, turn)
        yield _on_the_border(labelled, expected, turn)
        yield _echo_after_reading(labelled, turn)


def _with_consent_later(dice: random.Random) -> tuple[Scene, dict[DataType, str]]:
    scene = Scene().begin()
    own = {data_type: value(data_type, dice)[0] for data_type in _KNOWN}
    for data_type in _KNOWN:
        scene.identity(data_type, own[data_type], how="read")
    scene.dialog(4000)
    scene.answer(5000, ConsentAnswer.ACCEPT)
    for data_type, text in own.items():
        scene.call(7000, data_type, text)
    return scene, own


_Play = Callable[[Scene, dict[DataType, str], random.Random, int], None]


def _carrier(turn: int) -> Callable[[Scene, float, str, str, bytes], None]:
    return shapes.CARRIERS[turn % len(shapes.CARRIERS)]


def _send(scene: Scene, turn: int, key: str, text: str) -> None:
    _carrier(turn)(scene, 2000, HOST, key, text.encode())


def _random_uuid(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    _send(scene, turn, "uuid", uuid(dice))
    _send(scene, turn + 1, "session_id", hexadecimal(dice, 32))
    _send(scene, turn + 2, "android_session", hexadecimal(dice, 16))


def _other_imei(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    _send(scene, turn, "imei", imei(dice))
    near = own[DataType.IMEI][:8] + digits(dice, 7)  # the same model
    _send(scene, turn + 1, "imei", near)
    _send(scene, turn + 2, "mac", own[DataType.WIFI_MAC][:8] + mac(dice)[8:])


def _clocks_and_versions(
    scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int
) -> None:
    body = {
        "ts": 1700000000000 + turn,
        "tn": 1700000000000000000 + turn,
        "version": "31.2.3",
        "build": "121.4.5",
        "order": digits(dice, 18),
        "snowflake": "17" + digits(dice, 17),
        "ua": "Mozilla/5.0 (Linux; Android 9; MI 8 Build/PKQ1.180729.001)",
        "lat": 0.0,
        "lng": 0.0,
        "fps": 59.94,
    }
    scene.flow(2000, HOST, body=json.dumps(body).encode())


def _digest_of_else(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    for name in ("md5", "sha1", "sha256", "sha3_256"):
        other = hashlib.new(name, imei(dice).encode(), usedforsecurity=False).hexdigest()
        _send(scene, turn, "d", other)
        salted = f"{own[DataType.IMEI]}{hexadecimal(dice, 24)}"  # nobody saw this salt
        unseen = hashlib.new(name, salted.encode(), usedforsecurity=False).hexdigest()
        _send(scene, turn, "d", unseen)
    _send(scene, turn, "empty", hashlib.sha256(b"").hexdigest())
    _send(scene, turn, "app", hashlib.md5(b"com.example.eager", usedforsecurity=False).hexdigest())


def _parts_and_longer(
    scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int
) -> None:
    number = own[DataType.IMEI]
    _send(scene, turn, "x", f"9{number}")
    _send(scene, turn, "x", f"{number}7")
    _send(scene, turn, "tac", number[:8])
    _send(scene, turn, "oui", own[DataType.WIFI_MAC][:8])
    _send(scene, turn, "a", own[DataType.ANDROID_ID][:8])
    digest = hashlib.sha256(number.encode()).hexdigest()
    _send(scene, turn, "h", digest[:12])
    _send(scene, turn, "h", digest[:20] + hexadecimal(dice, 44))


def _elsewhere(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    north, east = (float(part) for part in own[DataType.LOCATION].split(","))
    body = {"lat": round(north + 0.05, 4), "lng": round(east + 0.05, 4)}
    scene.flow(2000, HOST, body=json.dumps(body).encode())
    half = {"lat": round(north, 4), "scale": 1.5}
    scene.flow(2100, HOST, body=json.dumps(half).encode())


def _other_numbers(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    for _ in range(20):
        _send(scene, turn, "id", digits(dice, 15))
        _send(scene, turn, "no", "1" + digits(dice, 10))
        _send(scene, turn, "ref", digits(dice, 16))
    _send(scene, turn, "trace", "-".join(hexadecimal(dice, 2) for _ in range(20)))


def _binary(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    scene.flow(2000, HOST, body=dice.randbytes(4096))
    scene.flow(2100, HOST, body=json.dumps({"b": dice.randbytes(300).hex()}).encode())


def _echo(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    """A server gives out a number that looks like an identifier, and the app sends it back."""
    given = value(DataType.OAID, dice)[0]
    number = "1" + "38" + digits(dice, 8)
    answer = json.dumps({"code": 0, "oaid": given, "phone": number}).encode()
    scene.flow(1500, HOST, path="/config", response=answer)
    _send(scene, turn, "oaid", given)
    _send(scene, turn + 1, "phone", number)
    scene.call(8000, DataType.OAID, given)  # asked of the system after consent only


def _only_answers(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    """The phone's values in what a server sends, never in what the app sends."""
    answer = json.dumps({KEYS[kind]: text for kind, text in own.items()}).encode()
    scene.flow(2000, HOST, path="/feed", response=answer)


def _common_facts(scene: Scene, own: dict[DataType, str], dice: random.Random, turn: int) -> None:
    scene.call(1400, DataType.BUILD_PROPERTIES, "MI 8")
    scene.call(1450, DataType.SIM_INFO, "46000")
    path = "/?model=MI%208&brand=Xiaomi&os=9&sdk=28&pkg=com.example.eager&op=46000&l=zh_CN"
    scene.flow(2000, HOST, path=path)


_QUIET: dict[str, _Play] = {
    "random uuid": _random_uuid,
    "another phone's identifier": _other_imei,
    "clocks and versions": _clocks_and_versions,
    "digest of something else": _digest_of_else,
    "part of a longer value": _parts_and_longer,
    "position elsewhere": _elsewhere,
    "other numbers": _other_numbers,
    "random bytes": _binary,
    "echo of a server's value": _echo,
    "in answers only": _only_answers,
    "facts that name nobody": _common_facts,
}


def _after_consent(labelled: Callable[..., Any], turn: int) -> Any:
    dice = random.Random(f"after consent {turn}")
    scene, own = _with_consent_later(dice)
    for kind, text in own.items():
        _carrier(turn)(scene, 8000, HOST, KEYS[kind], text.encode())
    return labelled(f"after consent {turn}", scene.end(), kind="after consent")


def _on_the_border(labelled: Callable[..., Any], expected: Callable[..., Any], turn: int) -> Any:
    """A request that leaves while the accepting tap is on its way is nobody's violation."""
    dice = random.Random(f"border {turn}")
    secret = imei(dice)
    scene = Scene().begin()
    scene.dialog(4000)
    scene.answer(5000, ConsentAnswer.ACCEPT, takes=150)
    scene.call(5050, DataType.IMEI, secret)
    scene.flow(5100, HOST, path=f"/?imei={secret}", takes=300)
    label = expected(DataType.IMEI, HOST, "on the border", ("plain",), True)
    return labelled(f"on the border {turn}", scene.end(), (label,), kind="on the border")


def _echo_after_reading(labelled: Callable[..., Any], turn: int) -> Any:
    """What was read after consent and sent then is fine, though a server repeats it."""
    dice = random.Random(f"echo after {turn}")
    secret = imei(dice)
    scene = Scene().begin()
    scene.dialog(2000)
    scene.answer(3000, ConsentAnswer.ACCEPT)
    scene.call(5000, DataType.IMEI, secret)
    scene.flow(6000, HOST, path=f"/?imei={secret}", response=f'{{"imei":"{secret}"}}'.encode())
    scene.flow(7000, HOST, path=f"/?imei={secret}")
    return labelled(f"echo after reading {turn}", scene.end(), kind="echo after reading")
