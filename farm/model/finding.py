"""What analysis says about a recording: findings with evidence, coverage, and one verdict."""

import msgspec

from farm.model.clause import ClauseJudgement
from farm.model.vocabulary import (
    Confidence,
    DataType,
    Level,
    LinkStrength,
    Phase,
    Severity,
    VerdictKind,
)

ANALYSIS_VERSION = 2


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Who received something, or whose code made a call."""

    name: str  # organisation or SDK; the registrable domain where neither is known
    domain: str = ""  # registrable domain
    sdk: str = ""  # catalogue id of the SDK
    third: bool  # True: not the app's own developer
    source: str = ""  # which fact says so: "sdk catalogue CN001 (stack prefix com.umeng)"
    purpose: str = ""  # what it is there for: "analytics", "ads"; empty where nobody says
    country: str = ""  # of the address that answered (ISO 3166-1), where a database was given


class CallEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The sensitive call."""

    event: str  # reference "api:17"
    api: str
    class_name: str
    method: str
    arguments: list[str]
    result: str | None
    stack: list[str]
    caller: Party
    host_time: int  # ns
    bound: int  # ns, plus or minus
    process: str = ""
    pid: int = 0
    tid: int = 0


class IdentityEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """That the farm knew the value before the app ran: it planted it, or asked the phone."""

    event: str  # reference "device:7"
    name: str  # "contact 3 phone number"
    how: str  # "seeded" or "read"
    value: str


class TransformEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the app on the value's way out; its output is the next one's input."""

    event: str  # reference "api:21"
    operation: str  # "cipher", "digest"
    algorithm: str
    direction: str
    input_path: list[str]  # decode path in its input of what went in
    input_size: int  # bytes
    output_size: int
    stack: list[str]
    caller: Party
    host_time: int  # ns
    bound: int  # ns, plus or minus
    process: str = ""
    pid: int = 0
    tid: int = 0


class ValueMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A known value found in a flow: where, and in which form."""

    flow_id: str
    event: str  # reference of the request, "network:9"
    location: str  # "url query id", "header X-Dev", "body"
    path: list[str]  # decode path: ["body", "gzip", "json $.d.i"]
    form: str  # "plain", "sha256", "md5 upper", "base64"
    found: str  # the bytes as they stand in the flow, bounded
    value: str  # the plain value they stand for
    chance: float  # bound on the probability that the match is accidental, over all tries
    key: str = ""  # name of the data type that stands beside it: "imei"
    transforms: list[TransformEvidence] = []  # the app's own operations, first to last


class FlowEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The request that carried the value, and its receiver."""

    flow_id: str
    event: str
    method: str
    url: str
    host: str
    receiver: Party
    host_time: int  # ns, when the first byte left the app
    matches: list[ValueMatch]
    link: LinkStrength = LinkStrength.VALUE  # what ties the flow to the calls
    connection: str = ""  # reference of the `Connected` event of the same TLS connection
    socket: str = ""
    process: str = ""  # that opened it
    pid: int = 0
    tid: int = 0
    opener: Party | None = None  # whose code opened it, by its stack
    address: str = ""  # of the server


class ScreenEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the user saw around the event."""

    event: str
    screenshot_file: str
    host_time: int
    caption: str  # "before", "after", "consent dialog"


class CallerShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a finding's calls one party made."""

    party: Party
    calls: int


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """How often the app read the data type in the finding's phase, by all its calls there.

    Only calls whose time is known count for the rates.
    """

    calls: int
    minutes: float  # length of the phase
    per_minute: float  # on average
    busiest_minute: int  # most calls that certainly lie within 60 s
    background: int  # while another app was certainly on the screen
    per_page: dict[str, int]  # activity -> calls while it was on the screen, most first, bounded
    shortest_interval_ms: int | None  # between two calls, None where there were not two


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One data type collected in one phase for one receiver (or read and not seen leaving)."""

    finding_id: str  # stable: digest of rule, app, data type, phase and receiver
    rule: str
    clause: str  # of the standard the rule stands on
    phase: Phase
    level: Level
    data_type: DataType
    severity: Severity
    confidence: Confidence
    caller: Party  # who sent or read it; the app as a whole where several did
    receiver: Party | None
    calls: list[CallEvidence]
    call_count: int  # all of them; `calls` is bounded
    flows: list[FlowEvidence]
    flow_count: int
    screens: list[ScreenEvidence]
    reasons: list[str]  # why phase, confidence and receiver are as stated; English
    callers: list[CallerShare] = []  # everybody whose calls stand behind it, most calls first
    identities: list[IdentityEvidence] = []
    frequency: Frequency | None = None
    link: LinkStrength = LinkStrength.NONE  # the strongest between calls and flows
    forms: dict[str, int] = {}  # in which forms the values were found -> flows


class CoverageGap(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could not be seen."""

    what: str  # "network pinned.example", "hook telephony.imei", "clock"
    cause: str
    start: int  # host ns
    end: int
    detail: str = ""
    events: list[str] = []


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What could be seen, and what could not. It stands beside every finding and verdict."""

    complete: bool
    gaps: list[CoverageGap]
    hooks_installed: int
    hooks_failed: dict[str, str]
    hosts_seen: list[str]
    hosts_refused: list[str]
    canaries_sent: int
    canaries_seen: int
    consent_dialog_seen: bool
    clock_bound_ns: int | None
    not_seeded: dict[str, str] = {}  # data type -> why no value of it was planted
    # Way -> where the app looked for instruments such as ours: it may act otherwise elsewhere.
    instruments_sought: dict[str, list[str]] = {}


class PhaseInterval(msgspec.Struct, frozen=True, kw_only=True):
    """A phase on the host's clock. Its borders are uncertain by the stated bounds."""

    phase: Phase
    start: int
    start_bound: int
    end: int
    end_bound: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one recording, with the reasons in order of weight."""

    kind: VerdictKind
    reasons: list[str]


class AppVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one app, from all recordings of one version of it."""

    package: str
    version_name: str
    apk_sha256: str
    kind: VerdictKind
    reasons: list[str]
    recordings: dict[str, VerdictKind]  # session id -> its verdict
    scenarios: list[str]
    findings: list[str]  # ids of the determined ones, each once
    unseen: list[str]  # what no recording could see


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Everything analysis says about one recording: a pure function of recording and rules."""

    analysis_version: int
    session_id: str
    manifest_sha256: str
    rules: dict[str, str]  # rule pack and catalogue -> version or digest
    phases: list[PhaseInterval]
    findings: list[Finding]
    undetermined: list[Finding]  # seen, but not placeable or not provable
    coverage: Coverage
    verdict: Verdict
    clauses: list[ClauseJudgement] = []  # of every rule pack, in its order
