"""Names of the expectations that clauses of the standards rest on.

A scenario records an `Expectation` under one of these names; `held` says whether it was so. Rules
refer to nothing else, so a scenario of the lab's own counts as evidence when it uses the names.
Scenarios may record any other name beside them.
"""

from enum import StrEnum


class Standard(StrEnum):
    """What a scenario tried to find out about the app."""

    CONSENT_DIALOG_APPEARS = "consent_dialog_appears"
    CONSENT_CAN_BE_ACCEPTED = "consent_can_be_accepted"
    CONSENT_CAN_BE_DECLINED = "consent_can_be_declined"
    CONSENT_DIALOG_GONE = "consent_dialog_gone"
    USABLE_AFTER_DECLINE = "usable_after_decline"  # a screen beyond the dialog can be used
    NOT_NAGGED_AFTER_DECLINE = "not_nagged_after_decline"  # it does not ask again while used
    APP_STAYS_RUNNING = "app_stays_running"
    STAYS_AFTER_PERMISSION_DENIED = "stays_after_permission_denied"
    NOT_ASKED_AGAIN_AFTER_DENIAL = "not_asked_again_after_denial"  # in the same session
    NOT_ASKED_AGAIN_AT_NEXT_START = "not_asked_again_at_next_start"
    NOT_ASKED_AGAIN_WITHIN_48_HOURS = "not_asked_again_within_48_hours"
    USABLE_AFTER_PERMISSION_DENIED = "usable_after_permission_denied"
    NO_PERMISSION_WITHOUT_FEATURE = "no_permission_without_feature"
    PERMISSION_PURPOSE_TOLD = "permission_purpose_told"  # beside or before the system's dialog
    NO_SELF_START = "no_self_start"  # after boot, without the user
    NO_ASSOCIATED_START = "no_associated_start"  # of other apps
    POLICY_WITHIN_FOUR_TAPS = "policy_within_four_taps"
    POLICY_READABLE = "policy_readable"  # opens, in the user's language, with legible text
    ACCOUNT_DELETION_WITHIN_FOUR_TAPS = "account_deletion_within_four_taps"
    CONSENT_CAN_BE_WITHDRAWN = "consent_can_be_withdrawn"
    PERSONALISED_ADS_CAN_BE_SWITCHED_OFF = "personalised_ads_can_be_switched_off"
    TARGETED_PUSH_CAN_BE_SWITCHED_OFF = "targeted_push_can_be_switched_off"
    PERMISSIONS_KEPT_ON_UPGRADE = "permissions_kept_on_upgrade"
    CONSENT_ASKED_AFTER_POLICY_CHANGE = "consent_asked_after_policy_change"
    GUEST_MODE_OFFERED = "guest_mode_offered"
    CONTACT_FOR_COMPLAINTS_SHOWN = "contact_for_complaints_shown"
    INFORMATION_WINDOW_CAN_BE_CLOSED = "information_window_can_be_closed"
    UPDATE_CAN_BE_POSTPONED = "update_can_be_postponed"


SCENARIO_RUNS = "scenario_runs_to_its_end"
"""Does not hold where a scenario ended by a mistake of its own."""

APP_STARTS_AGAIN = "app_starts_again"
TEST_ACCOUNT_LOGS_IN = "test_account_logs_in"

SCENARIO_NEEDS: frozenset[str] = frozenset(
    {
        Standard.CONSENT_DIALOG_APPEARS,
        Standard.CONSENT_CAN_BE_ACCEPTED,
        Standard.CONSENT_CAN_BE_DECLINED,
        Standard.CONSENT_DIALOG_GONE,
        SCENARIO_RUNS,
        APP_STARTS_AGAIN,
        TEST_ACCOUNT_LOGS_IN,
    }
)
"""Expectations without which a scenario did not see what it was to see.

One of these that does not hold is a gap in what was observed. Every other one is a fact about
the app.
"""
