"""Bodies made to match everywhere: memory stays bounded, the judgement comes to its end."""

import subprocess
import sys

import pytest

from farm.model.vocabulary import DataType, VerdictKind
from tests.detect.builders import Scene

_JUDGE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from tests.detect.builders import Scene
scene = Scene().begin()
scene.call(1500)
unit = sys.argv[1].encode()
scene.flow(1800, "x.example", body=b'{"x":"' + unit * ((4 << 20) // len(unit)) + b'"}')
print(scene.end().judge().verdict.kind)
"""


@pytest.mark.parametrize("unit", ["a", "1", "ab", "0f", "QUJD", "%41", "\\u0061", "138"])
def test_a_long_run_of_one_thing(unit: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _JUDGE, unit],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() in {"violation", "undetermined", "not_observable"}


_IMEI = b"861536030196001"


@pytest.mark.parametrize(
    "body",
    [
        b"a=" + _IMEI * 70_000,
        b"a=" + (_IMEI + b",") * 65_000,
        b"/p?a=" + (_IMEI + b"&") * 65_000,
        b'{"u":"https://a.b/?x=' + (_IMEI + b"&") * 65_000 + b'"}',
        b'{"' + (_IMEI + b'":1,"') * 50_000 + b'":1}',
        (b'{"a":"' + _IMEI + b'","b":') * 35_000,
        (b'{"a":"' + _IMEI + b'"}\n') * 40_000,
        (b"\x0a\x0f" + _IMEI) * 60_000,
        b"<a>" + (b"<i>" + _IMEI + b"</i>") * 45_000 + b"</a>",
    ],
    ids=["form", "list", "query", "url in json", "keys", "nested", "lines", "protobuf", "xml"],
)
@pytest.mark.timeout(60)
def test_a_value_at_every_place_of_a_body_of_1_mb(body: bytes) -> None:
    """Ten thousand places are named, each without a look at the whole body."""
    scene = Scene().begin()
    scene.call(1500, DataType.IMEI, _IMEI.decode())
    scene.flow(1800, "x.example", body=body)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.VIOLATION
