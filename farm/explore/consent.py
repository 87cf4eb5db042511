"""`run.consent`: wait for the app's consent dialog, and answer it so that the answer is evidence.

The taps themselves are `answering.py`. Whatever does not come, does not go or cannot be answered
becomes an `expectation` event; only a lost phone or a full disk ends the scenario.
"""

import asyncio

from farm.explore.answering import Answer, Answering, stands_still
from farm.explore.app import AppView
from farm.explore.dialogs import Recognised
from farm.explore.driver import AnswerCallback, Driver, Journal
from farm.explore.interruptions import Interruptions
from farm.explore.policy import Policy
from farm.explore.screen import ScreenView
from farm.model.events import Expectation
from farm.model.vocabulary import ConsentAnswer

_CAN_BE = {
    ConsentAnswer.ACCEPT: "consent_can_be_accepted",
    ConsentAnswer.DECLINE: "consent_can_be_declined",
}


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
        self._journal = journal
        self._screen = screen
        self._app = app
        self._interruptions = interruptions
        self._answering = Answering(
            driver=driver,
            journal=journal,
            screen=screen,
            app=app,
            interruptions=interruptions,
            policy=policy,
        )
        self.last_answer: ConsentAnswer | None = None  # the last one that was tapped
        self._before_answer = before_answer
        self._after_answer = after_answer

    def is_ours(self, found: Recognised) -> bool:
        """Whether a screen is the consent dialog of the app under test."""
        return self._answering.is_ours(found)

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
                    if self._answering.is_ours(found):
                        if last is not None and stands_still(last, found):
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
        refusal = self._answering.refusal(found, answer)
        if refusal:
            self._expect(_CAN_BE[answer], False, refusal)
            return Answer(answer=answer, answered=False, reason=refusal)
        await self._before_answer(answer)
        outcome = await self._answering.give(answer)
        if outcome.answered:
            self.last_answer = answer
            await self._after_answer(answer)
        if not outcome.app_left:
            await self._screen.recognise(keep=True)
        self._expect("consent_dialog_gone", outcome.gone, outcome.reason)
        return outcome

    def _expect(self, name: str, held: bool, detail: str) -> None:
        self._journal.emit(Expectation(name=name, held=held, detail=detail[:500]))


def _summary(found: Recognised) -> str:
    parts = [found.title[:80]]
    parts.append(f"accept: {found.accept.text[:40]}" if found.accept else "no accept button")
    parts.append(f"decline: {found.decline.text[:40]}" if found.decline else "no decline button")
    if found.preticked:
        parts.append("box already ticked")
    return "; ".join(part for part in parts if part)
