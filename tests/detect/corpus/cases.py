"""The sessions: what each plays, and what must be found in it."""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator

import msgspec

from farm.model.vocabulary import ConsentAnswer, DataType
from tests.detect.builders import APP_STACK, SDK_STACK, Scene
from tests.detect.corpus import near_misses, shapes
from tests.detect.corpus.values import KEYS, value

HOST = "collect.tracker.example"
SEED = 20261125


class Expected(msgspec.Struct, frozen=True):
    """Something that must be found: in a finding that counts, or (`open`) in one that does not."""

    data_type: DataType
    host: str
    family: str
    forms: tuple[str, ...]  # the finding must name one of them
    open: bool = False


class Labelled(msgspec.Struct, frozen=True):
    """One session with its labels. `accessed` are types that were read and need not be sent."""

    name: str
    scene: Scene
    expected: tuple[Expected, ...] = ()
    accessed: frozenset[DataType] = frozenset()
    kind: str = "positive"


# What the evidence calls the form, by the family that the generator put in. A value may have
# several right names: of a reversed palindrome, or a MAC that is written in upper case already.
_FORMS: dict[str, tuple[str, ...]] = {
    "plain": ("plain", "position in WGS-84"),
    "upper case": ("plain",),
    "lower case": ("plain",),
    "without separators": ("plain without separators", "plain"),
    "reversed": ("plain reversed",),
    "cut at the end": ("plain, first 14",),
    "md5": ("md5",),
    "md5 upper hex": ("md5",),
    "md5 of upper case": ("md5",),
    "md5 middle": ("md5, middle 16", "md5 of"),
    "sha1": ("sha1",),
    "sha256": ("sha256",),
    "sha256 cut": ("sha256, first 32",),
    "sha512": ("sha512",),
    "sha3": ("sha3-256",),
    "sm3": ("sm3",),
    "base64 digest": ("sha256, raw",),
    "crc32": ("crc32",),
    "double md5": ("md5 of md5",),
    "salted": ("sha256 of value",),
    "hmac": ("hmac-sha256",),
}


def corpus() -> Iterator[Labelled]:
    """Every session, in a stable order."""
    yield from _positives()
    yield from _chains()
    yield from _positions()
    yield from _known_to_the_farm()
    yield from near_misses.sessions(Labelled, Expected)


def _dice(name: str) -> random.Random:
    return random.Random(f"{SEED} {name}")


def _positives() -> Iterator[Labelled]:
    """Every type in every form that suits it; carriers and callers take turns."""
    turn = 0
    for data_type in KEYS:
        for shape in shapes.SHAPES:
            if not shape.suits(data_type):
                continue
            name = f"{data_type} {shape.family}"
            dice = _dice(name)
            values = value(data_type, dice)
            carrier = shapes.CARRIERS[turn % len(shapes.CARRIERS)]
            stack = SDK_STACK if turn % 3 == 0 else APP_STACK
            turn += 1
            scene = _begin(turn)
            scene.call(1500, data_type, values=values, value=None, result="x", stack=stack)
            made = [shape.make(one) for one in values]
            # Checksums count beside their name only; others stand under names that say nothing.
            honest = shape.family == "crc32" or turn % 2
            key = KEYS[data_type] if honest else "v"
            carrier(scene, 1800, HOST, key, b",".join(made))
            forms = _FORMS[shape.family]
            yield Labelled(
                f"{name} in {carrier.__name__}",
                _finish(scene, turn),
                (Expected(data_type, HOST, shape.family, forms),),
            )


def _chains() -> Iterator[Labelled]:
    """Values that leave through operations that the hooks recorded."""
    for number, data_type in enumerate(
        (
            DataType.IMEI,
            DataType.ANDROID_ID,
            DataType.OAID,
            DataType.LOCATION,
            DataType.PHONE_NUMBER,
            DataType.CLIPBOARD,
            DataType.WIFI_MAC,
            DataType.CONTACTS,
        )
    ):
        for family, build in _CHAINS.items():
            name = f"{data_type} {family}"
            dice = _dice(name)
            (secret,) = value(data_type, dice)
            scene = _begin(number)
            scene.call(1500, data_type, secret)
            expected = build(scene, secret, KEYS[data_type], dice)
            yield Labelled(
                name,
                _finish(scene, number),
                (Expected(data_type, HOST, family, (expected,)),),
            )


def _plain(secret: str, key: str) -> bytes:
    return json.dumps({"t": 1, key: secret}, ensure_ascii=False).encode()


