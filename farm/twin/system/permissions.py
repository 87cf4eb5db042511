"""Which permissions a user grants at run time.

Source: AOSP frameworks/base, `core/res/AndroidManifest.xml` (protectionLevel="dangerous").
"""

_P = "android.permission."
DANGEROUS: dict[str, int] = {
    # permission -> first API level on which it is a runtime permission
    **{
        _P + name: 23
        for name in (
            "READ_CALENDAR", "WRITE_CALENDAR", "CAMERA", "READ_CONTACTS", "WRITE_CONTACTS",
            "GET_ACCOUNTS", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "RECORD_AUDIO",
            "READ_PHONE_STATE", "CALL_PHONE", "READ_CALL_LOG", "WRITE_CALL_LOG", "USE_SIP",
            "PROCESS_OUTGOING_CALLS", "BODY_SENSORS", "SEND_SMS", "RECEIVE_SMS", "READ_SMS",
            "RECEIVE_WAP_PUSH", "RECEIVE_MMS", "READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE",
        )
    },
    "com.android.voicemail.permission.ADD_VOICEMAIL": 23,
    _P + "READ_PHONE_NUMBERS": 26,
    _P + "ANSWER_PHONE_CALLS": 26,
    _P + "ACCESS_BACKGROUND_LOCATION": 29,
    _P + "ACCESS_MEDIA_LOCATION": 29,
    _P + "ACTIVITY_RECOGNITION": 29,
    _P + "BLUETOOTH_SCAN": 31,
    _P + "BLUETOOTH_CONNECT": 31,
    _P + "BLUETOOTH_ADVERTISE": 31,
    _P + "UWB_RANGING": 31,
    _P + "POST_NOTIFICATIONS": 33,
    _P + "READ_MEDIA_IMAGES": 33,
    _P + "READ_MEDIA_VIDEO": 33,
    _P + "READ_MEDIA_AUDIO": 33,
    _P + "NEARBY_WIFI_DEVICES": 33,
    _P + "BODY_SENSORS_BACKGROUND": 33,
}  # fmt: skip

SIGNATURE_ONLY = frozenset(
    {
        _P + "READ_PRIVILEGED_PHONE_STATE", _P + "WRITE_SECURE_SETTINGS", _P + "INSTALL_PACKAGES",
        _P + "READ_LOGS", _P + "LOCAL_MAC_ADDRESS", _P + "DUMP", _P + "PACKAGE_USAGE_STATS",
    }
)  # fmt: skip


def is_runtime(permission: str, sdk: int) -> bool:
    """Whether the user is asked for it on a phone of that API level."""
    return DANGEROUS.get(permission, 1000) <= sdk


def granted_at_install(permissions: list[str], sdk: int, target_sdk: int) -> set[str]:
    """What an app holds right after installation without -g (all, for targets before 23)."""
    return {
        p
        for p in permissions
        if p not in SIGNATURE_ONLY and (target_sdk < 23 or not is_runtime(p, sdk))
    }
