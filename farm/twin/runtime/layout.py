"""Give each view of a window its rectangle on the screen, as Android's layouts would.

LinearLayout with weights, FrameLayout, scrolling views, padding, gravity, match and wrap. It does
not draw; text is measured by `text_size.py`.
"""

from farm.twin.runtime.text_size import line_height, text_width, wrap_text
from farm.twin.runtime.views import NOWHERE, Rectangle, View

_UNBOUNDED = 1_000_000
_FRAMES = ("FrameLayout", "RelativeLayout", "ConstraintLayout", "CoordinatorLayout", "CardView")
# Smallest sizes (dp) of the platform's Material widgets: width, height, inner padding.
_WIDGETS: dict[str, tuple[int, int, int]] = {
    "Button": (88, 48, 12),
    "MaterialButton": (88, 48, 12),
    "EditText": (64, 46, 8),
    "CheckBox": (32, 32, 0),
    "RadioButton": (32, 32, 0),
    "Switch": (52, 28, 0),
    "ImageView": (48, 48, 0),
    "ImageButton": (48, 48, 0),
    "ProgressBar": (48, 48, 0),
}
_Cache = dict[tuple[int, int, int], tuple[int, int]]
_MARK_DP = 32  # the box of a CheckBox or RadioButton


class Scrolls(dict[int, int]):
    """How far each scrolling view (by view id) is scrolled, pixels."""


