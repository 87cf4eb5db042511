"""Dialogs on the way to another one: permissions by policy, advertisements and notices closed.

Never answers a privacy consent, a log-in page or a dialog whose question is not known.
"""

from farm.explore.dialogs import Button, Recognised
from farm.explore.dialogs.vocabulary import vocabulary
from farm.explore.driver import Driver, Journal
from farm.explore.policy import PermissionPolicy, Policy
from farm.explore.touch import touch
from farm.model.events import Expectation
from farm.model.vocabulary import DialogKind


class Interruptions:
    """`run.permissions`: answers what stands in the way, as far as the policy allows."""

    def __init__(self, driver: Driver, journal: Journal, policy: Policy) -> None:
        self._driver = driver
        self._journal = journal
        self._policy = policy
        self._answered = 0
        self._forced_update_noted = False
        self.permission_policy = policy.permissions
        self.permission_requests: list[str] = []
        self.crash_notices = 0

    async def handle(self, recognised: Recognised, package: str) -> bool:
        """Answer one dialog if the policy has an answer; True if something was tapped.

        Args:
            recognised: what the screen was taken for.
            package: the app under test; other apps' windows are left alone.

        Raises:
            DeviceGone: the phone vanished.
        """
        button = self._answer(recognised, package)
        if button is None:
            return False
        if self._answered >= self._policy.max_interruptions:
            return False
        self._answered += 1
        allowed = None
        if recognised.kind is DialogKind.PERMISSION:
            allowed = button is recognised.accept
        return await touch(self._driver, self._journal, button, recognised.kind, allowed=allowed)

    def _answer(self, recognised: Recognised, package: str) -> Button | None:
        kind = recognised.kind
        if kind is DialogKind.PERMISSION:
            self.permission_requests.append(recognised.title)
            if self.permission_policy is PermissionPolicy.ALLOW:
                return recognised.accept
            if self.permission_policy is PermissionPolicy.DENY:
                return recognised.decline
            return None
        if kind is DialogKind.CRASH:
            self.crash_notices += 1
            if not self._policy.close_crash_notices:
                return None
            # "Wait" where it is offered: closing would end an app that only hangs.
            return recognised.accept or recognised.decline
        if (
            recognised.package in vocabulary().system_packages
        ):  # never the app's: put off, or acknowledged
            return recognised.decline or recognised.accept
        if recognised.package != package:
            return None
        if kind is DialogKind.ADVERTISEMENT and self._policy.close_advertisements:
            return recognised.decline
        if kind is DialogKind.UPDATE and self._policy.close_updates:
            if recognised.decline is None and not self._forced_update_noted:
                self._forced_update_noted = True
                self._journal.emit(
                    Expectation(
                        name="update_can_be_postponed",
                        held=False,
                        detail="the update notice has no button to go on without it",
                    )
                )
            return recognised.decline
        return None
