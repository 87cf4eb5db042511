"""What a recording says about itself: app, phone, scenario, versions, clock and outcome."""

import msgspec

from farm.model.vocabulary import AccessMode, Outcome

FORMAT_VERSION = 1
"""Version of the recording format, counted apart from the release of the farm."""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The app under test, as its APK says (untrusted text)."""

    package: str
    label: str
    version_name: str
    version_code: int
    target_sdk: int
    apk_sha256: str  # of the base APK
    signer_sha256: str  # of the first signing certificate, empty if unsigned
    main_activity: str
    permissions: list[str] = []
    activities: list[str] = []
    size: int = 0  # bytes
    lowest_sdk: int = 0  # API level it asks for at least; 0: not said
    abis: list[str] = []  # of its native code; empty: none, runs on any


class DeviceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A phone as it describes itself."""

    serial: str  # the name the adb server gives it
    manufacturer: str
    brand: str
    model: str
    device: str
    android_version: str
    sdk: int
    abi: str
    build_fingerprint: str
    screen: tuple[int, int]  # width and height, pixels
    profile: str  # name of the matched device profile
    access: AccessMode


class ClockFit(msgspec.Struct, frozen=True, kw_only=True):
    """Linear fit of the phone's clock to the host's: host = phone - offset(phone) ± bound.

    `offset_ns` is phone minus host at phone time `reference_ns`; it grows by `drift_ppm`
    nanoseconds a millisecond. `bound_ns` is the largest error a reading inside
    [`first_ns`, `last_ns`] (phone clock) can have; outside, it grows by `drift_bound_ppm`.
    """

    reference_ns: int
    offset_ns: int
    drift_ppm: float
    bound_ns: int
    drift_bound_ppm: float
    first_ns: int
    last_ns: int
    samples: int

    def to_host(self, phone_ns: int) -> tuple[int, int]:
        """Map a phone time to `(host time, error bound)`, both in ns."""
        elapsed = phone_ns - self.reference_ns
        offset = self.offset_ns + round(elapsed * self.drift_ppm * 1e-6)
        outside = max(self.first_ns - phone_ns, phone_ns - self.last_ns, 0)
        return phone_ns - offset, self.bound_ns + round(outside * self.drift_bound_ppm * 1e-6)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """`session.json`: written when the session begins, replaced atomically when it ends."""

    format_version: int
    session_id: str
    app: App
    device: DeviceInfo
    scenario: str
    scenario_sha256: str
    scenario_language: str = "zh-CN"
    created: int  # host clock, ns
    ended: int | None = None
    clock: ClockFit | None = None
    versions: dict[str, str] = {}  # farm, python, adb, frida, mitmproxy, uiautomator2
    hook_bundle_sha256: str = ""
    hook_catalogue_sha256: str = ""
    outcome: Outcome | None = None  # None: the session was cut off and never sealed
    reason: str = ""  # why it was interrupted
    options: dict[str, str] = {}


class ManifestEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a sealed recording."""

    path: str  # relative, with "/" between parts
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest.json`: every file of the recording; `manifest.sig` signs its bytes."""

    format_version: int
    session_id: str
    sealed: int  # host clock, ns
    public_key: str  # Ed25519, base64
    files: list[ManifestEntry]
