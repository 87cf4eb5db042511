"""Runtime permission requests: which dialog a phone shows, and what an answer does.

Pure values: groups, texts, the trees of the dialogs of each family of Android. Showing them and
telling the app is `activities.py`.

Sources: AOSP packages/apps/PackageInstaller (8, 9), PermissionController (10 and later), and
resource ids of real dumps of MIUI's com.lbe.security.miui.
"""

from typing import Literal

import msgspec

from farm.twin.runtime.system_windows import button, column, number_views, row, text_view
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import Window

Answer = Literal["allow", "foreground", "once", "deny", "deny_forever"]
GRANT_ACTIVITY = "permission.ui.GrantPermissionsActivity"

# Dangerous permissions by group (frameworks/base/core/res/AndroidManifest.xml).
_GROUPS: dict[str, tuple[str, ...]] = {
    "PHONE": (
        "READ_PHONE_STATE",
        "READ_PHONE_NUMBERS",
        "CALL_PHONE",
        "ANSWER_PHONE_CALLS",
        "ADD_VOICEMAIL",
        "USE_SIP",
    ),
    "CALL_LOG": ("READ_CALL_LOG", "WRITE_CALL_LOG", "PROCESS_OUTGOING_CALLS"),
    "LOCATION": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION"),
    "CONTACTS": ("READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS"),
    "SMS": ("SEND_SMS", "RECEIVE_SMS", "READ_SMS", "RECEIVE_WAP_PUSH", "RECEIVE_MMS"),
    "CAMERA": ("CAMERA",),
    "MICROPHONE": ("RECORD_AUDIO",),
    "STORAGE": ("READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE", "ACCESS_MEDIA_LOCATION"),
    "CALENDAR": ("READ_CALENDAR", "WRITE_CALENDAR"),
    "SENSORS": ("BODY_SENSORS",),
    "NEARBY_DEVICES": ("BLUETOOTH_SCAN", "BLUETOOTH_CONNECT", "BLUETOOTH_ADVERTISE"),
    "NOTIFICATIONS": ("POST_NOTIFICATIONS",),
    "ACTIVITY_RECOGNITION": ("ACTIVITY_RECOGNITION",),
    "MEDIA": ("READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO", "READ_MEDIA_AUDIO"),
}
_ACTIONS = {
    "PHONE": "拨打电话和管理通话",
    "CALL_LOG": "访问手机通话记录",
    "LOCATION": "获取此设备的位置信息",
    "CONTACTS": "访问您的通讯录",
    "SMS": "发送和查看短信",
    "CAMERA": "拍摄照片和录制视频",
    "MICROPHONE": "录制音频",
    "STORAGE": "访问您设备上的照片、媒体内容和文件",
    "CALENDAR": "访问您的日历",
    "SENSORS": "访问与您的生命体征相关的传感器数据",
    "NEARBY_DEVICES": "查找附近的设备、连接到附近的设备以及确定附近设备的相对位置",
    "NOTIFICATIONS": "向您发送通知",
    "ACTIVITY_RECOGNITION": "访问您的身体活动记录",
    "MEDIA": "访问此设备上的照片和视频",
}
# In use only: groups whose dialog offers "while using the app" and "only this time" (11+).
_FOREGROUND_GROUPS = ("LOCATION", "CAMERA", "MICROPHONE")
_GROUP_OF = {
    f"android.permission.{name}": group for group, names in _GROUPS.items() for name in names
}


class PermissionStyle(msgspec.Struct, frozen=True, kw_only=True):
    """Which permission dialog a phone has."""

    package: str
    activity: str
    family: Literal["aosp9", "miui", "aosp10", "aosp11"]
    resource_package: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One question: a group and the permissions of the request that belong to it."""

    group: str
    permissions: list[str]


class PermissionRequest(msgspec.Struct, kw_only=True):
    """A request under way; pages are asked one after the other."""

    number: int
    permissions: list[str]
    pages: list[Page]
    page: int = 0
    never_ask: bool = False  # the box of Android 8 and 9 is ticked


def permission_style(sdk: int, manufacturer: str, google: bool) -> PermissionStyle:
    """The dialog of this phone's system."""
    if manufacturer.lower() == "xiaomi":
        package, family, resources = "com.lbe.security.miui", "miui", "com.lbe.security.miui"
    elif sdk < 29:
        package = (
            "com.google.android.packageinstaller" if google else "com.android.packageinstaller"
        )
        family, resources = "aosp9", "com.android.packageinstaller"
    else:
        package = (
            "com.google.android.permissioncontroller"
            if google
            else "com.android.permissioncontroller"
        )
        family = "aosp10" if sdk == 29 else "aosp11"
        resources = "com.android.permissioncontroller"
    prefix = "com.android.permissioncontroller" if sdk >= 29 else "com.android.packageinstaller"
    return PermissionStyle(
        package=package,
        activity=f"{prefix}.{GRANT_ACTIVITY}",
        family=family,  # type: ignore[arg-type]
        resource_package=resources,
    )


def is_runtime_permission(name: str) -> bool:
    """Whether a user decides about it."""
    return name in _GROUP_OF


def group_of(name: str) -> str:
    """The group of a dangerous permission, empty for any other."""
    return _GROUP_OF.get(name, "")


