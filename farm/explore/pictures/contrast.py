"""How well a button can be seen: its area, and the contrast of its words with what is behind.

Contrast is WCAG 2.1's ratio (1.4.3, relative luminance): 1 is invisible, 21 is black on white,
4.5 is what ordinary text needs. Measured from the picture, since no hierarchy tells colours.
"""

import io

import msgspec
from PIL import Image, UnidentifiedImageError

from farm.explore.hierarchy import Bounds

_MOST_PIXELS = 16_000_000
_CROP = (160, 60)  # pixels a button is reduced to before its colours are counted
_LEAST_SHARE = 0.01  # of the pixels, for a colour to be taken for words
_STEPS = 16  # colours are counted in so many steps a channel


class Prominence(msgspec.Struct, frozen=True, kw_only=True):
    """How a button stands out."""

    area: int  # pixels²
    contrast: float  # of its words, 1 to 21; 0 where the picture does not tell


def prominence(picture: bytes, bounds: Bounds) -> Prominence:
    """Measure one button."""
    area = bounds.width * bounds.height
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return Prominence(area=area, contrast=0.0)
            box = (
                max(bounds.left, 0),
                max(bounds.top, 0),
                min(bounds.right, image.width),
                min(bounds.bottom, image.height),
            )
            if box[2] - box[0] < 4 or box[3] - box[1] < 4:
                return Prominence(area=area, contrast=0.0)
            crop = image.convert("RGB").crop(box)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return Prominence(area=area, contrast=0.0)
    if crop.width > _CROP[0] or crop.height > _CROP[1]:
        crop.thumbnail(_CROP, Image.Resampling.BOX)
    return Prominence(area=area, contrast=_contrast(crop))


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, 0 (black) to 1 (white): WCAG 2.1, "relative luminance"."""
    channels = []
    for value in colour:
        share = value / 255
        channels.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def ratio(one: float, other: float) -> float:
    """WCAG's contrast ratio of two luminances."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _contrast(crop: Image.Image) -> float:
    """The ratio between the most common colour and the one that stands out most from it."""
    counts: dict[tuple[int, int, int], list[int]] = {}
    flat = crop.tobytes()
    pixels = len(flat) // 3
    for red, green, blue in zip(flat[0::3], flat[1::3], flat[2::3], strict=True):
        step = 256 // _STEPS
        bucket = counts.setdefault((red // step, green // step, blue // step), [0, 0, 0, 0])
        bucket[0] += 1
        bucket[1] += red
        bucket[2] += green
        bucket[3] += blue
    colours = sorted(
        ((count, (r // count, g // count, b // count)) for count, r, g, b in counts.values()),
        reverse=True,
    )
    background = luminance(colours[0][1])
    least = max(pixels * _LEAST_SHARE, 1)
    return round(
        max(ratio(luminance(colour), background) for count, colour in colours if count >= least), 2
    )
