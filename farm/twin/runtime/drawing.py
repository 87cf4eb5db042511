"""Draw the screen as PNG: backgrounds, text, buttons, dialogs over a dimmed screen.

Works on placed trees alone; called in a thread. Chinese text needs a font with CJK glyphs.
"""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from farm.twin.runtime.hierarchy import shown_text
from farm.twin.runtime.layout import Layout
from farm.twin.runtime.text_size import line_height, wrap_text
from farm.twin.runtime.views import Rectangle, View

_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
_DRAWN_LINES = 200
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Layer:
    """One placed window as the drawer needs it."""

    __slots__ = ("bounds", "dim", "root")

    def __init__(self, root: View, bounds: Rectangle, *, dim: bool) -> None:
        self.root = root
        self.bounds = bounds
        self.dim = dim


@lru_cache(maxsize=1)
def font_file() -> str | None:
    """The first font with Chinese glyphs on this machine, None if there is none."""
    return next((name for name in _FONTS if Path(name).exists()), None)


@lru_cache(maxsize=64)
def _font(pixels: int) -> Font:
    name = font_file()
    if name is None:
        return ImageFont.load_default(pixels)
    return ImageFont.truetype(name, pixels)


def color(text: str, default: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """An Android colour `#aarrggbb` or `#rrggbb`."""
    digits = text.removeprefix("#")
    try:
        if len(digits) == 8:
            alpha, red, green, blue = bytes.fromhex(digits)
            return red, green, blue, alpha
        if len(digits) == 6:
            red, green, blue = bytes.fromhex(digits)
            return red, green, blue, 255
        if text:
            found = ImageColor.getrgb(text)
            return found[0], found[1], found[2], 255
    except ValueError:
        pass
    return default


def draw_screen(
    screen: tuple[int, int], layers: Sequence[Layer], status: View, density: int, *, on: bool
) -> bytes:
    """PNG of the layers from the bottom to the top, the status bar above all."""
    return _png(paint_screen(screen, layers, status, density, on=on))


def paint_screen(
    screen: tuple[int, int], layers: Sequence[Layer], status: View, density: int, *, on: bool
) -> Image.Image:
    """The screen as an image, black while it is off."""
    if not on:
        return Image.new("RGB", screen, (0, 0, 0))
    image = Image.new("RGBA", screen, (250, 250, 250, 255))
    layout = Layout(density)
    for layer in layers:
        if layer.dim:
            shade = Image.new("RGBA", screen, (0, 0, 0, 140))
            image = Image.alpha_composite(image, shade)
        pen = ImageDraw.Draw(image, "RGBA")
        if layer.dim:
            pen.rounded_rectangle(layer.bounds, radius=layout.dp(8), fill=(255, 255, 255, 255))
        for view in layer.root.walk():
            _draw_view(pen, view, layout)
    pen = ImageDraw.Draw(image, "RGBA")
    pen.rectangle((0, 0, screen[0], status.bounds[3]), fill=(60, 60, 60, 255))
    for view in status.walk():
        _draw_view(pen, view, layout)
    return image.convert("RGB")


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # speed: a screen is taken several times a second
    return buffer.getvalue()


def _draw_view(pen: ImageDraw.ImageDraw, view: View, layout: Layout) -> None:
    if not view.shown:
        return
    left, top, right, bottom = view.visible
    short = view.short_class
    if view.background:
        pen.rectangle((left, top, right - 1, bottom - 1), fill=color(view.background, (0, 0, 0, 0)))
    elif short.endswith("Button") and short not in ("RadioButton", "ImageButton"):
        inset = layout.dp(3)
        if right - left > 2 * inset and bottom - top > 2 * inset:
            pen.rounded_rectangle(
                (left + inset, top + inset, right - inset, bottom - inset),
                radius=layout.dp(4),
                fill=(232, 236, 240, 255) if view.enabled else (245, 245, 245, 255),
            )
    elif view.editable:
        line = bottom - layout.dp(4)
        pen.line((left, line, right, line), fill=(90, 90, 90, 255), width=max(1, layout.dp(1)))
    elif short in ("ImageView", "ImageButton"):
        pen.rectangle((left, top, right - 1, bottom - 1), fill=(205, 215, 225, 255))
    if short in ("CheckBox", "RadioButton", "Switch"):
        _draw_mark(pen, view, layout)
    if not view.children:
        _draw_text(pen, view, layout)


def _draw_mark(pen: ImageDraw.ImageDraw, view: View, layout: Layout) -> None:
    left, top, _, bottom = view.bounds
    half = layout.dp(9)
    x, y = left + layout.dp(14), (top + bottom) // 2
    box = (x - half, y - half, x + half, y + half)
    fill = (26, 115, 232, 255) if view.checked else (255, 255, 255, 255)
    if view.short_class == "RadioButton":
        pen.ellipse(box, fill=fill, outline=(90, 90, 90, 255), width=2)
    else:
        pen.rectangle(box, fill=fill, outline=(90, 90, 90, 255), width=2)


def _draw_text(pen: ImageDraw.ImageDraw, view: View, layout: Layout) -> None:
    text = shown_text(view) or view.text
    if not text:
        return
    pixels = max(6, round(view.text_size * layout.dp(1000) / 1000))
    left, top, right, bottom = view.bounds
    pad, mark = layout.insets(view), layout.mark_width(view)
    width = max(1, right - left - 2 * pad - mark)
    size = view.text_size * layout.dp(1000) / 1000
    # the width that layout measured was rounded up to whole pixels: allow the same here
    lines = wrap_text(text, size, width + 1)[:_DRAWN_LINES]
    step = line_height(size)
    centred = "center" in view.gravity or view.short_class.endswith("Button")
    y = top + pad
    if centred or "center_vertical" in view.gravity or view.short_class == "CheckBox":
        y = top + max(pad, (bottom - top - step * len(lines)) // 2)
    ink = color(view.color, (33, 33, 33, 255))
    if not view.enabled:
        ink = (*ink[:3], 110)
    font = _font(pixels)
    for line in lines:
        if y > view.visible[3]:
            break
        if y >= view.visible[1] - step and line:
            drawn = "".join(c if c.isprintable() else "\u25a1" for c in line)
            x: float = left + pad + mark
            if centred and not mark:
                x += max(0.0, (width - font.getlength(drawn)) / 2)
            pen.text((x, y), drawn, font=font, fill=ink)
        y += step
