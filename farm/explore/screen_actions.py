"""`screen`: what a scenario sees and touches, by words, ids and hints.

Looking is `ScreenView`'s, tapping `Taps`'s; here is what a script asks of the two.
"""

import asyncio
import contextlib
from collections.abc import Iterator

from farm.explore.consent import Consent
from farm.explore.dialogs import Recognised, ScreenState
from farm.explore.dialogs.vocabulary import fold
from farm.explore.driver import Driver, Journal
from farm.explore.hierarchy import Node
from farm.explore.hints import Hints
from farm.explore.policy import Policy
from farm.explore.screen import ScreenView
from farm.explore.screen_parts import scroll_line, switch_of
from farm.explore.selectors import NotOnScreen, Selector, find, find_all
from farm.explore.taps import Taps
from farm.explore.touch import press_enter
from farm.model.vocabulary import DialogKind

_SWIPE_MS = 300
_MOST_SCROLLS = 8


class Screen:
    """The screen, as a scenario uses it.

    Views are named by their words, `screen.tap("设置")`; by `id=`, `contains=`, `description=`,
    `kind=` and `index=`; or by `hint=`, a name of the app's hints.
    """

    def __init__(
        self,
        *,
        view: ScreenView,
        driver: Driver,
        journal: Journal,
        consent: Consent,
        hints: Hints,
        policy: Policy,
    ) -> None:
        self._view = view
        self._driver = driver
        self._journal = journal
        self._taps = Taps(driver, journal, consent)
        self._hints = hints
        self._policy = policy

    async def observe(self, *, keep: bool = False) -> ScreenState:
        """Look once; recorded if it changed, or if `keep` asks for it."""
        return await self._view.observe(keep=keep)

    async def recognise(self, *, keep: bool = False) -> tuple[ScreenState, Recognised]:
        """Look once, and say what the screen asks of the user."""
        return await self._view.recognise(keep=keep)

    async def texts(self) -> list[str]:
        """Visible texts in reading order."""
        return (await self._view.observe()).hierarchy.texts

    @contextlib.contextmanager
    def reading_pictures(self, wanted: bool) -> Iterator[None]:
        """Read words from pictures, or do not, for a while."""
        before = self._view.read_pictures
        self._view.read_pictures = wanted
        try:
            yield
        finally:
            self._view.read_pictures = before

    def appearances(self, kind: str) -> int:
        """How often a kind of dialog has appeared so far; `kind` is a word of `DialogKind`."""
        return self._view.appearances.get(DialogKind(kind), 0)

    def has_said(self, *parts: str) -> bool:
        """Whether the app has shown any of these words on any screen so far."""
        folded = [fold(part) for part in parts]
        return any(part in text for text in self._view.said for part in folded)

    async def shows(
        self,
        text: str = "",
        *,
        contains: str = "",
        description: str = "",
        id: str = "",
        kind: str = "",
        hint: str = "",
    ) -> bool:
        """Whether such a view is on the screen now."""
        selector = self._selector(text, contains, description, id, kind, 0, hint)
        return find((await self._view.observe()).hierarchy, selector) is not None

    async def wait_for(
        self,
        text: str = "",
        *,
        contains: str = "",
        description: str = "",
        id: str = "",
        kind: str = "",
        index: int = 0,
        hint: str = "",
        timeout: float = 15.0,
    ) -> Node | None:
        """Wait for a view; None if it did not come within `timeout` seconds."""
        selector = self._selector(text, contains, description, id, kind, index, hint)
        found = await self._find(selector, timeout)
        return found[1] if found else None

    async def count(
        self, text: str = "", *, contains: str = "", id: str = "", kind: str = ""
    ) -> int:
        """How many such views are on the screen now."""
        selector = self._selector(text, contains, "", id, kind, 0, "")
        return len(find_all((await self._view.observe()).hierarchy, selector))

    async def tap(
        self,
        text: str = "",
        *,
        contains: str = "",
        description: str = "",
        id: str = "",
        kind: str = "",
        index: int = 0,
        hint: str = "",
        timeout: float = 15.0,
    ) -> None:
        """Wait for a view and tap it.

        Raises:
            NotOnScreen: it did not come within `timeout` seconds.
        """
        await self.tap_selector(
            self._selector(text, contains, description, id, kind, index, hint), timeout
        )

    async def tap_selector(self, selector: Selector, timeout: float = 15.0) -> None:
        """Wait for the view that a selector means and tap it.

        Raises:
            NotOnScreen: it did not come within `timeout` seconds.
        """
        found = await self._find(selector, timeout)
        if found is None:
            raise NotOnScreen(f"tap: no view with {selector} within {timeout:g} s")
        await self.tap_node(*found)

    async def tap_node(self, state: ScreenState, node: Node) -> None:
        """Tap a view of a screen that was just looked at."""
        await self._taps.node(state, node)

    async def tap_at(self, x: int, y: int) -> None:
        """Tap a point of the screen, in pixels; prefer `tap` with words, which last longer."""
        state, _ = await self._view.recognise()
        await self.tap_point(state, x, y)

    async def tap_point(self, state: ScreenState, x: int, y: int, label: str = "") -> None:
        """Tap a point of a screen that was just looked at: the view there, if one is drawn.

        A point of a picture with words but without views keeps those words in the record.
        """
        await self._taps.point(state, x, y, label)

    async def tap_through(self, path: list[str], timeout: float = 15.0) -> int:
        """Tap hints one after the other; returns how many were found and tapped.

        Stops at the first that does not come within `timeout` seconds.
        """
        for number, name in enumerate(path):
            found = await self._find(self._hints.selector(name), timeout)
            if found is None:
                return number
            await self.tap_node(*found)
        return len(path)

    async def type(
        self,
        value: str,
        *,
        text: str = "",
        contains: str = "",
        id: str = "",
        kind: str = "",
        index: int = 0,
        hint: str = "",
        timeout: float = 15.0,
    ) -> None:
        """Tap a field and set its text.

        Raises:
            NotOnScreen: the field did not come within `timeout` seconds.
        """
        await self.tap(
            text,
            contains=contains,
            id=id,
            kind=kind,
            index=index,
            hint=hint,
            timeout=timeout,
        )
        await self.type_focused(value)

    async def type_focused(self, value: str) -> None:
        """Set the text of the field that has the focus."""
        await self._driver.type_text(value)

    async def press_enter(self) -> None:
        """Press the enter key, which works the button that has the focus."""
        await press_enter(self._driver, self._journal)

    async def wait_for_selector(self, selector: Selector, timeout: float) -> bool:
        """Whether the view that a selector means came within `timeout` seconds."""
        return await self._find(selector, timeout) is not None

    async def has_switch(self, label: str) -> bool:
        """Whether a switch or box stands beside a label."""
        state = await self._view.observe()
        return switch_of(state.hierarchy, label) is not None

    async def switch_off(self, label: str) -> bool | None:
        """Switch the switch beside a label off, and look at it again.

        Returns:
            Whether it is still on; None where there is no such switch, or it cannot be read.
        """
        state, _ = await self._view.recognise()
        node = switch_of(state.hierarchy, label)
        if node is None:
            return None
        if node.checked:
            await self.tap_node(state, node)
            await asyncio.sleep(self._policy.screen_opens)
            state, _ = await self._view.recognise()
            node = switch_of(state.hierarchy, label)
        return node.checked if node is not None else None

    async def read_all(self) -> list[str]:
        """Texts of this screen and of what lies below it, in order, each once."""
        found: dict[str, None] = {}
        for _ in range(_MOST_SCROLLS):
            before = len(found)
            found.update(dict.fromkeys(await self.texts()))
            if len(found) == before:
                break
            await self.scroll()
        return list(found)

    async def back(self) -> None:
        """Press the back key."""
        await self._driver.press("back")

    async def scroll(self, *, up: bool = False) -> None:
        """Swipe over half of the screen, to what lies below (or above)."""
        state = self._view.last or await self._view.observe()
        x, start, end = scroll_line(state.hierarchy, up=up)
        words = [str(each) for each in (x, start, x, end, _SWIPE_MS)]
        await self._driver.shell("input", "swipe", *words)

    async def scroll_to(self, text: str = "", *, contains: str = "", hint: str = "") -> bool:
        """Scroll down until a view is on the screen; False if the end came first."""
        selector = self._selector(text, contains, "", "", "", 0, hint)
        before: list[str] = []
        for _ in range(_MOST_SCROLLS):
            state = await self._view.observe()
            if find(state.hierarchy, selector) is not None:
                return True
            if state.hierarchy.texts == before:
                return False
            before = state.hierarchy.texts
            await self.scroll()
        return False

    def _selector(
        self,
        text: str,
        contains: str,
        description: str,
        id: str,
        kind: str,
        index: int,
        hint: str,
    ) -> Selector:
        if hint:
            return self._hints.selector(hint)
        return Selector(
            text=text, contains=contains, description=description, id=id, kind=kind, index=index
        )

    async def _find(self, selector: Selector, timeout: float) -> tuple[ScreenState, Node] | None:
        clock = asyncio.get_running_loop().time
        end = clock() + timeout
        while True:
            state, _ = await self._view.recognise()
            node = find(state.hierarchy, selector)
            if node is not None:
                return state, node
            if clock() >= end:
                return None
