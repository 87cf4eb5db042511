"""What analysis says about the clauses of the standards: one answer per clause and recording.

A clause is answered from signals; a signal is present, absent, or could not be told.
"""

from enum import StrEnum

import msgspec


class ClauseState(StrEnum):
    """How far a clause can be decided from recordings."""

    AUTOMATIC = "automatic"  # recordings alone decide it
    ASSISTED = "assisted"  # recordings give the evidence, a person decides
    NOT_OBSERVABLE = "not_observable"  # nothing on a phone can show it


class SignalState(StrEnum):
    """Whether something happened in one recording."""

    PRESENT = "present"
    ABSENT = "absent"  # it did not happen, and it would have been seen
    UNKNOWN = "unknown"  # the recording lacks what it takes to tell


class SignalId(StrEnum):
    """Every signal that a rule pack may name; what each means stands with its finder."""

    NO_POLICY_POPUP = "no_policy_popup"
    PRETICKED = "preticked"
    NO_REFUSE_BUTTON = "no_refuse_button"
    OK_ONLY_BUTTON = "ok_only_button"
    API_BEFORE_CONSENT = "api_before_consent"
    FLOW_BEFORE_CONSENT = "flow_before_consent"
    COLLECT_AFTER_REFUSAL = "collect_after_refusal"
    THIRD_PARTY_RECEIVES = "third_party_receives"
    BACKGROUND_COLLECTION = "background_collection"
    SILENT_COLLECTION = "silent_collection"
    FREQUENCY_OVER_NEED = "frequency_over_need"
    IMMUTABLE_IDENTIFIER = "immutable_identifier"
    PERMISSION_BEFORE_CONSENT = "permission_before_consent"
    PERMISSION_ASKED_BEFORE_CONSENT = "permission_asked_before_consent"
    BUNDLE_REQUEST = "bundle_request"
    REPEAT_AFTER_DENIAL = "repeat_after_denial"
    REPEAT_NEXT_START = "repeat_next_start"
    EXIT_ON_DENIAL = "exit_on_denial"
    PROMPT_LOOP_ON_DENIAL = "prompt_loop_on_denial"
    STARTS_OTHER_APP = "starts_other_app"
    BACKGROUND_START = "background_start"
    FOREIGN_CODE = "foreign_code"
    ITEM_NOT_IN_POLICY = "item_not_in_policy"
    SDK_NOT_IN_POLICY = "sdk_not_in_policy"
    OUTSIDE_NECESSARY_SCOPE = "outside_necessary_scope"
    UNUSABLE_AFTER_DECLINE = "unusable_after_decline"
    NAGGED_AFTER_DECLINE = "nagged_after_decline"
    UNUSABLE_AFTER_DENIAL = "unusable_after_denial"
    REPEAT_WITHIN_48_HOURS = "repeat_within_48_hours"
    REQUEST_WITHOUT_FEATURE = "request_without_feature"
    REQUEST_WITHOUT_PURPOSE = "request_without_purpose"
    SELF_START = "self_start"
    ASSOCIATED_START = "associated_start"
    POLICY_DEEPER_THAN_FOUR_TAPS = "policy_deeper_than_four_taps"
    POLICY_UNREADABLE = "policy_unreadable"
    NO_ACCOUNT_DELETION = "no_account_deletion"
    POLICY_NOT_FOUND = "policy_not_found"  # a search in vain proves nothing: for review only
    ACCOUNT_DELETION_NOT_FOUND = "account_deletion_not_found"
    WITHDRAWAL_NOT_FOUND = "withdrawal_not_found"
    ADVERTISING_SWITCH_NOT_FOUND = "advertising_switch_not_found"
    PUSH_SWITCH_NOT_FOUND = "push_switch_not_found"
    NO_WITHDRAWAL = "no_withdrawal"
    COLLECTS_AFTER_WITHDRAWAL = "collects_after_withdrawal"
    NO_ADVERTISING_OPT_OUT = "no_advertising_opt_out"
    NO_PUSH_OPT_OUT = "no_push_opt_out"
    PERMISSION_CHANGED_ON_UPDATE = "permission_changed_on_update"
    POLICY_CHANGE_NOT_NOTIFIED = "policy_change_not_notified"
    NO_GUEST_MODE = "no_guest_mode"
    NO_CONTACT = "no_contact"
    WINDOW_CANNOT_BE_CLOSED = "window_cannot_be_closed"
    FORCED_UPDATE = "forced_update"


FOR_REVIEW_ONLY = frozenset(
    {
        SignalId.POLICY_NOT_FOUND,
        SignalId.ACCOUNT_DELETION_NOT_FOUND,
        SignalId.WITHDRAWAL_NOT_FOUND,
        SignalId.ADVERTISING_SWITCH_NOT_FOUND,
        SignalId.PUSH_SWITCH_NOT_FOUND,
    }
)
"""Signals that no clause may be broken by: each is a search in vain, which proves nothing."""


class ClauseAnswer(StrEnum):
    """The answer about one clause."""

    BROKEN = "broken"
    KEPT = "kept"  # every signal is absent, and each would have been seen
    FOR_REVIEW = "for_review"  # evidence is prepared; a person decides
    CANNOT_TELL = "cannot_tell"  # the recordings lack what the clause needs
    NOT_OBSERVABLE = "not_observable"


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a signal: the events that show it, and what they show."""

    events: list[str]  # references inside the recording: "ui:12"
    zh: str
    en: str


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one recording says about one signal."""

    signal: SignalId
    state: SignalState
    signs: list[Sign] = []  # bounded; empty unless present
    count: int = 0  # of all signs
    lacks: list[str] = []  # needs that were not met; empty unless unknown


class ClauseJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one clause, with what it rests on.

    `verified` is whether the clause's number and wording were compared with the published text.
    """

    clause: str
    state: ClauseState
    answer: ClauseAnswer
    verified: bool = False
    sightings: list[Sighting] = []
