"""Forms of a value, and carriers of a form, as apps and SDKs are known to build them."""

import base64
import gzip
import hashlib
import hmac
import json
import random
import zlib
from collections.abc import Callable
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from farm.model.exchange import Message
from farm.model.vocabulary import DataType, TransformKind
from tests.detect.builders import Scene, ns
from tests.detect.corpus.values import TEXTS

PACKAGE = "com.example.eager"
_SEPARATED = frozenset({DataType.WIFI_MAC, DataType.WIFI_BSSID, DataType.OAID})
_LETTERS = frozenset(
    {
        DataType.ANDROID_ID,
        DataType.SERIAL,
        DataType.WIFI_MAC,
        DataType.WIFI_BSSID,
        DataType.OAID,
        DataType.ADVERTISING_ID,
    }
)


def bare(text: str) -> str:
    """Without separators."""
    return "".join(character for character in text if character.isalnum())


def sm3(data: bytes) -> bytes:
    """GB/T 32905."""
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def _digest(name: str) -> Callable[[str], bytes]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).digest()


class Shape(msgspec.Struct, frozen=True):
    """A form: `make` turns the value into what stands in the field; `family` names it."""

    family: str
    make: Callable[[str], bytes]
    suits: Callable[[DataType], bool] = lambda data_type: True


def _identifier(data_type: DataType) -> bool:
    return data_type not in TEXTS | {DataType.LOCATION, DataType.INSTALLED_APPS}


def _hex(name: str) -> Callable[[str], bytes]:
    return lambda text: _digest(name)(text).hex().encode()


SHAPES = (
    Shape("plain", lambda text: text.encode()),
    Shape("upper case", lambda text: text.upper().encode(), lambda kind: kind in _LETTERS),
    Shape("lower case", lambda text: text.lower().encode(), lambda kind: kind in _LETTERS),
    Shape("without separators", lambda t: bare(t).encode(), lambda kind: kind in _SEPARATED),
    Shape("reversed", lambda text: text[::-1].encode(), _identifier),
    Shape("cut at the end", lambda text: text[:-1].encode(), lambda kind: kind is DataType.IMEI),
    Shape("md5", _hex("md5"), _identifier),
    Shape("md5 upper hex", lambda t: _digest("md5")(t).hex().upper().encode(), _identifier),
    Shape("md5 of upper case", lambda t: _hex("md5")(t.upper()), lambda kind: kind in _LETTERS),
    Shape("md5 middle", lambda t: _hex("md5")(t)[8:24], _identifier),
    Shape("sha1", _hex("sha1"), _identifier),
    Shape("sha256", _hex("sha256"), _identifier),
    Shape("sha256 cut", lambda t: _hex("sha256")(t)[:32], _identifier),
    Shape("sha512", _hex("sha512"), _identifier),
    Shape("sha3", _hex("sha3_256"), _identifier),
    Shape("sm3", lambda t: sm3(t.encode()).hex().encode(), _identifier),
    Shape("base64 digest", lambda t: base64.b64encode(_digest("sha256")(t)), _identifier),
    Shape("crc32", lambda t: f"{zlib.crc32(t.encode()):08x}".encode(), _identifier),
    Shape("double md5", lambda t: _hex("md5")(_hex("md5")(t).decode()), _identifier),
    Shape("salted", lambda t: _hex("sha256")(f"{t}{PACKAGE}"), _identifier),
    Shape(
        "hmac",
        lambda t: hmac.digest(PACKAGE.encode(), t.encode(), "sha256").hex().encode(),
        _identifier,
    ),
)
"""All forms that need no recorded operation."""


# Carriers. Each puts one field into a request.


