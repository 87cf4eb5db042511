"""The report's part about how much of the app was seen: its words, and its small curves."""

from markupsafe import Markup

from farm.detect.exploration import Growth
from farm.detect.rules import Text

_WIDTH, _HEIGHT = 180, 28

LABELS: dict[str, Text] = {
    "title": Text(zh="遍历范围", en="How much of the app was seen"),
    "note": Text(
        zh="统计本次会话中看到的界面和行为。未看到不等于不存在。",
        en="Counts what this session saw. What was not seen may still be there.",
    ),
    "seen": Text(zh="已见", en="Seen"),
    "of": Text(zh="声明", en="Declared"),
    "over_time": Text(zh="随时间", en="Over time"),
    "screens": Text(zh="界面", en="Screens"),
    "activities": Text(zh="Activity", en="Activities"),
    "permissions": Text(zh="已申请的权限", en="Permissions exercised"),
    "apis": Text(zh="敏感接口", en="Sensitive APIs"),
    "hosts": Text(zh="主机", en="Hosts"),
    "touches": Text(zh="触摸次数", en="Touches"),
    "ended": Text(zh="遍历结束原因", en="Exploration ended by"),
    "dialogs": Text(zh="对话框", en="Dialogs"),
    "avoided": Text(zh="未触碰的按钮", en="Buttons left alone"),
    "walls": Text(zh="需要登录的界面", en="Log-in pages that were not passed"),
}
_SATURATED = Text(zh="已趋于饱和", en="saturated")
_GROWING = Text(zh="仍在增长", en="still growing")


class Growths:
    """Draws curves of one session: all on the same time scale."""

    def __init__(self, seconds: float) -> None:
        self._seconds = max(seconds, 0.1)

    def __call__(self, growth: Growth) -> Markup:
        """The curve as SVG, and whether it had levelled out."""
        if not growth.points:
            return Markup("—")
        word = _SATURATED if growth.saturated else _GROWING
        steps = [f"0,{_HEIGHT}"]
        before = float(_HEIGHT)
        for at, count in growth.points:
            x = round(at / self._seconds * _WIDTH, 1)
            y = round(_HEIGHT - count / growth.total * (_HEIGHT - 2), 1)
            steps += [f"{x},{before}", f"{x},{y}"]
            before = y
        steps.append(f"{_WIDTH},{before}")
        return Markup(
            '<svg width="{}" height="{}" role="img"><polyline points="{}" fill="none" '
            'stroke="currentColor" stroke-width="1.5"/></svg> '
            '<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>'
        ).format(_WIDTH, _HEIGHT, " ".join(steps), word.zh, word.en)