def pages_for(permissions: list[str], granted: set[str], refused: set[str]) -> list[Page]:
    """The questions to ask: neither granted nor refused for good, one per group."""
    pages: dict[str, list[str]] = {}
    for name in permissions:
        group = _GROUP_OF.get(name)
        if group and name not in granted and name not in refused:
            pages.setdefault(group, []).append(name)
    return [Page(group=group, permissions=names) for group, names in pages.items()]


def granted_by(answer: Answer, page: Page, requested: list[str], sdk: int) -> list[str]:
    """Permissions an answer grants: until 10 the asked ones of the group; background apart."""
    if answer in ("deny", "deny_forever"):
        return []
    background = "android.permission.ACCESS_BACKGROUND_LOCATION"
    names = [name for name in page.permissions if name in requested]
    if sdk >= 29 and answer != "allow":
        names = [name for name in names if name != background]
    return names


def permission_window(
    style: PermissionStyle, request: PermissionRequest, label: str, *, asked_before: bool
) -> Window:
    """The dialog for the current page."""
    page = request.pages[request.page]
    action = _ACTIONS[page.group]
    label = label[:200]
    build = {"aosp9": _aosp9, "miui": _miui, "aosp10": _aosp11, "aosp11": _aosp11}[style.family]
    root = build(style, request, page, label, action, asked_before)
    return Window(
        "permission",
        "permission",
        style.package,
        style.activity,
        "",
        number_views(_with_package(root, style.resource_package)),
    )


def answer_of(view: View) -> Answer | Literal["toggle"] | None:
    """What a tapped view of the dialog says, by its resource id."""
    return _ANSWERS.get(view.resource.rpartition("/")[2])


_ANSWERS: dict[str, Answer | Literal["toggle"]] = {
    "permission_allow_button": "allow",
    "permission_allow_always_button": "allow",
    "permission_allow_foreground_only_button": "foreground",
    "permission_allow_one_time_button": "once",
    "permission_allow_onetime_button": "once",
    "permission_deny_button": "deny",
    "permission_deny_and_dont_ask_again_button": "deny_forever",
    "do_not_ask_checkbox": "toggle",
}


def _aosp9(
    style: PermissionStyle,
    request: PermissionRequest,
    page: Page,
    label: str,
    action: str,
    asked_before: bool,
) -> View:
    never = View(
        "android.widget.CheckBox",
        text="不再询问",
        resource="do_not_ask_checkbox",
        checkable=True,
        clickable=True,
        checked=request.never_ask,
    )
    of = f"第 {request.page + 1} 项权限（共 {len(request.pages)} 项）"
    return column(
        *([text_view(of, "current_page_text", 12)] if len(request.pages) > 1 else []),
        text_view(f"要允许“{label}”{action}吗？", "permission_message", 17, padding=8),
        *([never] if asked_before else []),
        row(
            button("拒绝", "permission_deny_button", weight=1, width="0"),
            button(
                "允许",
                "permission_allow_button",
                weight=1,
                width="0",
                # "Never ask again" and "Allow" exclude each other
                enabled=not request.never_ask,
            ),
        ),
        background="#ffffffff",
        padding=12,
        resource="dialog_container",
    )


def _miui(
    style: PermissionStyle,
    request: PermissionRequest,
    page: Page,
    label: str,
    action: str,
    asked_before: bool,
) -> View:
    choices = [button("仅在使用中允许", "permission_allow_foreground_only_button")]
    if page.group not in _FOREGROUND_GROUPS:
        choices = [button("始终允许", "permission_allow_button")]
    choices.append(button("本次运行允许", "permission_allow_onetime_button"))
    refuse = (
        button("拒绝且不再询问", "permission_deny_and_dont_ask_again_button")
        if asked_before
        else button("拒绝", "permission_deny_button")
    )
    return column(
        text_view(f"是否允许“{label}”{action}？", "permission_message", 17, padding=8),
        column(*choices, refuse, resource="perm_button_container"),
        background="#ffffffff",
        padding=12,
        resource="grant_dialog_container",
    )


def _aosp11(
    style: PermissionStyle,
    request: PermissionRequest,
    page: Page,
    label: str,
    action: str,
    asked_before: bool,
) -> View:
    buttons: list[View] = []
    if page.group in _FOREGROUND_GROUPS:
        if style.family == "aosp10" and page.group == "LOCATION":
            buttons.append(button("始终允许", "permission_allow_always_button"))
        buttons.append(button("仅在使用该应用时允许", "permission_allow_foreground_only_button"))
        if style.family == "aosp11":
            buttons.append(button("仅限这一次", "permission_allow_one_time_button"))
    else:
        buttons.append(button("允许", "permission_allow_button"))
    buttons.append(
        button("不允许，且不再询问", "permission_deny_and_dont_ask_again_button")
        if asked_before and style.family == "aosp10"
        else button("不允许", "permission_deny_and_dont_ask_again_button")
        if asked_before
        else button("不允许", "permission_deny_button")
    )
    return column(
        column(
            View("android.widget.ImageView", resource="permission_icon", width="32", height="32"),
            text_view(f"要允许“{label}”{action}吗？", "permission_message", 18, padding=8),
            *buttons,
            background="#ffffffff",
            padding=12,
            gravity="center_horizontal",
            resource="grant_dialog",
        ),
        resource="grant_singleton",
    )


def _with_package(root: View, package: str) -> View:
    """Ids keep the module's own name space, also where the package is Google's build of it."""
    for view in root.walk():
        if view.resource and ":" not in view.resource:
            view.resource = f"{package}:id/{view.resource}"
    return root
