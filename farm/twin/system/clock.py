"""The phone's clock: off from the host's by an offset that grows with a drift."""

import time
from collections.abc import Callable


class PhoneClock:
    """Phone time = host time + offset + drift since the reference, all in nanoseconds."""

    def __init__(
        self,
        offset_ns: int = 0,
        drift_ppm: float = 0.0,
        host_clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._host_clock = host_clock
        self._offset_ns = offset_ns
        self._drift_ppm = drift_ppm
        self._reference_ns = host_clock()
        self._booted_ns = self._reference_ns

    def now_ns(self) -> int:
        """The phone's time, ns since the epoch."""
        host = self._host_clock()
        return host + self._offset_ns + round((host - self._reference_ns) * self._drift_ppm * 1e-6)

    def skew(self) -> tuple[int, float, int]:
        """`(offset ns, drift ppm, host reference ns)`."""
        return self._offset_ns, self._drift_ppm, self._reference_ns

    def set_time(self, phone_ns: int) -> None:
        """Set the phone's time, as `date` by root does; the drift stays."""
        self._reference_ns = self._host_clock()
        self._offset_ns = phone_ns - self._reference_ns

    def jump(self, offset_ns: int) -> None:
        """Fault: the clock jumps by `offset_ns`."""
        self.set_time(self.now_ns() + offset_ns)

    def booted(self) -> None:
        """The phone booted now: the uptime starts at zero."""
        self._booted_ns = self._host_clock()

    def uptime_ns(self) -> int:
        """Time since the last boot."""
        return self._host_clock() - self._booted_ns