def query(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In the query of a GET."""
    scene.flow(at, host, path=f"/c?v=1.2.3&{key}={quote(data, safe='')}&t=1700000000123")


def json_body(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a JSON body."""
    scene.flow(at, host, body=_json(key, data))


def gzip_json(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In compressed JSON."""
    headers = [(b"Content-Encoding", b"gzip")]
    scene.flow(at, host, body=gzip.compress(_json(key, data), mtime=0), headers=headers)


def form(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a form."""
    headers = [(b"Content-Type", b"application/x-www-form-urlencoded")]
    body = f"app=eager&{key}={quote(data, safe='')}&net=wifi".encode()
    scene.flow(at, host, body=body, headers=headers)


def nested_base64(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """JSON inside base64 inside a form field."""
    inner = base64.b64encode(_json(key, data)).decode()
    scene.flow(at, host, body=f"data={quote(inner, safe='')}&sign=00".encode())


def header(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a header of its own."""
    name = f"X-{key.replace('_', '-')}".encode()
    scene.flow(at, host, headers=[(name, quote(data, safe=":-").encode())])


def cookie(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a cookie."""
    pair = f"sid=4; {key}={quote(data, safe=':-')}".encode()
    scene.flow(at, host, headers=[(b"Cookie", pair)])


def multipart(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a part of a multipart body."""
    part = f'--b0\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'.encode()
    headers = [(b"Content-Type", b"multipart/form-data; boundary=b0")]
    scene.flow(at, host, body=part + data + b"\r\n--b0--\r\n", headers=headers)


def web_socket(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """In a message of a WebSocket."""
    message = Message(from_app=True, content=_json(key, data), is_text=True, time=ns(at + 1))
    scene.flow(at, host, path="/ws", messages=[message])


def double_url(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """JSON percent-encoded twice in a query."""
    twice = quote(quote(_json(key, data), safe=""), safe="")
    scene.flow(at, host, path=f"/c?p={twice}")


def zlib_json(scene: Scene, at: float, host: str, key: str, data: bytes) -> None:
    """Deflated JSON as a body without a header that says so."""
    scene.flow(at, host, body=zlib.compress(_json(key, data)))


CARRIERS = (
    query,
    json_body,
    gzip_json,
    form,
    nested_base64,
    header,
    cookie,
    multipart,
    web_socket,
    double_url,
    zlib_json,
)
"""All of them."""


def _json(key: str, data: bytes) -> bytes:
    member = {"app": {"v": "1.2.3", "b": 123}, "d": {key: data.decode("utf-8", "replace")}}
    return json.dumps(member, ensure_ascii=False).encode()


# Chains of operations that the hooks recorded.


def encrypted(scene: Scene, at: float, plain: bytes, dice: random.Random) -> bytes:
    """AES/CBC with a random key, as the hooks of `Cipher` record it."""
    padded = plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    state = Cipher(algorithms.AES(dice.randbytes(16)), modes.CBC(dice.randbytes(16))).encryptor()
    output = state.update(padded) + state.finalize()
    kind = TransformKind.CIPHER
    scene.transform(at, kind, "AES/CBC/PKCS5Padding", plain, output, direction="encrypt")
    return output


def keyed(scene: Scene, at: float, plain: bytes, dice: random.Random) -> bytes:
    """HmacSHA256 with a key nobody knows."""
    output = hmac.digest(dice.randbytes(32), plain, "sha256")
    scene.transform(at, TransformKind.MAC, "HmacSHA256", plain, output)
    return output


def digested(scene: Scene, at: float, plain: bytes, dice: random.Random) -> bytes:
    """SHA-256 with a salt nobody knows, of which the hooks saw the input."""
    salted = plain + dice.randbytes(6).hex().encode()
    output = hashlib.sha256(salted).digest()
    scene.transform(at, TransformKind.DIGEST, "SHA-256", salted, output)
    return output


def compressed(scene: Scene, at: float, plain: bytes) -> bytes:
    """gzip."""
    output = gzip.compress(plain, mtime=0)
    kind = TransformKind.COMPRESSION
    scene.transform(at, kind, "gzip", plain, output, direction="compress")
    return output


def encoded(scene: Scene, at: float, plain: bytes) -> bytes:
    """android.util.Base64."""
    output = base64.b64encode(plain)
    scene.transform(at, TransformKind.BASE64, "base64", plain, output, direction="encode")
    return output
