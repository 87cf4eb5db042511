"""What the hooks saw inside the app's processes."""

import msgspec

from farm.model.events.base import Body
from farm.model.vocabulary import ComponentKind, DataType, TransformKind


class HooksReady(Body, frozen=True, kw_only=True, tag="hooks_ready"):
    """The hook bundle is in place in one process, before the app's first instruction if `early`."""

    pid: int
    process: str
    early: bool
    bundle_sha256: str
    installed: list[str]  # catalogue ids whose hooks are in place
    waiting: list[str] = []  # classes not loaded yet: hooked when they arrive
    failed: dict[str, str] = {}  # catalogue id -> reason
    runtime: str = ""  # "ART 34", "OpenJDK 17": what the hooks run in


class Call(Body, frozen=True, kw_only=True, tag="call"):
    """One sensitive call by the app. Text is bounded; `truncated` names the cut fields."""

    api: str  # catalogue id
    data_type: DataType
    class_name: str
    method: str
    arguments: list[str] = []
    result: str | None = None
    error: str | None = None  # class of the exception the call threw
    values: list[str] = []  # the information that was handed over, as the catalogue reads it
    stack: list[str] = []  # innermost caller first: "com.example.Foo.bar(Foo.java:12)"
    pid: int
    tid: int
    process: str = ""
    truncated: list[str] = []


class ProcessSeen(Body, frozen=True, kw_only=True, tag="process"):
    """A process of the app appeared or went away."""

    pid: int
    process: str
    state: str  # "started", "exited", "crashed", "detached"
    reason: str = ""


class Blob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bytes that went through an operation: whole in digest and size, bounded in content."""

    sha256: str  # hex, of all the bytes
    size: int  # bytes
    sample: bytes = b""  # the first bytes, base64 on disk; shorter than `size` when cut


class Transform(Body, frozen=True, kw_only=True, tag="transform"):
    """The app encrypted, hashed, encoded, compressed or serialised something.

    Ties a plain value to the bytes that a flow carries: the output of one transform is the input
    of the next, and the last output stands in a request.
    """

    operation: TransformKind
    algorithm: str  # as the app named it: "AES/CBC/PKCS5Padding", "HmacSHA256", "gzip"
    direction: str = ""  # "encrypt", "decrypt"; "encode", "decode"; empty where there is one only
    key: Blob | None = None
    iv: bytes = b""
    input: Blob
    output: Blob
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class Connected(Body, frozen=True, kw_only=True, tag="connected"):
    """A process of the app opened a connection, or sent its first datagram to an address.

    `client_random` (32 bytes, RFC 8446 section 4.1.2) names one TLS connection on both sides: the
    proxy sees the same bytes in the app's ClientHello, though a forwarded port hides the socket.
    """

    socket: str  # names the socket within its process
    transport: str  # "tcp", "udp", "quic"
    address: str  # the peer as the app's code gave it: the proxy, where one is set
    port: int
    local_port: int = 0
    host: str = ""  # the server's name where the hook could see it (SNI, CONNECT)
    client_random: bytes = b""
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class PermissionAsked(Body, frozen=True, kw_only=True, tag="permission_asked"):
    """The app asked the system to request permissions from the user, or checked one."""

    permissions: list[str]
    way: str  # "request", "check", "rationale"
    granted: bool | None = None  # the answer of a check
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class PermissionAnswered(Body, frozen=True, kw_only=True, tag="permission_answered"):
    """The app was told what the user answered."""

    permissions: list[str]
    granted: list[bool]
    pid: int
    tid: int
    process: str = ""


class Touched(Body, frozen=True, kw_only=True, tag="touched"):
    """A finger was lifted on a window of the app: the system handed it over, no view knew it yet.

    Orders an answer on the screen against the process's calls by the phone's own clock.
    """

    x: int  # screen pixels
    y: int
    pid: int
    tid: int
    process: str = ""


class ComponentStarted(Body, frozen=True, kw_only=True, tag="component"):
    """A component of the app came to life, or the app started one, its own or another app's."""

    component: ComponentKind
    name: str  # class, or the intent's target: package/class, or its action
    by_app: bool  # True: the app asked for it; False: the system brought it to life
    target_package: str = ""  # another app's, where the app starts that (associated start)
    reason: str = ""  # the intent's action: "android.intent.action.BOOT_COMPLETED"
    background: bool = False  # no activity of the app was on the screen
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class CodeLoaded(Body, frozen=True, kw_only=True, tag="code_loaded"):
    """Code that the package manager did not install was loaded, or native code by name."""

    way: str  # "DexClassLoader", "PathClassLoader", "InMemoryDexClassLoader", "System.load"
    path: str  # empty for code in memory
    content: Blob | None = None  # None: the file could not be read
    installed: bool = False  # it lies where the package manager put it
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class WebViewUsed(Body, frozen=True, kw_only=True, tag="web_view"):
    """A WebView loaded a URL, got a JavaScript interface, or handled cookies."""

    action: str  # "load", "script", "interface", "cookie"
    detail: str  # URL, script, interface's name and class, or cookie
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""


class PinningBypassed(Body, frozen=True, kw_only=True, tag="pinning_bypassed"):
    """A check of the server's certificate was overridden, so that its traffic could be read."""

    mechanism: str  # "okhttp CertificatePinner", "conscrypt TrustManagerImpl", "flutter"
    host: str = ""
    pid: int
    tid: int
    process: str = ""


class InstrumentationSought(Body, frozen=True, kw_only=True, tag="instrumentation_sought"):
    """The app looked for instruments such as ours: its behaviour may differ from a user's phone."""

    way: str  # "maps", "port", "thread names", "su", "exit"
    detail: str
    stack: list[str] = []
    pid: int
    tid: int
    process: str = ""
