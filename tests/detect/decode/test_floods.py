"""Bodies made to match everywhere: memory stays bounded, the judgement comes to its end."""

import subprocess
import sys

import pytest

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
