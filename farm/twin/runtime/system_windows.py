"""The system's own windows: the launcher, status bar, alerts, and the crash and ANR dialogs.

Trees only; what their buttons do is in `activities.py`. Resource ids are AOSP's.
"""

from farm.twin.runtime.roms import BatteryStyle
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import Window

LAUNCHERS = {
    "xiaomi": ("com.miui.home", "com.miui.home.launcher.Launcher"),
    "huawei": (
        "com.huawei.android.launcher",
        "com.huawei.android.launcher.unihome.UniHomeLauncher",
    ),
    "honor": (
        "com.hihonor.android.launcher",
        "com.hihonor.android.launcher.unihome.UniHomeLauncher",
    ),
    "oppo": ("com.oppo.launcher", "com.oppo.launcher.Launcher"),
    "oneplus": ("com.android.launcher", "com.android.launcher.Launcher"),
    "vivo": ("com.bbk.launcher2", "com.bbk.launcher2.Launcher"),
    "samsung": (
        "com.sec.android.app.launcher",
        "com.sec.android.app.launcher.activities.LauncherActivity",
    ),
    "meizu": ("com.meizu.flyme.launcher", "com.meizu.flyme.launcher.Launcher"),
    "tecno": ("com.transsion.hilauncher", "com.transsion.hilauncher.Launcher"),
    "google": (
        "com.google.android.apps.nexuslauncher",
        "com.google.android.apps.nexuslauncher.NexusLauncherActivity",
    ),
}
SETTINGS = ("com.android.settings", "com.android.settings.Settings")
_DEFAULT_LAUNCHER = ("com.android.launcher3", "com.android.launcher3.Launcher")


def text_view(text: str, resource: str = "", size: float = 16, **fields: object) -> View:
    """A TextView as wide as its parent."""
    return View("android.widget.TextView", text=text, resource=resource, text_size=size, **fields)


def button(text: str, resource: str, **fields: object) -> View:
    """A button of a system dialog."""
    return View(
        "android.widget.Button",
        text=text,
        resource=resource,
        clickable=True,
        gravity="center",
        color="#ff1a73e8",
        **fields,
    )


def column(*children: View, **fields: object) -> View:
    """Children below each other."""
    return View("android.widget.LinearLayout", children=list(children), **fields)


def row(*children: View, **fields: object) -> View:
    """Children beside each other."""
    return View(
        "android.widget.LinearLayout", orientation="horizontal", children=list(children), **fields
    )


def number_views(root: View, start: int = 1) -> View:
    """Give each view of a system window its id."""
    for at, view in enumerate(root.walk(), start):
        view.id = at
    return root


def launcher_window(manufacturer: str, labels: list[tuple[str, str]]) -> Window:
    """The home screen with an icon per app; `labels` are (package, label)."""
    package, activity = LAUNCHERS.get(manufacturer.lower(), _DEFAULT_LAUNCHER)
    icons = [
        View(
            "android.widget.TextView",
            text=label[:60],
            desc=label[:60],
            clickable=True,
            long_clickable=True,
            weight=1,
            width="0",
            height="96",
            gravity="center",
            color="#ffffffff",
            background="#33ffffff",
            resource="icon",
            hint=app,
        )
        for app, label in labels[:40]
    ]
    rows = [row(*icons[at : at + 4], padding=4) for at in range(0, len(icons), 4)]
    root = column(
        View("android.view.View", height="120"),
        *rows,
        height="match",
        background="#ff3b5a80",
        resource="workspace",
    )
    return Window("launcher", "launcher", package, activity, "Launcher", number_views(root))


def crash_dialog(label: str, package: str, *, repeated: bool) -> Window:
    """`X keeps stopping` of AppErrorDialog (AOSP res/layout/app_error_dialog.xml)."""
    title = f"{label}屡次停止运行" if repeated else f"{label}已停止运行"
    root = column(
        text_view(title, "android:id/alertTitle", 18, padding=8),
        button("关闭应用", "android:id/aerr_close"),
        background="#ffffffff",
        padding=16,
        resource="android:id/parentPanel",
    )
    title = f"Application Error: {package}"
    return Window("crash", "system", "android", "", title, number_views(root))


def anr_dialog(label: str, package: str) -> Window:
    """`X isn't responding` of AppNotRespondingDialog."""
    root = column(
        text_view(f"{label}没有响应", "android:id/alertTitle", 18, padding=8),
        button("关闭应用", "android:id/aerr_close"),
        button("等待", "android:id/aerr_wait"),
        background="#ffffffff",
        padding=16,
        resource="android:id/parentPanel",
    )
    title = f"Application Not Responding: {package}"
    return Window("anr", "system", "android", "", title, number_views(root))


def alert(name: str) -> Window | None:
    """A named alert of the system over whatever runs; None for an unknown name."""
    texts = {
        "low_battery": (
            "com.android.systemui",
            "电池电量不足",
            "剩余 15% 电量。",
            ("确定", "开启省电模式"),
        ),
        "update": (
            "com.android.updater",
            "系统更新",
            "发现新版本，建议您立即更新系统。",
            ("以后再说", "立即更新"),
        ),
        "wifi_sign_in": (
            "com.android.systemui",
            "登录到WLAN网络",
            "此网络需要登录后才能使用。",
            ("取消", "登录"),
        ),
    }
    if name not in texts:
        return None
    package, title, message, (negative, positive) = texts[name]
    return _question(name, package, title, message, negative, positive)


def battery_question(style: BatteryStyle, label: str) -> Window:
    """The system's question whether an app may run in the background."""
    title, text = (each.format(app=label[:60]) for each in (style.title, style.text))
    return _question("battery", style.package, title, text, style.deny, style.allow)


def settings_page() -> Window:
    """The first page of the settings, which covers the screen."""
    entries = ("WLAN", "蓝牙", "显示", "声音与振动", "应用设置", "关于手机")
    rows = [text_view(each, "android:id/title", 16, padding=12, clickable=True) for each in entries]
    root = column(
        text_view("设置", "android:id/title", 22, padding=12),
        *rows,
        height="match",
        background="#ffffffff",
    )
    package, activity = SETTINGS
    return Window("settings", "page", package, activity, "", number_views(root))


def _question(
    name: str, package: str, title: str, message: str, negative: str, positive: str
) -> Window:
    root = column(
        text_view(title, "android:id/alertTitle", 18, padding=8),
        text_view(message, "android:id/message", 15, padding=8),
        row(
            button(negative, "android:id/button2", weight=1, width="0"),
            button(positive, "android:id/button1", weight=1, width="0"),
            resource="android:id/buttonPanel",
        ),
        background="#ffffffff",
        padding=12,
        resource="android:id/parentPanel",
    )
    return Window(name, "system", package, "", title, number_views(root))


def status_bar(clock: str) -> View:
    """The status bar as accessibility services see it."""
    root = View(
        "android.widget.FrameLayout",
        height="match",
        children=[
            row(
                View(
                    "android.widget.TextView",
                    text=clock,
                    desc=clock,
                    resource="clock",
                    width="wrap",
                    text_size=13,
                    color="#ffffffff",
                ),
                View("android.view.View", width="0", weight=1, height="match"),
                View(
                    "android.widget.TextView",
                    text="85%",
                    desc="电池电量为百分之 85。",
                    resource="battery",
                    width="wrap",
                    text_size=13,
                    color="#ffffffff",
                ),
                resource="status_bar_contents",
                height="match",
                gravity="center_vertical",
                padding=3,
            )
        ],
        resource="status_bar",
    )
    return number_views(root)
