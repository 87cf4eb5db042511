"""Sessions for each signal: one that shows it, one that nearly does, one that would have shown
it and does not, and one that cannot tell."""

from farm.model.clause import SignalId
from tests.detect.clauses.scenes import (
    behaviour,
    collection,
    consent,
    disclosure,
    permissions,
    tried,
)
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four

__all__ = ["SCENES", "Build", "ClauseScene", "Four"]

SCENES: dict[SignalId, Four] = {
    **consent.SCENES,
    **collection.SCENES,
    **permissions.SCENES,
    **behaviour.SCENES,
    **disclosure.SCENES,
    **tried.SCENES,
}
