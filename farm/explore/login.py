"""Logging in with a test account, as the app's hints say; the secrets reach no recording."""

from farm.explore.hints import Hints
from farm.explore.masking import MaskingJournal
from farm.explore.screen_actions import Screen
from farm.explore.secrets import SecretStore
from farm.explore.selectors import Selector
from farm.model.errors import UsageError
from farm.model.events import Expectation
from farm.model.expectations import TEST_ACCOUNT_LOGS_IN

_DONE_SECONDS = 20.0


class LoginForm:
    """Fills the form of `hints.login`."""

    def __init__(
        self, screen: Screen, journal: MaskingJournal, hints: Hints, secrets: SecretStore
    ) -> None:
        self._screen = screen
        self._journal = journal
        self._hints = hints
        self._secrets = secrets

    async def log_in(self) -> bool:
        """Log in; False if the way to the form or its end did not show.

        Raises:
            UsageError: the hints say nothing about a log-in, or the account is not known.
            NotOnScreen: a field of the form did not come.
        """
        login = self._hints.login
        if login is None:
            raise UsageError("log in: the app's hints have no `login`")
        account = self._secrets.account(login.account)
        self._journal.add(account.user, account.password)
        tapped = await self._screen.tap_through(login.open)
        if tapped < len(login.open):
            return self._note(False, f"{login.open[tapped]} did not come")
        await self._fill(login.user, account.user)
        await self._fill(login.password, account.password)
        if login.agree is not None:
            await self._tap(login.agree)
        await self._tap(login.submit)
        if login.done is None:
            return self._note(True, "submitted; the hints do not say what shows that it worked")
        done = await self._screen.wait_for_selector(login.done, _DONE_SECONDS)
        return self._note(done, f"waited for {login.done}")

    async def _fill(self, selector: Selector, value: str) -> None:
        await self._tap(selector)
        await self._screen.type_focused(value)

    async def _tap(self, selector: Selector) -> None:
        await self._screen.tap_selector(selector)

    def _note(self, held: bool, detail: str) -> bool:
        self._journal.emit(Expectation(name=TEST_ACCOUNT_LOGS_IN, held=held, detail=detail[:300]))
        return held
