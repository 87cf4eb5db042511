"""The closed list of signals that rule packs may name."""

from farm.detect.clauses import (
    behaviour_signals,
    collection_signals,
    consent_signals,
    disclosure_signals,
    expected,
    permission_signals,
    search_signals,
)
from farm.detect.clauses.signal import Signal
from farm.model.clause import SignalId

SIGNALS: dict[SignalId, Signal] = {
    signal.id: signal
    for module in (
        consent_signals,
        collection_signals,
        permission_signals,
        behaviour_signals,
        disclosure_signals,
        expected,
        search_signals,
    )
    for signal in module.SIGNALS
}
"""Every signal by its id."""
