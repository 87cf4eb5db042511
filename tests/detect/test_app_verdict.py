"""One answer for an app: never clean while anything of it stayed unseen."""

import msgspec
import pytest

from farm.detect.app_verdict import Summary, Unseen, app_verdicts
from farm.model.vocabulary import VerdictKind

CLEAN, OPEN = VerdictKind.CLEAN, VerdictKind.UNDETERMINED
BAD, BLIND = VerdictKind.VIOLATION, VerdictKind.NOT_OBSERVABLE


def recording(
    name: str, kind: VerdictKind, scenario: str = "idle", unseen: Unseen | None = None
) -> Summary:
    return Summary(
        session_id=name,
        package="com.example",
        version_name="1",
        apk_sha256="a" * 64,
        scenario=scenario,
        kind=kind,
        findings=["f1", "f2"] if kind is BAD else [],
        undetermined=0,
        unseen=[unseen] if unseen else [],
    )


LOST = Unseen("session", "interrupted")
PINNED = Unseen("network pinned.example", "tls_refused")
OPAQUE = Unseen("flow to a.example", "content_not_searched")
NO_HOOK = Unseen("hook telephony.imei", "hook_failed")


@pytest.mark.parametrize(
    ("recordings", "kind"),
    [
        ([recording("1", CLEAN)], CLEAN),
        ([recording("1", CLEAN), recording("2", BAD)], BAD),
        ([recording("1", OPEN), recording("2", BAD), recording("3", BLIND)], BAD),
        ([recording("1", CLEAN), recording("2", OPEN)], OPEN),
        ([recording("1", OPEN), recording("2", BLIND, unseen=PINNED)], OPEN),
        # A cable that came out is made good by a run that went well, in the same scenario only.
        ([recording("1", BLIND, unseen=LOST), recording("2", CLEAN)], CLEAN),
        ([recording("1", BLIND, unseen=LOST), recording("2", CLEAN, "decline")], BLIND),
        # What the app hides stays hidden.
        ([recording("1", BLIND, unseen=PINNED), recording("2", CLEAN)], BLIND),
        ([recording("1", BLIND, unseen=OPAQUE), recording("2", CLEAN)], BLIND),
        ([recording("1", BLIND, unseen=NO_HOOK), recording("2", CLEAN)], BLIND),
    ],
)
def test_the_answer_about_an_app(recordings: list[Summary], kind: VerdictKind) -> None:
    for order in (recordings, recordings[::-1]):
        (verdict,) = app_verdicts(order)
        assert verdict.kind is kind
        assert verdict.reasons and len(verdict.recordings) == len(recordings)
    assert verdict.findings == (["f1", "f2"] if kind is BAD else [])


def test_versions_of_an_app_are_judged_apart() -> None:
    new = msgspec.structs.replace(recording("2", BAD), apk_sha256="b" * 64)
    assert [one.kind for one in app_verdicts([new, recording("1", CLEAN)])] == [CLEAN, BAD]


def test_what_was_not_seen_is_listed() -> None:
    (verdict,) = app_verdicts([recording("1", BLIND, unseen=PINNED)])
    assert verdict.unseen == ["network pinned.example: tls_refused"]
