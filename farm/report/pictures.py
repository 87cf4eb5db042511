"""Screenshots as small data URIs, so that the page needs no other file."""

import base64
import io
import warnings

from PIL import Image

_WIDTH = 360
_TALLEST = 1200
_MOST_PIXELS = 40_000_000
_LARGEST = 32 << 20


def thumbnail(data: bytes) -> str | None:
    """Return the picture as a JPEG data URI at most 360 pixels wide, None if it is not one."""
    if not data or len(data) > _LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    return None
                small = picture.convert("RGB")
        small.thumbnail((_WIDTH, _TALLEST))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=82)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii")
