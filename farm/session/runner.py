"""Runs one session: drives the states of `machine`, owns every recorder, and always seals.

Whatever fails, the phone is cleaned and the recording is sealed as `interrupted` with the first
cause. Only here are broad exceptions caught, and each one becomes a fact on record.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from farm.model.errors import (
    AppError,
    DeviceError,
    DeviceGone,
    FarmError,
    RecordingError,
    SetupError,
)
from farm.model.events import StateChange
from farm.model.vocabulary import Outcome, SessionState
from farm.session.machine import AFTER_FAILURE, Progress
from farm.session.plan import SessionPlan, SessionResult
from farm.session.stage import Stage
from farm.session.tools import StageTools

_WORKING = (
    SessionState.PREPARING,
    SessionState.INSTALLING,
    SessionState.LAUNCHING,
    SessionState.DRIVING,
    SessionState.SETTLING,
)
_APP_RUNS = {SessionState.DRIVING, SessionState.SETTLING}


class SessionRunner:
    """One session on one leased phone."""

    def __init__(self, plan: SessionPlan, tools: StageTools) -> None:
        self._plan = plan
        self._stage = Stage(plan, tools)
        self._progress = Progress()
        self._phone_failed = False
        self._app_failed = False
        self._setup_failed = False
        self._stopped: asyncio.CancelledError | None = None
        self._seconds: dict[SessionState, float] = {}
        self._phone = tools.phone
        self.result: SessionResult | None = None
        """How it ended; also set where `run` raises because it was cancelled."""

    async def run(self) -> SessionResult:
        """Run to the sealed recording.

        Raises:
            asyncio.CancelledError: after the phone was cleaned and the recording sealed.
        """
        began = time.monotonic()
        try:
            self._note_state()
            async with asyncio.TaskGroup() as background:
                self._stage.companions.group = background
                for state in _WORKING:
                    await self._during(state, self._work_of(state))
                self._stage.companions.end()
        except asyncio.CancelledError as error:
            self._stopped = error
            self._cancelled()
        except BaseExceptionGroup as group:
            self._fail_with(_first_cause(group))
        except Exception as error:  # noqa: BLE001 - the session's edge: recorded as a fact
            self._fail_with(error)
        for state in AFTER_FAILURE:
            if state is not SessionState.DONE:
                await self._afterwards(state)
        self._stage.close()
        seconds = time.monotonic() - began
        self.result = SessionResult(
            session_id=self._plan.session_id,
            folder=self._plan.folder,
            serial=self._stage.serial,
            outcome=Outcome.INTERRUPTED if self._progress.failed else Outcome.COMPLETE,
            reason=self._progress.reason,
            sealed=self._stage.sealed,
            phone_failed=self._phone_failed,
            app_failed=self._app_failed,
            setup_failed=self._setup_failed,
            seconds=seconds,
            overhead_seconds=seconds - sum(self._seconds.get(state, 0.0) for state in _APP_RUNS),
        )
        if self._stopped is not None:
            raise self._stopped
        return self.result

    def _work_of(self, state: SessionState) -> Callable[[], Awaitable[None]]:
        work: dict[SessionState, Callable[[], Awaitable[None]]] = {
            SessionState.PREPARING: self._stage.prepare,
            SessionState.INSTALLING: self._stage.install,
            SessionState.LAUNCHING: self._stage.launch,
            SessionState.DRIVING: self._stage.drive,
            SessionState.SETTLING: self._stage.settle,
            SessionState.STOPPING: self._stage.stop,
            SessionState.PULLING: self._stage.pull,
            SessionState.CLEANING: self._stage.clean,
        }
        return work[state]

    async def _during(self, state: SessionState, work: Callable[[], Awaitable[None]]) -> None:
        unsaid: RecordingError | None = None
        if state is not self._progress.state:
            self._progress = self._progress.advance(state)
            try:
                self._note_state()
            except RecordingError as error:
                if state not in AFTER_FAILURE:
                    raise
                unsaid = error  # what is owed to phone and recorders is owed on a full disk too
        began = time.monotonic()
        deadline = self._stage.deadline_of(state)
        try:
            async with asyncio.timeout(deadline):
                await work()
        except TimeoutError as error:
            if self._stage.script_left_behind:
                raise SetupError(
                    f"{self._plan.scenario.name}: goes on after its {deadline:g} s: a scenario "
                    "must let asyncio.CancelledError pass"
                ) from error
            message = f"{state} took longer than its deadline of {deadline:g} s"
            raise DeviceError(message) from error
        finally:
            self._seconds[state] = time.monotonic() - began
        if unsaid is not None:
            raise unsaid

    async def _afterwards(self, state: SessionState) -> None:
        """Do what is owed after any ending; a failure here is noted and the rest goes on."""
        if state is SessionState.SEALING:
            outcome = Outcome.INTERRUPTED if self._progress.failed else Outcome.COMPLETE
            reason = self._progress.reason

            async def seal() -> None:
                await self._stage.seal(outcome, reason)

            work: Callable[[], Awaitable[None]] = seal
        else:
            work = self._work_of(state)
        step = asyncio.get_running_loop().create_task(self._during(state, work))
        while not step.done():
            try:
                await asyncio.wait({step})
            except asyncio.CancelledError as error:
                self._stopped = self._stopped or error
                self._go_on(step, state)
        try:
            step.result()
        except asyncio.CancelledError:
            pass  # the phone is gone: what it is still owed stands in its ledger
        except Exception as error:  # noqa: BLE001 - the session's edge: recorded as a fact
            self._fail_with(error)

    def _go_on(self, step: "asyncio.Task[None]", state: SessionState) -> None:
        """Finish what is owed in spite of a request to stop: each step has its own deadline."""
        if state is SessionState.SEALING:
            return  # needs no phone; and how the session ended is being written already
        self._cancelled()
        if self._phone.gone.is_set():
            step.cancel()

    def _cancelled(self) -> None:
        """The pool cancels the lessee of a phone that vanished; all else is the operator."""
        if self._phone.gone.is_set():
            self._fail_with(DeviceGone(f"{self._phone.serial} vanished from the adb server"))
        else:
            self._fail("cancelled by the operator")

    def _fail_with(self, error: BaseException) -> None:
        if isinstance(error, DeviceError) or not isinstance(error, FarmError):
            self._phone_failed = True
        if isinstance(error, AppError):
            self._phone_failed = False
            self._app_failed = True
        if isinstance(error, SetupError) and not self._progress.failed:
            self._setup_failed = True
        expected = isinstance(error, FarmError)
        text = str(error) if expected else f"{type(error).__name__}: {error}"
        if self._phone_failed and self._phone.serial not in text:
            text = f"{self._phone.serial}: {text}"  # the operator has to know which one
        self._fail(text)

    def _fail(self, reason: str) -> None:
        where = self._progress.state
        text = f"{where}: {reason}"[:1000]
        self._progress = self._progress.fail(text)
        self._stage.failed = True
        with contextlib.suppress(RecordingError):
            # Said in the seal as well, or in the result where it is the sealing that failed. A
            # stream that learns only here that its disk is full has written the state from its
            # reserve; cleaning the phone may not wait for it.
            self._stage.note(StateChange(state=SessionState.FAILED, reason=text))

    def _note_state(self) -> None:
        self._stage.note(StateChange(state=self._progress.state))


def _first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first real error of nested groups: what went wrong before the rest fell."""
    for error in group.exceptions:
        return _first_cause(error) if isinstance(error, BaseExceptionGroup) else error
    return group