def _cipher_body(scene: Scene, secret: str, key: str, dice: random.Random) -> str:
    scene.flow(1800, HOST, body=shapes.encrypted(scene, 1600, _plain(secret, key), dice))
    return "AES/CBC/PKCS5Padding output"


def _cipher_field(scene: Scene, secret: str, key: str, dice: random.Random) -> str:
    output = shapes.encrypted(scene, 1600, _plain(secret, key), dice)
    shapes.form(scene, 1800, HOST, "data", base64.b64encode(output))
    return "AES/CBC/PKCS5Padding output"


def _cipher_of_gzip(scene: Scene, secret: str, key: str, dice: random.Random) -> str:
    packed = shapes.compressed(scene, 1600, _plain(secret, key))
    output = shapes.encrypted(scene, 1610, packed, dice)
    text = shapes.encoded(scene, 1620, output)
    shapes.json_body(scene, 1800, HOST, "payload", text)
    return "AES/CBC/PKCS5Padding output"


def _mac_field(scene: Scene, secret: str, key: str, dice: random.Random) -> str:
    output = shapes.keyed(scene, 1600, secret.encode(), dice)
    shapes.query(scene, 1800, HOST, "u", output.hex().encode())
    return "HmacSHA256 output"


def _unknown_salt(scene: Scene, secret: str, key: str, dice: random.Random) -> str:
    output = shapes.digested(scene, 1600, secret.encode(), dice)
    shapes.json_body(scene, 1800, HOST, "u", output.hex().encode())
    return "SHA-256 output"


_CHAINS: dict[str, Callable[[Scene, str, str, random.Random], str]] = {
    "cipher": _cipher_body,
    "cipher in a field": _cipher_field,
    "gzip, cipher, base64": _cipher_of_gzip,
    "mac with unknown key": _mac_field,
    "digest with unknown salt": _unknown_salt,
}


def _positions() -> Iterator[Labelled]:
    """Positions at several roundings and in the systems of Chinese maps."""
    from farm.detect.identify.positions import Position, systems  # checked on its own

    for number, places in enumerate((6, 5, 4, 3, 2)):
        for index in range(3):
            name = f"position {places} {index}"
            dice = _dice(name)
            (text,) = value(DataType.LOCATION, dice)
            north, east = (float(part) for part in text.split(","))
            system, moved = systems(Position(north, east))[index]
            scene = _begin(number)
            scene.call(1500, DataType.LOCATION, text)
            written = {
                "lat": round(moved.latitude, places),
                "lng": round(moved.longitude, places),
            }
            scene.flow(1800, HOST, body=json.dumps({"p": written, "v": 3}).encode())
            forms = (f"position in {system}",) if places > 2 else ("position in",)
            yield Labelled(
                f"{name} {system}",
                _finish(scene, number),
                (Expected(DataType.LOCATION, HOST, f"position, {places} decimals", forms),),
            )


def _known_to_the_farm() -> Iterator[Labelled]:
    """Values that no hook saw: planted on the phone, or asked from it."""
    types = (
        DataType.CONTACTS,
        DataType.CLIPBOARD,
        DataType.LOCATION,
        DataType.WIFI_SSID,
        DataType.SMS,
        DataType.IMEI,
        DataType.ANDROID_ID,
        DataType.WIFI_MAC,
        DataType.SERIAL,
    )
    for number, data_type in enumerate(types):
        for how in ("seeded", "read"):
            name = f"{data_type} {how}"
            (secret,) = value(data_type, _dice(name))
            scene = _begin(number)
            scene.identity(data_type, secret, how=how, name=f"{data_type} 1")
            scene.tells_connections = True
            carrier = shapes.CARRIERS[number % len(shapes.CARRIERS)]
            carrier(scene, 1800, HOST, KEYS[data_type], secret.encode())
            yield Labelled(
                name,
                _finish(scene, number),
                (Expected(data_type, HOST, f"unseen call, {how}", ("plain", "position in")),),
            )


def _begin(turn: int) -> Scene:
    scene = Scene().begin()
    if turn % 4 == 1:  # after a refusal instead of before consent
        scene.dialog(1020)
        scene.answer(1100, ConsentAnswer.DECLINE, takes=20)
    return scene


def _finish(scene: Scene, turn: int) -> Scene:
    if turn % 4 == 2:
        scene.dialog(2000)
        scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def fingerprint(folder_bytes: bytes) -> str:
    """For comparing two builds of the corpus."""
    return hashlib.sha256(folder_bytes).hexdigest()
