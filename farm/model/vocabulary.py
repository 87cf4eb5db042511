"""Closed vocabularies: what may be said, each word with its meaning.

Every member's value is what stands on disk, so a value is never renamed, only added.
"""

from enum import StrEnum


class Stream(StrEnum):
    """Who wrote an event. Each stream counts its own events without a hole."""

    UI = "ui"  # what the scenario did and what the screen showed; host clock
    API = "api"  # sensitive calls seen by the hooks inside the app; phone clock
    NETWORK = "network"  # what the capture proxy saw; host clock
    DEVICE = "device"  # the session and the phone: states, processes, clock samples; host clock


class Clock(StrEnum):
    """Whose clock stamped an event's time."""

    HOST = "host"
    PHONE = "phone"


STREAM_CLOCK: dict[Stream, Clock] = {
    Stream.UI: Clock.HOST,
    Stream.API: Clock.PHONE,
    Stream.NETWORK: Clock.HOST,
    Stream.DEVICE: Clock.HOST,
}


class DataType(StrEnum):
    """What kind of information an API gives access to."""

    IMEI = "imei"
    IMSI = "imsi"
    ICCID = "iccid"
    PHONE_NUMBER = "phone_number"
    SERIAL = "serial"
    ANDROID_ID = "android_id"
    OAID = "oaid"
    ADVERTISING_ID = "advertising_id"
    WIFI_MAC = "wifi_mac"
    WIFI_SSID = "wifi_ssid"
    WIFI_BSSID = "wifi_bssid"
    WIFI_SCAN = "wifi_scan"
    BLUETOOTH_MAC = "bluetooth_mac"
    IP_ADDRESS = "ip_address"
    LOCATION = "location"
    CELL_LOCATION = "cell_location"
    CONTACTS = "contacts"
    CALL_LOG = "call_log"
    SMS = "sms"
    CALENDAR = "calendar"
    ACCOUNTS = "accounts"
    INSTALLED_APPS = "installed_apps"
    RUNNING_APPS = "running_apps"
    CLIPBOARD = "clipboard"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    MEDIA = "media"
    SENSORS = "sensors"
    MEID = "meid"
    SIM_INFO = "sim_info"  # operator, country, state, slots: no number that names one card
    NETWORK_OPERATOR = "network_operator"
    PHONE_STATE = "phone_state"  # ringing, in a call, service state
    WIDEVINE_ID = "widevine_id"  # MediaDrm's device id: survives a factory reset
    GSF_ID = "gsf_id"  # Google Services Framework's id of the device
    INSTANCE_ID = "instance_id"  # an installation's id given by a platform service
    DEVICE_NAME = "device_name"  # as the user named the phone
    WIFI_INFO = "wifi_info"  # link speed, signal, state
    WIFI_NETWORKS = "wifi_networks"  # those the user saved
    ETHERNET_MAC = "ethernet_mac"
    BLUETOOTH_DEVICES = "bluetooth_devices"  # paired or found nearby
    LAN_NEIGHBOURS = "lan_neighbours"  # other devices on the local network
    NETWORK_STATE = "network_state"
    NETWORK_STATISTICS = "network_statistics"  # traffic and open connections of the phone
    USAGE_STATISTICS = "usage_statistics"  # which apps were used when
    PHOTO_LOCATION = "photo_location"  # where a photo was taken (EXIF)
    FILES = "files"  # on shared storage, documents and downloads
    SCREEN_CONTENT = "screen_content"  # capture of the screen, or its text by accessibility
    NOTIFICATIONS = "notifications"
    FACE = "face"
    BIOMETRIC = "biometric"
    NFC = "nfc"
    ACTIVITY_RECOGNITION = "activity_recognition"  # walking, driving, steps
    BROWSER_HISTORY = "browser_history"
    USER_DICTIONARY = "user_dictionary"
    BLOCKED_NUMBERS = "blocked_numbers"
    VOICEMAIL = "voicemail"
    SYSTEM_LOG = "system_log"
    FINGERPRINT = "fingerprint"  # facts of the device that together tell it from others
    NATIONAL_ID = "national_id"  # number of an identity card
    NAME = "name"  # of a person
    EMAIL = "email"
    BANK_CARD = "bank_card"
    BUILD_PROPERTIES = "build_properties"  # model, brand, version: not personal by itself
    BEHAVIOUR = "behaviour"  # something the app does rather than reads; never a reading
    CANARY = "canary"  # the farm's own proof of life, never a finding


NOT_PERSONAL_ALONE: frozenset[DataType] = frozenset(
    {
        DataType.BUILD_PROPERTIES,
        DataType.FINGERPRINT,
        DataType.SENSORS,
        DataType.SIM_INFO,
        DataType.NETWORK_OPERATOR,
        DataType.PHONE_STATE,
        DataType.WIFI_INFO,
        DataType.NETWORK_STATE,
        DataType.NETWORK_STATISTICS,
        DataType.NFC,
        DataType.BEHAVIOUR,
        DataType.CANARY,
    }
)
"""Reading these names nobody; recorded for frequency and context, no finding by themselves."""

PERSONAL: frozenset[DataType] = frozenset(DataType) - NOT_PERSONAL_ALONE
"""Data types whose collection without consent is a finding (GB/T 35273-2020, annex A)."""


class TransformKind(StrEnum):
    """What an app did to bytes on their way out."""

    CIPHER = "cipher"
    MAC = "mac"
    DIGEST = "digest"
    BASE64 = "base64"
    COMPRESSION = "compression"
    JSON = "json"


