"""The view tree of one window, decoded from what the app sent, with bounds on everything.

Values only; `layout.py` gives them places and `drawing.py` pixels.
"""

from collections.abc import Iterator
from typing import Any

MAX_VIEWS = 3000
MAX_DEPTH = 60
# TextView hands at most this much to accessibility services (TextUtils.trimToParcelableSize).
MAX_TEXT = 100_000

Rectangle = tuple[int, int, int, int]  # left, top, right, bottom in pixels
NOWHERE: Rectangle = (0, 0, 0, 0)

_EDITABLE = ("EditText", "AutoCompleteTextView")
_CHECKABLE = ("CheckBox", "RadioButton", "Switch", "ToggleButton", "SwitchCompat")
_SCROLLING = ("ScrollView", "ListView", "RecyclerView", "NestedScrollView")


class View:
    """One view. `bounds` is its place, `visible` the part of it that can be seen."""

    __slots__ = (
        "background",
        "bounds",
        "checkable",
        "checked",
        "children",
        "class_name",
        "clickable",
        "color",
        "content_height",
        "desc",
        "enabled",
        "focused",
        "gravity",
        "height",
        "hides_below",
        "hint",
        "id",
        "index",
        "invisible",
        "long_clickable",
        "orientation",
        "padding",
        "parent",
        "password",
        "resource",
        "scrollable",
        "selected",
        "text",
        "text_size",
        "visible",
        "weight",
        "width",
    )

    def __init__(self, class_name: str = "android.view.View", **fields: Any) -> None:
        self.class_name = class_name
        self.id: int = fields.get("id", -1)
        self.resource: str = fields.get("resource", "")
        self.text: str = fields.get("text", "")
        self.desc: str = fields.get("desc", "")
        self.hint: str = fields.get("hint", "")
        self.clickable: bool = fields.get("clickable", False)
        self.long_clickable: bool = fields.get("long_clickable", False)
        self.checkable: bool = fields.get("checkable", False)
        self.checked: bool = fields.get("checked", False)
        self.enabled: bool = fields.get("enabled", True)
        self.selected: bool = fields.get("selected", False)
        self.password: bool = fields.get("password", False)
        self.scrollable: bool = fields.get("scrollable", False)
        self.focused: bool = fields.get("focused", False)
        self.orientation: str = fields.get("orientation", "vertical")
        self.width: str = fields.get("width", "match")
        self.height: str = fields.get("height", "wrap")
        self.weight: float = fields.get("weight", 0.0)
        self.gravity: str = fields.get("gravity", "")
        self.text_size: float = fields.get("text_size", 14.0)
        self.color: str = fields.get("color", "")
        self.background: str = fields.get("background", "")
        self.padding: float = fields.get("padding", 0.0)
        self.children: list[View] = fields.get("children", [])
        self.hides_below: bool = fields.get("hides_below", False)  # from accessibility
        self.invisible = False
        self.parent: View | None = None
        self.index = 0
        self.bounds: Rectangle = NOWHERE
        self.visible: Rectangle = NOWHERE
        self.content_height = 0  # of a scrolling view, pixels
        for index, child in enumerate(self.children):
            child.parent, child.index = self, index

    @property
    def short_class(self) -> str:
        """The class without its package: `Button`."""
        return self.class_name.rpartition(".")[2]

    @property
    def editable(self) -> bool:
        """Takes text."""
        return self.short_class.endswith(_EDITABLE)

    @property
    def scrolls(self) -> bool:
        """Lays its children out in more room than it has."""
        return self.scrollable or self.short_class.endswith(_SCROLLING)

    @property
    def shown(self) -> bool:
        """Some of it lies on the screen."""
        left, top, right, bottom = self.visible
        return right > left and bottom > top

    def walk(self) -> Iterator["View"]:
        """This view and all below, parents first."""
        stack = [self]
        while stack:
            view = stack.pop()
            yield view
            stack.extend(reversed(view.children))


def decode_view(node: Any) -> View:
    """Build a tree from a `window` message.

    Raises:
        ValueError: not a tree, or one beyond `MAX_VIEWS` or `MAX_DEPTH`.
    """
    return _decode(node, 0, [0])


def _decode(node: Any, depth: int, count: list[int]) -> View:
    if not isinstance(node, dict):
        raise ValueError("a view must be an object")
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_VIEWS:
        raise ValueError(f"more than {MAX_VIEWS} views or {MAX_DEPTH} levels")
    children = node.get("children") or []
    if not isinstance(children, list):
        raise ValueError("children must be a list")
    decoded = [
        _decode(child, depth + 1, count)
        for child in children
        if not (isinstance(child, dict) and child.get("visibility") in ("gone", 8))
    ]
    class_name = _text(node, "class")[:300] or "android.view.View"
    short = class_name.rpartition(".")[2]
    view = View(
        class_name,
        id=int(_number(node, "id", -1)),
        resource=_text(node, "resource")[:300],
        text=_text(node, "text")[:MAX_TEXT],
        desc=_text(node, "desc")[:MAX_TEXT],
        hint=_text(node, "hint")[:MAX_TEXT],
        clickable=bool(node.get("clickable")) or short.endswith(_EDITABLE),
        long_clickable=bool(node.get("long_clickable")) or short.endswith(_EDITABLE),
        checkable=bool(node.get("checkable")) or short.endswith(_CHECKABLE),
        checked=bool(node.get("checked")),
        enabled=node.get("enabled") is not False,
        selected=bool(node.get("selected")),
        password=bool(node.get("password")),
        scrollable=bool(node.get("scrollable")),
        orientation="horizontal" if node.get("orientation") == "horizontal" else "vertical",
        width=_size(node.get("width"), "wrap" if short in _WRAPPED else "match"),
        height=_size(node.get("height"), "wrap"),
        weight=min(max(_number(node, "weight", 0.0), 0.0), 1000.0),
        gravity=_text(node, "gravity")[:100].lower(),
        text_size=min(max(_number(node, "text_size", 14.0), 1.0), 200.0),
        color=_text(node, "color")[:20],
        background=_text(node, "background")[:20],
        padding=min(max(_number(node, "padding", 0.0), 0.0), 1000.0),
        hides_below=node.get("hides_below") is True,
        children=decoded,
    )
    view.invisible = node.get("visibility") in ("invisible", 4)
    return view


_WRAPPED = ("ImageView", "ImageButton", "ProgressBar", "Switch")


def _text(node: dict[str, Any], key: str) -> str:
    value = node.get(key)
    return value if isinstance(value, str) else ""


def _number(node: dict[str, Any], key: str, default: float) -> float:
    value = node.get(key)
    # NaN compares false with everything and would poison the layout
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else default


def _size(value: Any, default: str) -> str:
    """`match`, `wrap` or a number of dp as text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == -1:
            return "match"
        if value == -2:
            return "wrap"
        return str(min(max(float(value), 0.0), 20_000.0)) if abs(value) < 1e9 else default
    if isinstance(value, str):
        if value in ("match", "wrap"):
            return value
        if value in ("match_parent", "wrap_content"):
            return value.partition("_")[0]
        try:
            return _size(float(value.removesuffix("dp")), default)
        except ValueError:
            return default
    return default
