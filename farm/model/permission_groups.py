"""Android's dangerous permissions and the group each belongs to.

Source: AOSP frameworks/base core/res/AndroidManifest.xml, `protectionLevel="dangerous"`, groups as
documented in android.Manifest.permission_group up to API 35.
"""

_GROUPS: dict[str, tuple[str, ...]] = {
    "CALENDAR": ("READ_CALENDAR", "WRITE_CALENDAR"),
    "CALL_LOG": ("READ_CALL_LOG", "WRITE_CALL_LOG", "PROCESS_OUTGOING_CALLS"),
    "CAMERA": ("CAMERA",),
    "CONTACTS": ("READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS"),
    "LOCATION": (
        "ACCESS_FINE_LOCATION",
        "ACCESS_COARSE_LOCATION",
        "ACCESS_BACKGROUND_LOCATION",
        "ACCESS_MEDIA_LOCATION",
    ),
    "MICROPHONE": ("RECORD_AUDIO",),
    "NEARBY_DEVICES": (
        "BLUETOOTH_SCAN",
        "BLUETOOTH_CONNECT",
        "BLUETOOTH_ADVERTISE",
        "NEARBY_WIFI_DEVICES",
        "UWB_RANGING",
    ),
    "NOTIFICATIONS": ("POST_NOTIFICATIONS",),
    "PHONE": (
        "READ_PHONE_STATE",
        "READ_PHONE_NUMBERS",
        "CALL_PHONE",
        "ANSWER_PHONE_CALLS",
        "ADD_VOICEMAIL",
        "USE_SIP",
        "ACCEPT_HANDOVER",
    ),
    "PHYSICAL_ACTIVITY": ("ACTIVITY_RECOGNITION",),
    "SENSORS": ("BODY_SENSORS", "BODY_SENSORS_BACKGROUND"),
    "SMS": ("SEND_SMS", "RECEIVE_SMS", "READ_SMS", "RECEIVE_WAP_PUSH", "RECEIVE_MMS"),
    "STORAGE": (
        "READ_EXTERNAL_STORAGE",
        "WRITE_EXTERNAL_STORAGE",
        "READ_MEDIA_IMAGES",
        "READ_MEDIA_VIDEO",
        "READ_MEDIA_AUDIO",
        "READ_MEDIA_VISUAL_USER_SELECTED",
    ),
}
_GROUP_OF = {
    f"android.permission.{name}": group for group, names in _GROUPS.items() for name in names
}


def group_of(permission: str) -> str:
    """The group of a dangerous permission's full name; empty for any other permission."""
    return _GROUP_OF.get(permission, "")
