"""`run.consent`: wait for the app's consent dialog, and answer it so that the answer is evidence.

An answer is tapped only on a dialog that was recognised a moment before as a privacy consent of
the app under test. Whatever does not come, does not go or cannot be answered becomes an
`expectation` event; only a lost phone or a full disk ends the scenario.
"""

import asyncio

import msgspec

from farm.explore.app import AppView
from farm.explore.dialogs import Button, Recognised, ScreenState
from farm.explore.driver import AnswerCallback, Driver, Journal
from farm.explore.interruptions import Interruptions
from farm.explore.policy import Policy
from farm.explore.screen import ScreenView
from farm.explore.touch import touch
from farm.model.events import Expectation
from farm.model.vocabulary import ConsentAnswer, DialogKind

_CAN_BE = {
    ConsentAnswer.ACCEPT: "consent_can_be_accepted",
    ConsentAnswer.DECLINE: "consent_can_be_declined",
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How answering went. `answered` is True once a tap was made on the dialog's button."""

    answer: ConsentAnswer
    answered: bool
    gone: bool = False  # no consent dialog is left on the screen
    stages: int = 0  # dialogs answered one after the other
    taps: int = 0
    app_left: bool = False  # its process ended, or it left the screen, after the answer
    reason: str = ""  # why it was not answered, or is not gone


class Consent:
    """The app's consent dialog."""

    def __init__(
        self,
        *,
        driver: Driver,
        journal: Journal,
        screen: ScreenView,
        app: AppView,
        interruptions: Interruptions,
        policy: Policy,
        before_answer: AnswerCallback,
        after_answer: AnswerCallback,
    ) -> None:
        self._driver = driver
        self._journal = journal
        self._screen = screen
        self._app = app
        self._interruptions = interruptions
        self._policy = policy
        self.last_answer: ConsentAnswer | None = None  # the last one that was tapped
        self._before_answer = before_answer
        self._after_answer = after_answer

    async def wait(self, timeout: float = 30.0) -> Recognised | None:
        """Wait for the dialog; answer what lies in between as the policy says.

        An app that goes away meanwhile is started again once, if the policy allows it.

        Returns:
            The dialog once it stands still, or None after `timeout` seconds (recorded as the
            expectation `consent_dialog_appears` that did not hold).
        """
        last: Recognised | None = None
        seen: set[str] = set()
        try:
            async with asyncio.timeout(timeout) as deadline:
                while True:
                    _, found = await self._screen.recognise()
                    if self._is_ours(found):
                        if last is not None and _stands_still(last, found):
                            self._expect("consent_dialog_appears", True, _summary(found))
                            return found
                        last = found
                        continue
                    last = None
                    seen.add(str(found.kind))
                    if await self._interruptions.handle(found, self._app.package):
                        continue
                    if not await self._app.lately_alive():
                        # Starting anew has the session's deadline, not the dialog's.
                        remaining = (deadline.when() or 0.0) - asyncio.get_running_loop().time()
                        deadline.reschedule(None)
                        if not await self._app.revive():
                            break
                        deadline.reschedule(asyncio.get_running_loop().time() + remaining)
        except TimeoutError:
            if not deadline.expired():
                raise
        if last is not None:
            self._expect("consent_dialog_appears", True, f"{_summary(last)}; it keeps moving")
            return last
        detail = f"not within {timeout:g} s; on the screen: {', '.join(sorted(seen)) or 'nothing'}"
        self._expect("consent_dialog_appears", False, detail)
        return None

    async def get_past(self, answer: str = "accept", timeout: float = 25.0) -> Answer | None:
        """Wait for the dialog and answer it; None where none came, which is recorded.

        Args:
            answer: "accept" or "decline".
            timeout: seconds to wait for the dialog.

        Raises:
            ValueError: another answer.
        """
        if answer not in set(ConsentAnswer):
            raise ValueError(f"{answer!r}: expected accept or decline")
        if await self.wait(timeout) is None:
            return None
        return await self._answer(ConsentAnswer(answer))

    async def accept(self) -> Answer:
        """Agree to the dialog that is on the screen, and to further ones that follow it."""
        return await self._answer(ConsentAnswer.ACCEPT)

    async def decline(self) -> Answer:
        """Refuse the dialog that is on the screen, again at each stage that asks once more."""
        return await self._answer(ConsentAnswer.DECLINE)

    async def _answer(self, answer: ConsentAnswer) -> Answer:
        _, found = await self._screen.recognise()
        refusal = self._unanswerable(found, answer)
        if refusal:
            self._expect(_CAN_BE[answer], False, refusal)
            return Answer(answer=answer, answered=False, reason=refusal)
        await self._before_answer(answer)
        outcome = await self._stages(answer)
        if outcome.answered:
            self.last_answer = answer
            await self._after_answer(answer)
        if not outcome.app_left:
            await self._screen.recognise(keep=True)
        self._expect("consent_dialog_gone", outcome.gone, outcome.reason)
        return outcome

    async def _stages(self, answer: ConsentAnswer) -> Answer:
        """Answer dialog after dialog until none is left, the app left, or one resists."""
        stages = taps = 0
        reason = ""
        while stages < self._policy.max_stages:
            found = await self._fresh(answer)
            if found is None:
                # Before the first tap that is a dialog that vanished by itself.
                reason = reason or ("" if stages else "the dialog vanished before it was answered")
                return self._outcome(answer, stages, taps, gone=True, reason=reason)
            refusal = self._unanswerable(found, answer)
            if refusal:
                return self._outcome(answer, stages, taps, gone=False, reason=refusal)
            made, after = await self._one(found, answer)
            taps += made
            stages += 1 if made else 0
            if after == "left":
                self._app.note_end(f"after the consent dialog was answered with {answer}")
                return self._outcome(answer, stages, taps, gone=True, app_left=True)
            if after == "gone":
                return self._outcome(answer, stages, taps, gone=True)
            if after == "stays":
                reason = f"the dialog was still there after {made} taps"
                return self._outcome(answer, stages, taps, gone=False, reason=reason)
        reason = f"a further dialog after {stages} answers"
        return self._outcome(answer, stages, taps, gone=False, reason=reason)

    async def _one(self, found: Recognised, answer: ConsentAnswer) -> tuple[int, str]:
        """Tap one dialog's button until it goes; `(taps, "gone"|"next"|"stays"|"left")`."""
        made = 0
        key = found.key
        while made < self._policy.max_taps:
            button = _button(found, answer)
            if button is None:
                return made, "stays"
            await touch(self._driver, self._journal, button, DialogKind.PRIVACY_CONSENT, answer)
            made += 1
            last_tap = made == self._policy.max_taps
            patience = self._policy.answer_timeout if last_tap else self._policy.retap_after
            after = await self._await_change(key, patience)
            if isinstance(after, str):
                return made, after
            found = after
        return made, "stays"

    async def _await_change(self, key: tuple[str, ...], patience: float) -> Recognised | str:
        """Watch until the dialog went, another came, or patience ends (then: the dialog)."""
        clock = asyncio.get_running_loop().time
        end = clock() + patience
        absent = 0
        while True:
            state, found = await self._screen.recognise()
            if self._is_ours(found):
                absent = 0
                if found.key != key:
                    return "next"
                if clock() >= end:
                    return found
                continue
            if not await self._app.alive():
                return "left"
            if state.hierarchy.nodes:
                absent += 1
            if found.kind is DialogKind.PERMISSION:
                # It lies over the app: what is below shows only once it is answered.
                if not await self._interruptions.handle(found, self._app.package):
                    return "gone"
                absent = 0
                end = max(end, clock() + self._policy.retap_after)
                continue
            if absent >= 2:
                return "left" if self._left_the_screen(state, found) else "gone"
            if clock() >= end + self._policy.answer_timeout:
                return "stays"  # the screen cannot be read: nothing may be claimed

    async def _fresh(self, answer: ConsentAnswer) -> Recognised | None:
        """The dialog as it is right now, its box ticked and its button enabled where needed.

        None if no consent dialog of the app is on the screen (looked twice).
        """
        clock = asyncio.get_running_loop().time
        end = clock() + self._policy.answer_timeout
        last: Recognised | None = None
        absent = 0
        ticked = False
        while True:
            _, found = await self._screen.recognise(keep=last is None)
            if not self._is_ours(found):
                absent += 1
                if absent >= 2:
                    return None
                if await self._interruptions.handle(found, self._app.package):
                    absent = 0 if clock() < end else absent
                last = None
                continue
            absent = 0
            settled = last is not None and _stands_still(last, found)
            last = found
            if not settled and clock() < end:
                continue
            box = None if found.ticked or answer is ConsentAnswer.DECLINE else found.checkbox
            if box is not None and not ticked:
                ticked = True
                await touch(self._driver, self._journal, box, DialogKind.PRIVACY_CONSENT)
                last = None
                continue
            button = _button(found, answer)
            if button is not None and not button.enabled and clock() < end:
                continue
            return found

    def _unanswerable(self, found: Recognised, answer: ConsentAnswer) -> str:
        """Why this screen cannot be answered so, empty if it can."""
        if not self._is_ours(found):
            return f"no consent dialog on the screen ({found.kind})"
        if _button(found, answer) is None:
            return f"the dialog has no button to {answer}"
        return ""

    def _left_the_screen(self, state: ScreenState, found: Recognised) -> bool:
        """Whether another app is in front: `finish()` ends an app without ending its process."""
        package = self._app.package
        return (
            found.kind is DialogKind.NONE
            and state.package not in {"", package}
            and package not in state.hierarchy.packages
        )

    def _is_ours(self, found: Recognised) -> bool:
        return found.kind is DialogKind.PRIVACY_CONSENT and found.package == self._app.package

    def _expect(self, name: str, held: bool, detail: str) -> None:
        self._journal.emit(Expectation(name=name, held=held, detail=detail[:500]))

    @staticmethod
    def _outcome(
        answer: ConsentAnswer,
        stages: int,
        taps: int,
        *,
        gone: bool,
        reason: str = "",
        app_left: bool = False,
    ) -> Answer:
        return Answer(
            answer=answer,
            answered=taps > 0,
            gone=gone and taps > 0,
            stages=stages,
            taps=taps,
            app_left=app_left,
            reason=reason,
        )


def _button(found: Recognised, answer: ConsentAnswer) -> Button | None:
    return found.accept if answer is ConsentAnswer.ACCEPT else found.decline


def _stands_still(before: Recognised, now: Recognised) -> bool:
    """Whether the dialog and its buttons are where they were: no animation is under way."""
    return before.key == now.key and all(
        (one.bounds if one else None) == (other.bounds if other else None)
        for one, other in ((before.accept, now.accept), (before.decline, now.decline))
    )


def _summary(found: Recognised) -> str:
    parts = [found.title[:80]]
    parts.append(f"accept: {found.accept.text[:40]}" if found.accept else "no accept button")
    parts.append(f"decline: {found.decline.text[:40]}" if found.decline else "no decline button")
    if found.preticked:
        parts.append("box already ticked")
    return "; ".join(part for part in parts if part)
