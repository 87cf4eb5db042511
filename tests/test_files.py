"""Digests of files, and YAML that is refused with one line that says what to do."""

from pathlib import Path

import msgspec
import pytest

from farm.files import read_yaml, sha256_of
from farm.model.errors import UsageError


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    count: int


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    # FIPS 180-4's own example.
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    path.write_text("count: 3", encoding="utf-8")
    assert read_yaml(path, Shape) == (Shape(3), sha256_of(path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("count: [\n", ":2: not YAML"),
        ("count: x", "Expected `int`"),
        ("count: 1\ncount: 2", ":2: not YAML: key 'count' stands twice"),
        ("count: 1\nother: 2", "other"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("count: 1" + " " * 200, "larger than"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_yaml(path, Shape, largest=100)
    assert told in str(raised.value) and str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_was_expected_is_told_where_somebody_knows(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("count: x", encoding="utf-8")
    with pytest.raises(UsageError, match="; expected a count"):
        read_yaml(path, Shape, expected="a count")
    with pytest.raises(UsageError, match="cannot be read"):
        read_yaml(tmp_path / "none", Shape)
