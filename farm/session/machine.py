"""The states of a session as pure values: which may follow which, and how long each may last.

Holds no phone and no clock: the runner drives it, and tests enumerate it.
"""

import msgspec

from farm.model.vocabulary import SessionState as State

ORDER: tuple[State, ...] = (
    State.PREPARING,
    State.INSTALLING,
    State.LAUNCHING,
    State.DRIVING,
    State.SETTLING,
    State.STOPPING,
    State.PULLING,
    State.CLEANING,
    State.SEALING,
    State.DONE,
)
"""The way of a session in which nothing goes wrong."""

AFTER_FAILURE: tuple[State, ...] = (
    State.STOPPING,
    State.PULLING,
    State.CLEANING,
    State.SEALING,
    State.DONE,
)
"""What is still owed to the phone and to the evidence after a failure in any earlier state."""


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds each state may last before it counts as failed."""

    preparing: float = 90
    installing: float = 180
    launching: float = 60
    driving: float = 600
    settling: float = 120
    stopping: float = 30
    pulling: float = 30
    cleaning: float = 60
    sealing: float = 300

    def of(self, state: State) -> float:
        """Seconds the state may last; `done` and `failed` end at once."""
        return float(getattr(self, state.value, 0.0))


class IllegalTransition(Exception):
    """The runner asked for a transition that the contract does not know: a defect of ours."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session stands. `reason` is the first failure's, later ones never replace it."""

    state: State = State.PREPARING
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether some state failed: the recording will say `interrupted`."""
        return bool(self.reason)

    def advance(self, state: State) -> "Progress":
        """Enter a state.

        Raises:
            IllegalTransition: the state may not follow the present one.
        """
        if state not in successors(self.state):
            raise IllegalTransition(f"{self.state} -> {state}")
        return Progress(state=state, reason=self.reason)

    def fail(self, reason: str) -> "Progress":
        """Note a failure and enter `failed`; the first cause is kept.

        Raises:
            IllegalTransition: the session is over.
        """
        if self.state is State.DONE:
            raise IllegalTransition(f"{self.state} -> {State.FAILED}")
        return Progress(state=State.FAILED, reason=self.reason or reason or "unknown reason")


def successors(state: State) -> frozenset[State]:
    """Return the states that may follow `state`."""
    if state is State.DONE:
        return frozenset()
    if state is State.FAILED:
        return frozenset(AFTER_FAILURE)
    following = ORDER[ORDER.index(state) + 1]
    return frozenset({following, State.FAILED})