class ComponentKind(StrEnum):
    """What of an Android app was started."""

    ACTIVITY = "activity"
    SERVICE = "service"
    RECEIVER = "receiver"
    PROVIDER = "provider"
    PROCESS = "process"


class Phase(StrEnum):
    """Where in the consent dialogue the user stands."""

    BEFORE_CONSENT = "before_consent"  # first instruction of the app until the answering tap
    AFTER_ACCEPT = "after_accept"
    AFTER_DECLINE = "after_decline"
    AFTER_WITHDRAWAL = "after_withdrawal"  # agreed first, then withdrew the consent in the app
    UNDETERMINED = "undetermined"  # the event's interval overlaps a border of two phases


class ConsentAnswer(StrEnum):
    """Which button of a privacy-consent dialog the scenario tapped."""

    ACCEPT = "accept"
    DECLINE = "decline"


class SearchGoal(StrEnum):
    """A thing that a standard asks for, and that a scenario looks for in the app's screens."""

    POLICY = "policy"  # the privacy policy
    ACCOUNT_DELETION = "account_deletion"
    WITHDRAWAL = "withdrawal"  # of the consent
    ADVERTISING = "advertising"  # the switch of personalised advertising
    PUSH = "push"  # the switch of targeted push and recommendations
    GUEST = "guest"  # a way around the log-in
    CONTACT = "contact"  # for complaints


class DialogKind(StrEnum):
    """What a screen asks of the user."""

    PRIVACY_CONSENT = "privacy_consent"
    PERMISSION = "permission"  # drawn by the system, about one Android permission
    UPDATE = "update"
    ADVERTISEMENT = "advertisement"
    LOGIN = "login"
    AGE_GATE = "age_gate"  # asks for the user's age or birthday before going on
    RATING = "rating"  # asks for stars or a review
    BATTERY_SAVER = "battery_saver"  # asks to be left out of the system's battery saving
    CRASH = "crash"  # "app keeps stopping" or "isn't responding", drawn by the system
    OTHER = "other"
    NONE = "none"


class Level(StrEnum):
    """How far the information got."""

    ACCESSED = "accessed"
    TRANSMITTED = "transmitted"
    TRANSMITTED_THIRD_PARTY = "transmitted_third_party"


class Severity(StrEnum):
    """How grave a finding is, for sorting; the rule states it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """How strong the chain of evidence is."""

    CERTAIN = "certain"  # call and value were both seen, clocks leave no doubt
    PROBABLE = "probable"  # one link is inferred
    POSSIBLE = "possible"  # needs a person


class LinkStrength(StrEnum):
    """What ties the calls that handed a value over to the flow that carries it, strongest first."""

    TRANSFORM = "transform"  # the app's own operations lead from the value to the bytes sent
    SOCKET = "socket"  # the process that made a call opened the very connection
    PROCESS = "process"  # every call and every connection were of one process
    TIME = "time"  # the calls lie certainly before the flow
    VALUE = "value"  # the value alone: the order is not certain, or no call was seen
    NONE = "none"  # nothing was sent


class VerdictKind(StrEnum):
    """The answer about one recording."""

    CLEAN = "clean"  # nothing found and everything needed could be seen
    VIOLATION = "violation"  # at least one determined finding
    UNDETERMINED = "undetermined"  # something was seen that cannot be placed or proven
    NOT_OBSERVABLE = "not_observable"  # nothing found, but parts could not be seen


class Outcome(StrEnum):
    """How a session ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"


class GapCause(StrEnum):
    """Why a recorder may have missed something."""

    FRIDA_DETACHED = "frida_detached"
    HOOKS_NOT_READY = "hooks_not_ready"
    HOOK_FAILED = "hook_failed"
    EVENTS_DROPPED = "events_dropped"
    PROCESS_NOT_HOOKED = "process_not_hooked"
    TLS_REFUSED = "tls_refused"
    PROXY_BYPASSED = "proxy_bypassed"
    PROXY_DOWN = "proxy_down"
    PHONE_LOST = "phone_lost"
    CANARY_MISSED = "canary_missed"
    DISK_FULL = "disk_full"
    CLOCK_UNSTABLE = "clock_unstable"
    RECORDER_FAILED = "recorder_failed"
    TORN_STREAM = "torn_stream"  # found at recovery: the stream ends in the middle of an event


class SessionState(StrEnum):
    """The states of one session, in order; FAILED may follow any of them."""

    PREPARING = "preparing"
    INSTALLING = "installing"
    LAUNCHING = "launching"
    DRIVING = "driving"
    SETTLING = "settling"
    STOPPING = "stopping"
    PULLING = "pulling"
    CLEANING = "cleaning"
    SEALING = "sealing"
    DONE = "done"
    FAILED = "failed"


class AccessMode(StrEnum):
    """How the farm gets inside apps on a phone."""

    SU = "su"  # rooted with an su binary (Magisk, KernelSU)
    ADB_ROOT = "adb_root"  # userdebug or emulator image: adbd itself runs as root
    GADGET = "gadget"  # no root: the app is repackaged with frida-gadget


MONOTONIC = "monotonic_ns"
"""In the counts of a session's heartbeats: a clock of the host that nobody sets, in ns.

It is read at the event's time; by it analysis sees where the host's wall clock was set.
"""

CANARY_HOST = "farm-canary.invalid"
"""Host of the farm's own proof-of-life requests: never a receiver, never leaves the proxy.

`.invalid` can never be registered (RFC 6761 section 6.4), so an app cannot mean it by chance.
"""
