"""Screenshots made small, whatever their file holds; in a report as data URIs."""

import base64
import io
import warnings
from typing import Literal

from PIL import Image

_WIDTH = 360
_TALLEST = 1200
_MOST_PIXELS = 40_000_000
LARGEST = 32 << 20
"""Bytes of a file beyond which it is no screenshot."""


def thumbnail(data: bytes) -> str | None:
    """Return the picture as a JPEG data URI at most 360 pixels wide, None if it is not one."""
    small = shrink(data, (_WIDTH, _TALLEST), "JPEG", quality=82)
    if small is None:
        return None
    return "data:image/jpeg;base64," + base64.b64encode(small).decode("ascii")


def shrink(
    data: bytes, largest: tuple[int, int], form: Literal["JPEG", "WEBP"], *, quality: int
) -> bytes | None:
    """A picture within so many pixels of width and height, None if it is not one.

    Args:
        data: a file that an app may have had a hand in: what unfolds to too much is refused.
        largest: width and height; a smaller picture keeps its own.
        form: of the result.
        quality: 1 to 95.
    """
    if not data or len(data) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    return None
                small = picture.convert("RGB")
        small.thumbnail(largest)
        out = io.BytesIO()
        small.save(out, form, quality=quality, method=2)  # a speed of WebP; JPEG knows none
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return out.getvalue()
