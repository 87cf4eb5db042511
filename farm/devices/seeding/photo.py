"""Draws the planted photo: a JPEG that no other is, with place, time and identifier in its EXIF.

Tags are those of CIPA DC-008 (Exif 2.32), sections 4.6.4 to 4.6.6.
"""

import io
import random

from PIL import Image, TiffImagePlugin

from farm.devices.seeding.plan import Photo

_SIDE = 64  # pixels of the random pattern, enlarged to a photo's look
_SIZE = (640, 480)
_DATE_TIME = 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_TIME_ORIGINAL, _IMAGE_UNIQUE_ID = 0x9003, 0xA420
_GPS_VERSION, _LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 0, 1, 2, 3, 4
_FRACTION = 10_000  # seconds are written in 1/10,000: 3 mm


def draw(photo: Photo, taken: str) -> bytes:
    """The file; `taken` as EXIF writes it: `2026:11:25 15:53:31`. Same input, same bytes."""
    pick = random.Random(photo.noise)  # noqa: S311 - a pattern, nothing secret
    pixels = bytes(pick.randrange(256) for _ in range(_SIDE * _SIDE * 3))
    image = Image.frombytes("RGB", (_SIDE, _SIDE), pixels).resize(_SIZE)
    exif = Image.Exif()
    exif[_DATE_TIME] = taken
    exif.get_ifd(_EXIF_IFD).update({_DATE_TIME_ORIGINAL: taken, _IMAGE_UNIQUE_ID: photo.unique_id})
    place = photo.place
    exif.get_ifd(_GPS_IFD).update(
        {
            _GPS_VERSION: b"\x02\x03\x00\x00",
            _LATITUDE_REF: "N" if place.latitude >= 0 else "S",
            _LATITUDE: _degrees(place.latitude),
            _LONGITUDE_REF: "E" if place.longitude >= 0 else "W",
            _LONGITUDE: _degrees(place.longitude),
        }
    )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


def _degrees(value: float) -> tuple[TiffImagePlugin.IFDRational, ...]:
    """Degrees, minutes and seconds as three fractions."""
    fractions = round(abs(value) * 3600 * _FRACTION)
    degrees, rest = divmod(fractions, 3600 * _FRACTION)
    minutes, seconds = divmod(rest, 60 * _FRACTION)
    return (
        TiffImagePlugin.IFDRational(degrees, 1),
        TiffImagePlugin.IFDRational(minutes, 1),
        TiffImagePlugin.IFDRational(seconds, _FRACTION),
    )
