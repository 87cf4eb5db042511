"""What the session knows of phone and app."""

from farm.model.events.base import Body
from farm.model.vocabulary import DataType, SessionState, Stream


class StateChange(Body, frozen=True, kw_only=True, tag="state"):
    """The session entered a state; `reason` says why when it is `failed`."""

    state: SessionState
    reason: str = ""


class ClockSample(Body, frozen=True, kw_only=True, tag="clock_sample"):
    """One round trip: the phone said `phone` some time between `sent` and `received` (host)."""

    sent: int
    received: int
    phone: int


class Canary(Body, frozen=True, kw_only=True, tag="canary"):
    """A proof of life was sent through one recorder; `seen` says whether it came out again."""

    recorder: Stream
    token: str
    sent: int
    seen: bool
    when: str  # "start", "before_answer", "after_answer", "end", "periodic"
    detail: str = ""


class Launched(Body, frozen=True, kw_only=True, tag="launched"):
    """The app was allowed to run its first instruction between `sent` and `confirmed` (host)."""

    package: str
    pid: int
    sent: int
    confirmed: int


class Crash(Body, frozen=True, kw_only=True, tag="crash"):
    """The app crashed or stopped answering, as the phone's own log says."""

    process: str
    reason: str
    trace: str = ""


class Restarted(Body, frozen=True, kw_only=True, tag="restarted"):
    """The app was started again after its process ended."""

    package: str
    pid: int
    sent: int
    confirmed: int


class DeviceNote(Body, frozen=True, kw_only=True, tag="note"):
    """A fact about the phone or its preparation that a reader of the evidence may need."""

    name: str
    detail: str = ""


class PhoneIdentity(Body, frozen=True, kw_only=True, tag="phone_identity"):
    """A value by which this phone or its user can be told, known to the farm before the app ran.

    Seeded values are random for this session, so that a match in a flow cannot be chance.
    """

    data_type: DataType
    value: str
    how: str  # "seeded": planted by the farm; "read": asked from the phone over adb
    name: str = ""  # which one of several: "contact 3 phone number"


class NotSeeded(Body, frozen=True, kw_only=True, tag="not_seeded"):
    """No value of this type was planted: it is recognised only where a hook saw it read."""

    data_type: DataType
    reason: str
