"""The phone of a played scenario, as a test may still ask it.

The session is over by then: the app was removed and the phone is clean. Each question leases the
phone again for itself, so it waits while another session runs on it.
"""

import base64
from typing import Literal, Protocol

import msgspec

from farm.devices.phone import Phone
from farm.devices.values import ShellResult
from farm.model.errors import UsageError
from farm.model.session import DeviceInfo

_LONGEST_SECONDS = 600.0


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One thing asked of a phone."""

    serial: str
    what: Literal["shell", "screenshot", "hierarchy"]
    argv: list[str] = []
    timeout: float = 20.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; `data` is base64."""

    exit_code: int = 0
    text: str = ""
    data: str = ""


class Line(Protocol):
    """The way to the lab that has the phones."""

    def ask_phone(self, question: Question) -> Answer: ...


async def answer(phone: Phone, question: Question) -> Answer:
    """Ask a leased phone.

    Raises:
        DeviceError: the phone is there, but cannot answer.
        DeviceGone: it vanished.
    """
    if question.what == "screenshot":
        await phone.start_screen()
        return Answer(data=base64.b64encode(await phone.screenshot()).decode("ascii"))
    if question.what == "hierarchy":
        await phone.start_screen()
        return Answer(text=await phone.hierarchy())
    result = await phone.shell(*question.argv, timeout=question.timeout)
    return Answer(exit_code=result.exit_code, text=result.text)


class FarmPhone:
    """What the fixture `phone` is: the phone's facts, and the phone itself."""

    def __init__(self, info: DeviceInfo, line: Line) -> None:
        self.info = info
        self._line = line

    @property
    def serial(self) -> str:
        """Its name at the adb server."""
        return self.info.serial

    @property
    def model(self) -> str:
        """What its maker calls it."""
        return self.info.model

    @property
    def profile(self) -> str:
        """The device profile that knows it."""
        return self.info.profile

    def shell(self, *argv: str, timeout: float = 20.0) -> ShellResult:
        """Run a command on the phone; `argv` is not interpreted by any shell.

        Raises:
            FarmError: the phone cannot be had, or the command did not come back in time.
            UsageError: no command, or more than ten minutes for it.
        """
        if not argv or not 0 < timeout <= _LONGEST_SECONDS:
            raise UsageError(f"shell: expected a command, and 0 to {_LONGEST_SECONDS:g} seconds")
        asked = Question(serial=self.serial, what="shell", argv=list(argv), timeout=timeout)
        got = self._line.ask_phone(asked)
        return ShellResult(exit_code=got.exit_code, stdout=got.text)

    def screenshot(self) -> bytes:
        """PNG or JPEG of what the phone shows now.

        Raises:
            FarmError: the phone cannot be had.
        """
        got = self._line.ask_phone(Question(serial=self.serial, what="screenshot"))
        return base64.b64decode(got.data)

    def hierarchy(self) -> str:
        """XML of what the phone shows now.

        Raises:
            FarmError: the phone cannot be had.
        """
        return self._line.ask_phone(Question(serial=self.serial, what="hierarchy")).text
