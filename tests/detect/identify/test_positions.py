"""Conversions against values published with other implementations, and any rounding in flows."""

import pytest

from farm.detect.identify.positions import Position, bd09, gcj02, in_china, parse, systems


def test_conversion_to_gcj02_as_others_publish_it() -> None:
    # github.com/wandergis/coordtransform: wgs84togcj02(116.404, 39.915)
    converted = gcj02(Position(39.915, 116.404))
    assert converted.longitude == pytest.approx(116.41024449916938, abs=1e-9)
    assert converted.latitude == pytest.approx(39.91640428150164, abs=1e-9)


def test_conversion_to_bd09_as_others_publish_it() -> None:
    # the same: gcj02tobd09(116.404, 39.915)
    converted = bd09(Position(39.915, 116.404))
    assert converted.longitude == pytest.approx(116.41036949371029, abs=1e-9)
    assert converted.latitude == pytest.approx(39.92133699351021, abs=1e-9)


def test_abroad_nothing_is_shifted() -> None:
    berlin = Position(52.52, 13.405)
    assert not in_china(berlin)
    assert gcj02(berlin) == berlin
    assert [name for name, _ in systems(berlin)] == ["WGS-84"]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("31.230416,121.473701", Position(31.230416, 121.473701)),
        ("31.230416,121.473701,12.5,gps", Position(31.230416, 121.473701)),
        ("0.0,0.0", None),
        ("31,121", None),
        ("91.5,121.5", None),
        ("nan,nan", None),
        ("com.a,com.b", None),
        ("31.230416", None),
    ],
)
def test_positions_as_the_hooks_join_them(text: str, position: Position | None) -> None:
    assert parse(text) == position