class Layout:
    """Lays windows out on a screen of one density."""

    def __init__(self, density: int) -> None:
        self._scale = density / 160

    def dp(self, value: float) -> int:
        """Pixels of density-independent units."""
        return round(value * self._scale)

    def place(self, root: View, area: Rectangle, scrolls: Scrolls) -> None:
        """Fill `area` with the tree."""
        self._place(root, area, area, scrolls, {})

    def size(self, view: View, width: int, height: int) -> tuple[int, int]:
        """The size the tree asks for in the room of `width` x `height`."""
        return self._measure(view, width, height, {})

    def insets(self, view: View) -> int:
        """Padding of a view: its own, or its widget's."""
        widget = _WIDGETS.get(view.short_class)
        return self.dp(view.padding or (widget[2] if widget else 0))

    def mark_width(self, view: View) -> int:
        """Room on the left for the box of a checkable view."""
        return self.dp(_MARK_DP) if view.short_class in ("CheckBox", "RadioButton") else 0

    def _measure(
        self,
        view: View,
        width: int,
        height: int,
        cache: _Cache,
    ) -> tuple[int, int]:
        """Outer size of `view` when offered `width` x `height`; cached for the nested passes."""
        key = (id(view), width, height)
        if key not in cache:
            cache[key] = self._measure_now(view, width, height, cache)
        return cache[key]

    def _measure_now(
        self,
        view: View,
        width: int,
        height: int,
        cache: _Cache,
    ) -> tuple[int, int]:
        # in a row, a weight decides the width: the offered share, whatever the view asks for
        shared = view.weight > 0 and view.parent is not None and _is_horizontal(view.parent)
        fixed_width = None if shared else self._fixed(view.width)
        fixed_height = self._fixed(view.height)
        offered = min(fixed_width, width) if fixed_width is not None else width
        pad = self.insets(view)
        inner = max(0, offered - 2 * pad)
        content_width, content_height = self._content(view, inner, height - 2 * pad, cache)
        wanted_width, wanted_height = content_width + 2 * pad, content_height + 2 * pad
        widget = _WIDGETS.get(view.short_class)
        if widget:
            wanted_width = max(wanted_width, self.dp(widget[0]))
            wanted_height = max(wanted_height, self.dp(widget[1]))
        result_width = offered if fixed_width is not None else width
        if view.width == "wrap" and fixed_width is None:
            result_width = min(wanted_width, width)
        if fixed_height is not None:
            result_height = fixed_height
        elif view.height == "match" and height < _UNBOUNDED // 2:
            result_height = height
        else:
            result_height = wanted_height
        return result_width, min(max(result_height, 0), height)

    def _content(
        self,
        view: View,
        width: int,
        height: int,
        cache: _Cache,
    ) -> tuple[int, int]:
        if not view.children:
            text = view.text or view.hint
            if not text:
                return self.mark_width(view), 0
            size = view.text_size * self._scale
            mark = self.mark_width(view)
            lines = wrap_text(text, size, max(1, width - mark))
            widest = max((text_width(line, size) for line in lines[:100]), default=0.0)
            return round(widest) + mark + 1, len(lines) * line_height(size)
        room = _UNBOUNDED if view.scrolls else height
        if _is_frame(view):
            sizes = [self._measure(child, width, room, cache) for child in view.children]
            return max(w for w, _ in sizes), max(h for _, h in sizes)
        if _is_horizontal(view):
            rows = self._row(view, width, room, cache)
            return sum(w for w, _ in rows), max(h for _, h in rows)
        columns = self._column(view, width, room, cache, fill=False)
        return max(w for w, _ in columns), sum(h for _, h in columns)

    def _column(
        self,
        view: View,
        width: int,
        height: int,
        cache: _Cache,
        *,
        fill: bool,
    ) -> list[tuple[int, int]]:
        """Sizes of children below each other; with `fill`, weights share what is left."""
        sizes: list[tuple[int, int]] = []
        left = height
        for child in view.children:
            weighted = fill and child.weight > 0
            if weighted and self._fixed(child.height) == 0:
                sizes.append((self._measure(child, width, max(left, 0), cache)[0], 0))
                continue
            if weighted and child.height == "match":
                sizes.append((self._measure(child, width, max(left, 0), cache)[0], 0))
                continue
            size = self._measure(child, width, max(left, 0), cache)
            sizes.append(size)
            left -= size[1]
        total = sum(child.weight for child in view.children)
        if fill and total > 0 and height < _UNBOUNDED // 2:
            sizes = [
                (w, max(0, h + round(left * child.weight / total)))
                for child, (w, h) in zip(view.children, sizes, strict=True)
            ]
        return sizes

    def _row(
        self,
        view: View,
        width: int,
        height: int,
        cache: _Cache,
    ) -> list[tuple[int, int]]:
        sizes: list[tuple[int, int]] = [(0, 0)] * len(view.children)
        left = width
        total = sum(child.weight for child in view.children)
        for at, child in enumerate(view.children):
            if child.weight > 0:
                continue
            sizes[at] = self._measure(child, max(left, 0), height, cache)
            left -= sizes[at][0]
        for at, child in enumerate(view.children):
            if child.weight > 0:
                share = max(0, round(left * child.weight / total))
                sizes[at] = (share, self._measure(child, share, height, cache)[1])
        return sizes

    def _place(
        self,
        view: View,
        bounds: Rectangle,
        clip: Rectangle,
        scrolls: Scrolls,
        cache: _Cache,
    ) -> None:
        view.bounds = bounds
        view.visible = NOWHERE if view.invisible else intersect(bounds, clip)
        if not view.children:
            return
        left, top, right, bottom = bounds
        pad = self.insets(view)
        inner_width = max(0, right - left - 2 * pad)
        inner_height = max(0, bottom - top - 2 * pad)
        room = _UNBOUNDED if view.scrolls else inner_height
        inside = view.visible
        if _is_frame(view):
            for child in view.children:
                width, height = self._measure(child, inner_width, room, cache)
                x = left + pad + _shift(view.gravity, inner_width - width, "right", "end")
                y = top + pad + _shift_down(view.gravity, inner_height - height)
                self._place(child, (x, y, x + width, y + height), inside, scrolls, cache)
            return
        if _is_horizontal(view):
            sizes = self._row(view, inner_width, room, cache)
            used = sum(w for w, _ in sizes)
            x = left + pad + _shift(view.gravity, max(0, inner_width - used), "right", "end")
            for child, (width, height) in zip(view.children, sizes, strict=True):
                y = top + pad + _shift_down(view.gravity, max(0, inner_height - height))
                self._place(child, (x, y, x + width, y + height), inside, scrolls, cache)
                x += width
            return
        sizes = self._column(view, inner_width, room, cache, fill=not view.scrolls)
        used = sum(h for _, h in sizes)
        y = top + pad + _shift_down(view.gravity, max(0, inner_height - used))
        if view.scrolls:
            view.content_height = used + 2 * pad
            offset = min(scrolls.get(view.id, 0), max(0, view.content_height - (bottom - top)))
            scrolls[view.id] = offset
            y = top + pad - offset
        for child, (width, height) in zip(view.children, sizes, strict=True):
            x = left + pad + _shift(view.gravity, max(0, inner_width - width), "right", "end")
            self._place(child, (x, y, x + width, y + height), inside, scrolls, cache)
            y += height

    def _fixed(self, size: str) -> int | None:
        return None if size in ("match", "wrap") else self.dp(float(size))


def intersect(one: Rectangle, other: Rectangle) -> Rectangle:
    """The common part; empty as (0, 0, 0, 0)."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if right > left and bottom > top else NOWHERE


def contains(rectangle: Rectangle, x: int, y: int) -> bool:
    """Whether the point lies inside."""
    return rectangle[0] <= x < rectangle[2] and rectangle[1] <= y < rectangle[3]


def _is_frame(view: View) -> bool:
    return view.short_class.endswith(_FRAMES)


def _is_horizontal(view: View) -> bool:
    return view.orientation == "horizontal" and not view.scrolls


def _shift(gravity: str, spare: int, *ends: str) -> int:
    names = gravity.replace("|", " ").split()
    if any(end in names for end in ends):
        return max(0, spare)
    return max(0, spare) // 2 if "center" in names or "center_horizontal" in names else 0


def _shift_down(gravity: str, spare: int) -> int:
    names = gravity.replace("|", " ").split()
    if "bottom" in names:
        return max(0, spare)
    return max(0, spare) // 2 if "center" in names or "center_vertical" in names else 0
