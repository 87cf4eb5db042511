"""Screenshots become small data URIs; what is no picture becomes nothing."""

import base64
import io

from PIL import Image

from farm.report.pictures import thumbnail
from tests.report.builders import picture


def test_downscaled() -> None:
    uri = thumbnail(picture("x"))
    assert uri is not None
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as small:
        assert small.width == 360


def test_not_a_picture() -> None:
    assert thumbnail(b"") is None
    assert thumbnail(b"<svg onload=alert(1)>") is None
    assert thumbnail(picture("x")[:300]) is None
