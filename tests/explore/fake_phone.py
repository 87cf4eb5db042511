"""A phone made of scripted screens, at the driver's seam: what a scenario sees and touches."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farm.devices.values import ShellResult
from farm.explore.hierarchy_xml import parse
from farm.explore.hints import Hints
from farm.explore.policy import Policy
from farm.explore.run import Run
from farm.model.errors import DeviceError, DeviceGone
from farm.model.events import Body, Dialog, Event, Expectation, Screen, Step, Tap
from farm.model.vocabulary import ConsentAnswer, Stream
from tests.explore.screens import APP, corpus, draw, page

FAST = Policy(
    observe_interval=0.001,
    keep_interval=0.05,
    alive_interval=0.0,
    answer_timeout=0.3,
    retap_after=0.05,
    restart_pause=0.0,
    screen_opens=0.0,
)


def screen(name: str) -> str:
    """A screen of the corpus."""
    return draw(next(each for each in corpus() if each["name"] == name))


HOME = page()
CONSENT = screen("zh plain")
SECOND = screen("zh second stage")
PERMISSION = screen("aosp 9 zh phone")
SPLASH = screen("zh splash skip")
LAUNCHER = screen("launcher")

Next = str | Callable[["Phone"], str]


@dataclass
class Phone:
    """Screens by name of the label that was tapped: `moves[label]` says what comes next."""

    shown: str
    moves: dict[str, Next] = field(default_factory=dict)
    by_itself: list[tuple[int, Next]] = field(default_factory=list)  # after so many looks
    running: bool = True
    gone: bool = False
    secure: bool = False
    refuse_taps: int = 0
    restartable: bool = True
    after_restart: str = HOME
    looks: int = 0
    taps: list[str] = field(default_factory=list)
    restarts: int = 0
    package: str = APP
    front: str = ""
    clock: int = 1_700_000_000
    commands: list[str] = field(default_factory=list)
    on_shell: dict[str, Next] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)  # of shell commands, by their start
    rooted: bool = True
    restarted: Callable[["Phone"], str] | None = None
    installed: Callable[["Phone"], None] | None = None
    back: dict[str, Next] = field(default_factory=dict)  # screen -> screen

    async def hierarchy(self) -> str:
        if self.gone:
            raise DeviceGone("phone-1 vanished")
        self.looks += 1
        while self.by_itself and self.looks >= self.by_itself[0][0]:
            self._go(self.by_itself.pop(0)[1])
        return self.shown

    async def screenshot(self) -> bytes:
        if self.secure:
            raise DeviceError("phone-1: the window forbids screenshots")
        return b"\x89PNG\r\n\x1a\n" + self.shown[:50].encode()

    async def current(self) -> tuple[str, str]:
        packages = parse(self.shown).packages
        return (packages[0] if packages else APP), ".Main"

    async def tap(self, x: int, y: int) -> tuple[int, int]:
        sent = time.time_ns()
        if self.refuse_taps:
            self.refuse_taps -= 1
            raise DeviceError("phone-1: input failed")
        hit = [
            node.label
            for node in parse(self.shown).nodes
            if node.label
            and node.bounds.left <= x < node.bounds.right
            and node.bounds.top <= y < node.bounds.bottom
        ]
        label = hit[-1] if hit else f"({x},{y})"
        self.taps.append(label)
        if label in self.moves:
            self._go(self.moves[label])
        return sent, time.time_ns()

    async def press(self, key: str) -> None:
        self.taps.append(f"key {key}")
        back = self.back.get(self.shown)
        if key == "back" and back is not None:
            self._go(back)

    async def type_text(self, text: str) -> None:
        self.taps.append(f"text {text}")

    async def alive(self) -> bool:
        if self.gone:
            raise DeviceGone("phone-1 vanished")
        return self.running

    async def restart(self) -> bool:
        self.restarts += 1
        if self.restartable:
            self.running = True
            self.shown = self.restarted(self) if self.restarted else self.after_restart
        return self.restartable

    async def home(self) -> None:
        self.taps.append("home")
        self.front, self.shown = self.shown, LAUNCHER

    async def foreground(self) -> None:
        self.taps.append("foreground")
        self.shown = self.front or self.shown

    async def stop(self) -> None:
        self.taps.append("stop")
        self.running = False

    async def install(self, apks: Sequence[Path], grant: bool = False) -> None:
        self.taps.append(f"install {apks[0].name}")
        if self.installed:
            self.installed(self)

    def later(self, looks: int, following: Next, now: str) -> str:
        """Show `now`, and change to another screen by itself after so many more looks."""
        self.by_itself.append((self.looks + looks, following))
        return now

    async def shell(self, *argv: str, timeout: float = 20, root: bool = False) -> ShellResult:
        if root and not self.rooted:
            raise DeviceError("phone-1: not rooted")
        self.commands.append(("su " if root else "") + " ".join(argv))
        if argv[0] == "date" and argv[1].startswith("+"):
            return ShellResult(exit_code=0, stdout=f"{self.clock}\n")
        if argv[0] == "date":
            self.clock = int(argv[1].removeprefix("@"))
        for start, following in self.on_shell.items():
            if " ".join(argv).startswith(start):
                self._go(following)
        line = " ".join(argv)
        said = next((text for start, text in self.answers.items() if line.startswith(start)), "")
        return ShellResult(exit_code=0, stdout=said)

    def _go(self, following: Next) -> None:
        self.shown = following if isinstance(following, str) else following(self)


def quits(phone: Phone) -> str:
    """The app ends and the launcher comes up."""
    phone.running = False
    return LAUNCHER


def without_countdown(xml: str) -> str:
    """The same screen once a countdown ended."""
    return re.sub(r"\(\d+s\)", "", xml)


class Diary:
    """A journal in memory."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.files: dict[str, bytes] = {}

    def emit(self, body: Body) -> Event:
        self.bodies.append(body)
        return Event(
            stream=Stream.UI,
            n=len(self.bodies) - 1,
            t=time.time_ns(),
            body=body,  # type: ignore[arg-type]
        )

    def save(self, name: str, data: bytes) -> str:
        self.files[name] = data
        return name

    @property
    def dialogs(self) -> list[Dialog]:
        return [each for each in self.bodies if isinstance(each, Dialog)]

    @property
    def taps(self) -> list[Tap]:
        return [each for each in self.bodies if isinstance(each, Tap)]

    @property
    def answers(self) -> list[tuple[ConsentAnswer, str]]:
        return [(each.answer, each.text) for each in self.taps if each.answer is not None]

    @property
    def screens(self) -> list[Screen]:
        return [each for each in self.bodies if isinstance(each, Screen)]

    @property
    def failed_steps(self) -> list[str]:
        found = [each for each in self.bodies if isinstance(each, Step)]
        return [each.name for each in found if each.state == "failed"]

    def held(self, name: str) -> list[bool]:
        """What was recorded about one expectation, in order."""
        found = [each for each in self.bodies if isinstance(each, Expectation)]
        return [each.held for each in found if each.name == name]


@dataclass
class Stage:
    """A run on a scripted phone; `around` lists what happened around answers."""

    phone: Phone
    policy: Policy = FAST
    diary: Diary = field(default_factory=Diary)
    around: list[str] = field(default_factory=list)
    hints: Hints | None = None

    def __post_init__(self) -> None:
        self.run = Run(
            driver=self.phone,
            journal=self.diary,
            app=self.phone,
            before_answer=self._before,
            after_answer=self._after,
            policy=self.policy,
            hints=self.hints,
        )

    async def _before(self, answer: ConsentAnswer) -> None:
        self.around.append(f"before {answer} {len(self.diary.answers)}")

    async def _after(self, answer: ConsentAnswer) -> None:
        self.around.append(f"after {answer} {len(self.diary.answers)}")
