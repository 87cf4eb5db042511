"""Answers the app's consent dialogs: taps one after the other until none is left or one resists.

An answer is tapped only on a dialog that was recognised a moment before as a privacy consent of
the app under test.
"""

import asyncio

import msgspec

from farm.explore.app import AppView
from farm.explore.dialogs import Button, Recognised, ScreenState
from farm.explore.driver import Driver, Journal
from farm.explore.interruptions import Interruptions
from farm.explore.policy import Policy
from farm.explore.screen import ScreenView
from farm.explore.touch import touch
from farm.model.vocabulary import ConsentAnswer, DialogKind


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How answering went. `answered` is True once a tap was made on the dialog's button."""

    answer: ConsentAnswer
    answered: bool
    gone: bool = False  # no consent dialog is left on the screen
    stages: int = 0  # dialogs answered one after the other
    taps: int = 0
    app_left: bool = False  # its process ended, or it left the screen, after the answer
    reason: str = ""  # why it was not answered, or is not gone


class Answering:
    """Taps answers on the dialogs of one app."""

    def __init__(
        self,
        *,
        driver: Driver,
        journal: Journal,
        screen: ScreenView,
        app: AppView,
        interruptions: Interruptions,
        policy: Policy,
    ) -> None:
        self._driver = driver
        self._journal = journal
        self._screen = screen
        self._app = app
        self._interruptions = interruptions
        self._policy = policy

    def is_ours(self, found: Recognised) -> bool:
        """Whether a screen is the consent dialog of the app under test."""
        return found.kind is DialogKind.PRIVACY_CONSENT and found.package == self._app.package

    def refusal(self, found: Recognised, answer: ConsentAnswer) -> str:
        """Why this screen cannot be answered so, empty if it can."""
        if not self.is_ours(found):
            return f"no consent dialog on the screen ({found.kind})"
        if _button(found, answer) is None:
            return f"the dialog has no button to {answer}"
        return ""

    async def give(self, answer: ConsentAnswer) -> Answer:
        """Answer dialog after dialog until none is left, the app left, or one resists."""
        stages = taps = 0
        reason = ""
        while stages < self._policy.max_stages:
            found = await self._fresh(answer)
            if found is None:
                # Before the first tap that is a dialog that vanished by itself.
                reason = reason or ("" if stages else "the dialog vanished before it was answered")
                return self._outcome(answer, stages, taps, gone=True, reason=reason)
            refusal = self.refusal(found, answer)
            if refusal:
                return self._outcome(answer, stages, taps, gone=False, reason=refusal)
            made, after = await self._answer_one(found, answer)
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

    async def _answer_one(self, found: Recognised, answer: ConsentAnswer) -> tuple[int, str]:
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
            if self.is_ours(found):
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
            if not self.is_ours(found):
                absent += 1
                if absent >= 2:
                    return None
                if await self._interruptions.handle(found, self._app.package):
                    absent = 0 if clock() < end else absent
                last = None
                continue
            absent = 0
            settled = last is not None and stands_still(last, found)
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

    def _left_the_screen(self, state: ScreenState, found: Recognised) -> bool:
        """Whether another app is in front: `finish()` ends an app without ending its process."""
        package = self._app.package
        return (
            found.kind is DialogKind.NONE
            and state.package not in {"", package}
            and package not in state.hierarchy.packages
        )

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


def stands_still(before: Recognised, now: Recognised) -> bool:
    """Whether the dialog and its buttons are where they were: no animation is under way."""
    return before.key == now.key and all(
        (one.bounds if one else None) == (other.bounds if other else None)
        for one, other in ((before.accept, now.accept), (before.decline, now.decline))
    )
