"""Looking at the phone: hierarchy, screenshot, who is in front, as `screen` events.

Looks are bounded in rate and in number of files; a look that fails is a fact in the journal and
an empty screen, unless the phone itself is gone.
"""

import asyncio
import hashlib
import time

from farm.explore.app_text import clean
from farm.explore.dialogs import Recognised, ScreenState, classify
from farm.explore.dialogs.prominence import remarks
from farm.explore.dialogs.vocabulary import fold, vocabulary
from farm.explore.driver import Driver
from farm.explore.hierarchy import Hierarchy
from farm.explore.hierarchy_xml import parse
from farm.explore.masking import MaskingJournal
from farm.explore.pictures.contrast import Prominence, prominence
from farm.explore.pictures.words import Word, drawn_by, reader, says_nothing, with_words
from farm.explore.policy import Policy
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import DeviceNote, Dialog, Screen
from farm.model.vocabulary import DialogKind

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_READ = 300  # pictures whose words are remembered
_MOST_SAID = 20_000
_MAX_SCREENSHOT = 32 * 1024 * 1024
_MAX_HIERARCHY = 2 * 1024 * 1024


class ScreenView:
    """What the phone shows."""

    def __init__(
        self, driver: Driver, journal: MaskingJournal, policy: Policy, package: str = ""
    ) -> None:
        self._package = package  # of the app under test: what others ask is not its question
        self._driver = driver
        self._journal = journal
        self._policy = policy
        self._last_look = 0.0
        self._last_kept = 0.0
        self._last_digest = ""
        self._kept = 0
        self._noted: set[tuple[str, str]] = set()
        self._seen_dialog: tuple[str, ...] = ()
        self._picture: bytes | None = None  # of the present look; empty: there is none
        self._words: dict[str, tuple[Word, ...]] = {}  # by digest of the picture
        self.read_pictures = policy.read_pictures
        self.last: ScreenState | None = None
        self.appearances: dict[DialogKind, int] = {}
        self.said: set[str] = set()  # words shown so far by anything but the system's requests

    async def observe(self, *, keep: bool = False) -> ScreenState:
        """Look at the screen and record it if it changed, or if `keep` asks for it.

        Waits where the last look was too recent.

        Raises:
            DeviceGone: the phone vanished.
        """
        now = asyncio.get_running_loop().time()
        wait = self._last_look + self._policy.observe_interval - now
        if wait > 0 and not keep:
            await asyncio.sleep(wait)
        self._last_look = asyncio.get_running_loop().time()
        hierarchy, xml = await self._read_hierarchy()
        package, activity = await self._read_current()
        self._picture = None
        words = await self._read_words(hierarchy, package)
        state = ScreenState(
            hierarchy=with_words(hierarchy, words, package),
            package=package,
            activity=activity,
            time=time.time_ns(),
            words=words,
        )
        self._journal.seen(state.hierarchy)
        state = await self._record(state, xml, keep)
        if len(self.said) < _MOST_SAID:
            self.said.update(
                fold(node.label)
                for node in hierarchy.nodes
                if node.label.strip() and node.package not in vocabulary().permission_packages
            )
        self.last = state
        return state

    async def recognise(self, *, keep: bool = False) -> tuple[ScreenState, Recognised]:
        """Look at the screen, say what it asks, and record a dialog when it is a new one.

        Raises:
            DeviceGone: the phone vanished.
        """
        state = await self.observe(keep=keep)
        recognised = classify(state)
        if recognised.kind is DialogKind.NONE:
            self._seen_dialog = ()
        elif recognised.key != self._seen_dialog:
            self._seen_dialog = recognised.key
            count = self.appearances.get(recognised.kind, 0)
            self.appearances[recognised.kind] = count + 1
            if not state.screenshot_file:
                screenshot = await self._screenshot()
                state = _with_file(state, screenshot)
            accept, decline = await self._measure(recognised)
            kind = recognised.kind
            whose: tuple[str, ...] = ()
            if kind is DialogKind.PRIVACY_CONSENT and self._is_anothers(recognised):
                kind, whose = DialogKind.OTHER, (f"asked by another app: {recognised.package}",)
            self._journal.emit(
                Dialog(
                    dialog=kind,
                    title=recognised.title[:500],
                    accept_text=recognised.accept.text if recognised.accept else "",
                    decline_text=recognised.decline.text if recognised.decline else "",
                    reasons=[
                        clean(reason)
                        for reason in (
                            *whose,
                            *_reasons(recognised),
                            *remarks(recognised, accept, decline),
                        )
                    ],
                    screenshot_file=state.screenshot_file,
                    links=[clean(link.text)[:200] for link in recognised.details[:20]],
                    has_checkbox=recognised.checkbox is not None,
                    preticked=recognised.preticked,
                    acknowledge_only=recognised.accept is not None and not recognised.accept.clear,
                    second_stage=recognised.second_stage,
                    accept_area=accept.area if accept else 0,
                    decline_area=decline.area if decline else 0,
                    accept_contrast=accept.contrast if accept else 0.0,
                    decline_contrast=decline.contrast if decline else 0.0,
                )
            )
        return state, recognised

    def _is_anothers(self, recognised: Recognised) -> bool:
        """Whether another app asks, such as a browser in which the app opened its policy."""
        return bool(self._package) and recognised.package not in {"", self._package}

    async def _measure(self, recognised: Recognised) -> tuple[Prominence | None, Prominence | None]:
        """How well the two buttons of a privacy consent can be seen."""
        if recognised.kind is not DialogKind.PRIVACY_CONSENT:
            return None, None
        picture = self._picture or b""
        measured = [
            await asyncio.to_thread(prominence, picture, button.bounds) if button else None
            for button in (recognised.accept, recognised.decline)
        ]
        return measured[0], measured[1]

    async def _read_words(self, hierarchy: Hierarchy, package: str) -> tuple[Word, ...]:
        """Words of the picture, where the app draws its screen without telling its words."""
        read = reader() if self.read_pictures else None
        if read is None or not says_nothing(hierarchy, package):
            return ()
        picture = await self._capture()
        if not picture:
            return ()
        digest = hashlib.sha256(picture).hexdigest()
        if digest not in self._words:
            if len(self._words) >= _MOST_READ:
                self._words.clear()
            self._words[digest] = await asyncio.to_thread(read, picture)
        return drawn_by(self._words[digest], hierarchy, package)

    async def _read_hierarchy(self) -> tuple[Hierarchy, str]:
        try:
            xml = await self._driver.hierarchy()
        except DeviceGone:
            raise
        except DeviceError as error:
            self._note("hierarchy_unreadable", str(error))
            return Hierarchy(problems=(str(error)[:300],)), ""
        hierarchy = await asyncio.to_thread(parse, xml)
        for problem in hierarchy.problems:
            self._note("hierarchy_incomplete", problem)
        return hierarchy, xml

    async def _read_current(self) -> tuple[str, str]:
        try:
            package, activity = await self._driver.current()
        except DeviceGone:
            raise
        except DeviceError as error:
            self._note("front_activity_unreadable", str(error))
            return "", ""
        return clean(package)[:300], clean(activity)[:300]

    async def _record(self, state: ScreenState, xml: str, keep: bool) -> ScreenState:
        now = asyncio.get_running_loop().time()
        digest = hashlib.sha256(
            f"{state.package}\0{state.activity}\0{xml}".encode("utf-8", "replace")
        ).hexdigest()
        unchanged = digest == self._last_digest
        if unchanged and not keep and now - self._last_kept < self._policy.keep_interval:
            return state
        self._last_digest = digest
        self._last_kept = now
        hierarchy_file = screenshot_file = ""
        if self._kept < self._policy.max_screens or keep:
            self._kept += 1
            screenshot_file = await self._screenshot()
            if xml:
                data = xml.encode("utf-8", "replace")
                if len(data) > _MAX_HIERARCHY:
                    self._note("hierarchy_cut", f"{len(data)} bytes, {_MAX_HIERARCHY} kept")
                hierarchy_file = self._journal.save(f"{time.time_ns()}.xml", data[:_MAX_HIERARCHY])
        else:
            self._note("screens_no_longer_kept", f"more than {self._policy.max_screens} screens")
        self._journal.emit(
            Screen(
                package=state.package,
                activity=state.activity,
                fingerprint=state.fingerprint,
                hierarchy_file=hierarchy_file,
                screenshot_file=screenshot_file,
                texts=state.hierarchy.texts,
            )
        )
        return ScreenState(
            hierarchy=state.hierarchy,
            package=state.package,
            activity=state.activity,
            hierarchy_file=hierarchy_file,
            screenshot_file=screenshot_file,
            time=state.time,
            words=state.words,
        )

    async def _screenshot(self) -> str:
        data = await self._capture()
        if not data:
            return ""
        suffix = "png" if data.startswith(_PNG) else "jpg"
        return self._journal.save(f"{time.time_ns()}.{suffix}", data)

    async def _capture(self) -> bytes:
        """The picture of this look, taken at most once; empty where the phone gives none."""
        if self._picture is not None:
            return self._picture
        try:
            data = await self._driver.screenshot()
        except DeviceGone:
            raise
        except DeviceError as error:  # a window may forbid pictures of itself (FLAG_SECURE)
            self._note("screenshot_failed", str(error))
            data = b""
        if len(data) > _MAX_SCREENSHOT:
            self._note("screenshot_failed", f"{len(data)} bytes")
            data = b""
        self._picture = data
        return data

    def _note(self, name: str, detail: str) -> None:
        """Record a fact about looking once, not at each look."""
        detail = clean(detail)[:500]
        if (name, detail) not in self._noted and len(self._noted) < 100:
            self._noted.add((name, detail))
            self._journal.emit(DeviceNote(name=name, detail=detail))


def _with_file(state: ScreenState, screenshot_file: str) -> ScreenState:
    return ScreenState(
        hierarchy=state.hierarchy,
        package=state.package,
        activity=state.activity,
        hierarchy_file=state.hierarchy_file,
        screenshot_file=screenshot_file,
        time=state.time,
        words=state.words,
    )


def _reasons(recognised: Recognised) -> list[str]:
    reasons = list(recognised.reasons)
    if recognised.kind is DialogKind.PRIVACY_CONSENT:
        if recognised.preticked:
            reasons.append("its box was already ticked")
        if recognised.accept is not None and not recognised.accept.clear:
            reasons.append("its only affirmative button merely acknowledges")
        if recognised.decline is None:
            reasons.append("offers no way to decline")
    if recognised.package:
        reasons.append(f"package {recognised.package[:200]}")
    return reasons
