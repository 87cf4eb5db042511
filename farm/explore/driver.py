"""What exploration needs from the outside: a phone's screen, a journal, and the app's process.

Protocols only. The session gives the real ones; tests give a phone made of scripted screens.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from farm.devices.values import ShellResult
from farm.model.events import Body, Event
from farm.model.vocabulary import ConsentAnswer

AnswerCallback = Callable[[ConsentAnswer], Awaitable[None]]
"""Called around a consent answer, so that the session can take clock samples and canaries."""


class Driver(Protocol):
    """One phone's screen and touch. Every call has a deadline of its own.

    Each method raises `DeviceGone` when the phone vanished and `DeviceError` when the phone is
    there but the command failed.
    """

    async def hierarchy(self) -> str:
        """XML of the screen, as uiautomator prints it."""

    async def screenshot(self) -> bytes:
        """PNG or JPEG of the screen."""

    async def current(self) -> tuple[str, str]:
        """Package and activity in front."""

    async def tap(self, x: int, y: int) -> tuple[int, int]:
        """Tap; return the host times (ns) before and after: the touch lies between them."""

    async def press(self, key: str) -> None:
        """Press `back`, `home` or `enter`."""

    async def type_text(self, text: str) -> None:
        """Type into the focused field."""

    async def shell(self, *argv: str, timeout: float = 20, root: bool = False) -> ShellResult:
        """Run a command on the phone; `argv` is not interpreted by any shell."""

    async def install(self, apks: Sequence[Path], grant: bool = False) -> None:
        """Install an app over the one that is there; `AppError` if the phone refuses it."""


class Journal(Protocol):
    """Where observations go: the recording's ui stream and its screens folder."""

    def emit(self, body: Body) -> Event:
        """Append one event."""

    def save(self, name: str, data: bytes) -> str:
        """Keep a file under a name of ours; return the name events refer to."""


class AppControl(Protocol):
    """The app's process, as the session sees it. The session records restarts itself."""

    @property
    def package(self) -> str:
        """The app's package name."""

    async def alive(self) -> bool:
        """Whether a process of the app runs."""

    async def restart(self) -> bool:
        """Start the app again with hooks in place; False if it could not be started."""

    async def home(self) -> None:
        """Send the app to the background."""

    async def foreground(self) -> None:
        """Bring the app back to the front, as a user does who taps its icon."""

    async def stop(self) -> None:
        """End all processes of the app."""
