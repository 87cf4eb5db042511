"""`permissions`: requests of the system, answered by policy or one by one, and what else is on
the way: advertisements and notices, closed.

Never answers a privacy consent, a log-in page or a dialog whose question is not known.
"""

import asyncio

import msgspec

from farm.explore.dialogs import Button, Recognised
from farm.explore.dialogs.permission_groups import group_of
from farm.explore.dialogs.vocabulary import vocabulary
from farm.explore.driver import Driver, Journal
from farm.explore.policy import PermissionPolicy, Policy
from farm.explore.screen import ScreenView
from farm.explore.touch import touch
from farm.model.events import Expectation
from farm.model.expectations import Standard
from farm.model.vocabulary import DialogKind


class PermissionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request of the system for permissions that was on the screen."""

    title: str
    group: str  # "location", "phone"; empty where its words are not known
    allowed: bool | None  # None: not answered


class Interruptions:
    """The system's permission requests, and everything else that stands in the way.

    Attributes:
        permission_policy: how requests are answered on the way; a scenario may change it.
        requests: the requests seen so far, in order.
        crash_notices: how many notices of a crash were closed.
    """

    def __init__(
        self, driver: Driver, journal: Journal, policy: Policy, screen: ScreenView
    ) -> None:
        self._driver = driver
        self._journal = journal
        self._policy = policy
        self._screen = screen
        self._answered = 0
        self._forced_update_noted = False
        self._open: tuple[str, ...] = ()  # the request that is on the screen and in `requests`
        self.permission_policy = policy.permissions
        self.requests: list[PermissionRequest] = []

    def begin_anew(self) -> None:
        """Count interruptions from zero again: the app's own screen has been reached."""
        self._answered = 0

    def words_of(self, group: str) -> tuple[str, ...]:
        """Words by which a group is told, to see whether the app has spoken of it."""
        return vocabulary().permission_groups.get(group, ())

    async def wait(self, timeout: float = 15.0) -> PermissionRequest | None:
        """Wait for a request and leave it unanswered; None if none came within `timeout` s."""
        clock = asyncio.get_running_loop().time
        end = clock() + timeout
        while True:
            _, found = await self._screen.recognise()
            self._note(found)
            if found.kind is DialogKind.PERMISSION:
                return self.requests[-1]
            if clock() >= end:
                return None

    async def deny(self) -> bool:
        """Deny the request on the screen; False if there is none, or no button for it."""
        return await self._answer_one(PermissionPolicy.DENY)

    async def allow(self) -> bool:
        """Allow the request on the screen; False if there is none, or no button for it."""
        return await self._answer_one(PermissionPolicy.ALLOW)

    async def handle(self, recognised: Recognised, package: str) -> bool:
        """Answer one dialog if the policy has an answer; True if something was tapped.

        Args:
            recognised: what the screen was taken for.
            package: the app under test; other apps' windows are left alone.

        Raises:
            DeviceGone: the phone vanished.
        """
        self._note(recognised)
        button = self._answer(recognised, package)
        if button is None or self._answered >= self._policy.max_interruptions:
            return False
        self._answered += 1
        return await self._tap(recognised, button)

    async def _answer_one(self, policy: PermissionPolicy) -> bool:
        _, found = await self._screen.recognise()
        self._note(found)
        button = _for_policy(found, policy)
        return button is not None and await self._tap(found, button)

    async def _tap(self, recognised: Recognised, button: Button) -> bool:
        allowed = None
        if recognised.kind is DialogKind.PERMISSION:
            allowed = button is recognised.accept
            last = self.requests[-1]
            self.requests[-1] = msgspec.structs.replace(last, allowed=allowed)
            self._open = ()  # whatever comes next is another request, or the same once more
        return await touch(self._driver, self._journal, button, recognised.kind, allowed=allowed)

    def _note(self, recognised: Recognised) -> None:
        """Count a request once while it stands on the screen."""
        if recognised.kind is not DialogKind.PERMISSION:
            self._open = ()
        elif recognised.key != self._open:
            self._open = recognised.key
            words = f"{recognised.title}\n{recognised.text}"
            self.requests.append(
                PermissionRequest(title=recognised.title, group=group_of(words), allowed=None)
            )

    def _answer(self, recognised: Recognised, package: str) -> Button | None:
        kind = recognised.kind
        if kind is DialogKind.PERMISSION:
            return _for_policy(recognised, self.permission_policy)
        if kind is DialogKind.CRASH:
            if not self._policy.close_crash_notices:
                return None
            # "Wait" where it is offered: closing would end an app that only hangs.
            return recognised.accept or recognised.decline
        if (
            recognised.package in vocabulary().system_packages
        ):  # never the app's: put off, or acknowledged
            return recognised.decline or recognised.accept
        if kind is DialogKind.BATTERY_SAVER:  # drawn by the app or by the system
            return recognised.decline
        if recognised.package != package:
            return None
        if kind is DialogKind.ADVERTISEMENT and self._policy.close_advertisements:
            return recognised.decline
        if kind is DialogKind.RATING:
            return recognised.decline
        if kind is DialogKind.UPDATE and self._policy.close_updates:
            if recognised.decline is None and not self._forced_update_noted:
                self._forced_update_noted = True
                self._journal.emit(
                    Expectation(
                        name=Standard.UPDATE_CAN_BE_POSTPONED,
                        held=False,
                        detail="the update notice has no button to go on without it",
                    )
                )
            return recognised.decline
        return None


def _for_policy(recognised: Recognised, policy: PermissionPolicy) -> Button | None:
    if recognised.kind is not DialogKind.PERMISSION or policy is PermissionPolicy.LEAVE:
        return None
    return recognised.accept if policy is PermissionPolicy.ALLOW else recognised.decline
