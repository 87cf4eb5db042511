"""Runtime permission requests: the dialog of a request, and what an answer does.

Pure values: groups, texts, the tree of the dialog. How each system draws it is data
(`roms.yaml`); showing it and telling the app is `permission_requests.py`.
"""

import msgspec

from farm.twin.runtime.roms import Answer, PermissionStyle
from farm.twin.runtime.system_windows import button, column, number_views, row, text_view
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import Window

_REFUSALS: tuple[Answer, ...] = ("deny", "deny_forever")

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
_GROUP_OF = {
    f"android.permission.{name}": group for group, names in _GROUPS.items() for name in names
}


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
    if answer in _REFUSALS:
        return []
    background = "android.permission.ACCESS_BACKGROUND_LOCATION"
    names = [name for name in page.permissions if name in requested]
    if sdk >= 29 and answer != "allow":
        names = [name for name in names if name != background]
    return names


def permission_window(
    style: PermissionStyle, request: PermissionRequest, label: str, *, asked_before: bool
) -> Window:
    """The dialog for the current page, with what each of its buttons answers."""
    page = request.pages[request.page]
    answers: list[tuple[View, Answer]] = []
    for words, resource, answer in style.choices(page.group, asked_before=asked_before):
        # "Never ask again" and "Allow" exclude each other
        enabled = answer in _REFUSALS or not request.never_ask
        answers.append((button(words, resource, enabled=enabled), answer))
    buttons = [view for view, _ in answers]
    if style.beside:
        for view in buttons:
            view.weight, view.width = 1, "0"
        area = row(*reversed(buttons))  # the refusal stands at the left
    else:
        area = column(*buttons, resource="perm_button_container")
    question = style.question.format(app=label[:200], what=_ACTIONS[page.group])
    message = text_view(question, "permission_message", 17, padding=8)
    shown = [message, area]
    if style.icon:
        shown.insert(0, _icon())
    if style.never_ask and asked_before:
        box = View(
            "android.widget.CheckBox",
            text=style.never_ask,
            resource="do_not_ask_checkbox",
            checkable=True,
            clickable=True,
            checked=request.never_ask,
        )
        shown.insert(-1, box)
        answers.append((box, "toggle"))
    if style.never_ask and len(request.pages) > 1:
        of = f"第 {request.page + 1} 项权限（共 {len(request.pages)} 项）"
        shown.insert(0, text_view(of, "current_page_text", 12))
    root = column(*shown, background="#ffffffff", padding=12, resource=style.container)
    number_views(_with_package(root, style.resources or style.package))
    window = Window("permission", "permission", style.package, style.activity, "", root)
    window.answers = {view.id: answer for view, answer in answers}
    return window


def _icon() -> View:
    return View("android.widget.ImageView", resource="permission_icon", width="32", height="32")


def _with_package(root: View, package: str) -> View:
    """Ids keep the module's own name space, also where the package is Google's build of it."""
    for view in root.walk():
        if view.resource and ":" not in view.resource:
            view.resource = f"{package}:id/{view.resource}"
    return root
