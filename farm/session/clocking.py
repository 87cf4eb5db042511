"""Clock samples of a session: when they are taken, and the fit they end in."""

from farm.devices.phone import Phone
from farm.model.clock_fit import ClockUnstable, fit
from farm.model.events import ClockSample, Gap
from farm.model.session import ClockFit
from farm.model.vocabulary import GapCause
from farm.recording import StreamWriter

START_SAMPLES = 8
BORDER_SAMPLES = 3


class Clocking:
    """Takes samples of one phone's clock into the device stream and fits them at the end."""

    def __init__(self, phone: Phone, device: StreamWriter) -> None:
        self._phone = phone
        self._device = device
        self._samples: list[ClockSample] = []

    async def sample(self, count: int) -> None:
        """Take `count` round trips and record each."""
        for _ in range(count):
            sample = await self._phone.clock_sample()
            self._samples.append(sample)
            self._device.append(sample)

    def result(self) -> ClockFit | None:
        """Fit all samples; None, with a gap on record, when the clock jumped or never answered."""
        if not self._samples:
            return None
        try:
            return fit(self._samples)
        except ClockUnstable as error:
            self._device.append(
                Gap(
                    gap_id="clock",
                    cause=GapCause.CLOCK_UNSTABLE,
                    start=self._samples[0].sent,
                    end=self._samples[-1].received,
                    scope="clock",
                    detail=str(error),
                )
            )
            return None
