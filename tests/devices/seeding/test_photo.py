"""The planted photo, read back by a library that did not write it."""

import io

from PIL import ExifTags, Image

from farm.devices.seeding.photo import draw
from farm.devices.seeding.plan import make_plan, new_token


def degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def test_place_time_and_identifier_stand_in_it() -> None:
    photo = make_plan(new_token()).photo
    with Image.open(io.BytesIO(draw(photo, "2026:11:25 15:53:31"))) as image:
        image.load()
        exif = image.getexif()
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert (place[1], place[3]) == ("N", "E")
    assert abs(degrees(place[2]) - photo.place.latitude) < 1e-6
    assert abs(degrees(place[4]) - photo.place.longitude) < 1e-6
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    assert inner[0xA420] == photo.unique_id
    assert inner[0x9003] == "2026:11:25 15:53:31"


def test_no_two_sessions_have_the_same_picture() -> None:
    one, other = make_plan(new_token()).photo, make_plan(new_token()).photo
    taken = "2026:11:25 15:53:31"
    assert draw(one, taken) == draw(one, taken)
    pixels = []
    for photo in (one, other):
        with Image.open(io.BytesIO(draw(photo, taken))) as image:
            pixels.append(image.tobytes())
    assert pixels[0] != pixels[1]
