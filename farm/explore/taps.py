"""Taps that a script or an explorer makes, on a screen that was just looked at.

A tap that lands on a button of a recognised privacy consent is an answer to it and goes through
`consent`, so that no script can agree without the recording knowing when.
"""

import msgspec

from farm.explore.consent import Consent
from farm.explore.dialogs import Button, Recognised, ScreenState, classify
from farm.explore.driver import Driver, Journal
from farm.explore.hierarchy import Bounds, Node
from farm.explore.screen_parts import allowed_by, same_place
from farm.explore.selectors import touchable
from farm.explore.touch import touch
from farm.model.vocabulary import DialogKind

_LONGEST_LABEL = 200  # characters of a label that a tap's record keeps


class Taps:
    """Makes taps and records each with what it hit."""

    def __init__(self, driver: Driver, journal: Journal, consent: Consent) -> None:
        self._driver = driver
        self._journal = journal
        self._consent = consent

    async def node(self, state: ScreenState, node: Node) -> None:
        """Tap a view of a screen that was just looked at."""
        recognised = classify(state)
        target = touchable(state.hierarchy, node)
        if self._consent.is_ours(recognised):
            for button, answer in (
                (recognised.accept, self._consent.accept),
                (recognised.decline, self._consent.decline),
            ):
                if button is not None and same_place(button.bounds, target.bounds, node.bounds):
                    await answer()
                    return
        button = Button.of(target)
        if not button.text and node.label:
            button = msgspec.structs.replace(button, text=node.label.strip()[:_LONGEST_LABEL])
        await self._touch(recognised, button)

    async def point(self, state: ScreenState, x: int, y: int, label: str = "") -> None:
        """Tap a point of a screen that was just looked at: the view there, if one is drawn.

        A point of a picture with words but without views keeps those words in the record.
        """
        hits = [
            node
            for node in state.hierarchy.nodes
            if node.visible
            and node.bounds.left <= x < node.bounds.right
            and node.bounds.top <= y < node.bounds.bottom
        ]
        # Drawn last is on top; a view that reacts counts before one that only shows.
        hit = next((node for node in reversed(hits) if node.clickable), hits[-1] if hits else None)
        recognised = classify(state)
        if hit is not None and self._consent.is_ours(recognised):
            await self.node(state, hit)
            return
        button = Button(
            text=label or (hit.label.strip()[:_LONGEST_LABEL] if hit is not None else ""),
            x=x,
            y=y,
            bounds=Bounds(x, y, x + 1, y + 1),
        )
        await self._touch(recognised, button)

    async def _touch(self, recognised: Recognised, button: Button) -> None:
        allowed = None
        if recognised.kind is DialogKind.PERMISSION:
            allowed = allowed_by(recognised, button.x, button.y)
        kind = recognised.kind
        if kind is DialogKind.PRIVACY_CONSENT and not self._consent.is_ours(recognised):
            kind = DialogKind.OTHER  # another app's
        await touch(self._driver, self._journal, button, kind, allowed=allowed)
