"""The app's process as a scenario sees it: alive, restarted with hooks, sent to the background."""

from collections.abc import Awaitable, Callable

from farm.devices.phone import Phone
from farm.model.errors import FarmError
from farm.model.events import DeviceNote, Launched, Restarted
from farm.model.session import App
from farm.recorders.api.recorder import ApiRecorder
from farm.recording import StreamWriter


class PhoneApp:
    """Starts the app so that hooks are in place before its first instruction, each time."""

    def __init__(
        self,
        *,
        phone: Phone,
        app: App,
        api: ApiRecorder,
        device: StreamWriter,
        after_start: Callable[[], Awaitable[None]],
    ) -> None:
        self._phone = phone
        self._app = app
        self._api = api
        self._device = device
        self._after_start = after_start

    @property
    def package(self) -> str:
        """The app's package name."""
        return self._app.package

    async def alive(self) -> bool:
        """Whether a process of the app runs."""
        return bool(await self._phone.pids(self._app.package))

    async def launch(self) -> Launched:
        """Start the app for the first time and record when its first instruction ran."""
        launched = await self._start()
        self._device.append(launched)
        await self._after_start()
        return launched

    async def restart(self) -> bool:
        """Start the app again after its process ended; False if it could not be started."""
        try:
            launched = await self._start()
        except FarmError as error:
            self._device.append(DeviceNote(name="restart_failed", detail=str(error)[:500]))
            return False
        self._device.append(
            Restarted(
                package=launched.package,
                pid=launched.pid,
                sent=launched.sent,
                confirmed=launched.confirmed,
            )
        )
        await self._after_start()
        return True

    async def home(self) -> None:
        """Send the app to the background."""
        await self._phone.press("home")

    async def foreground(self) -> None:
        """Bring the app back to the front; the hooks wait for whatever process that starts."""
        await self._phone.start_app(self._app.package, self._app.main_activity)

    async def stop(self) -> None:
        """End all processes of the app."""
        await self._phone.force_stop(self._app.package)

    async def _start(self) -> Launched:
        package = self._app.package
        return await self._api.launch(
            lambda: self._phone.start_app(package, self._app.main_activity),
            lambda: self._phone.pids(package),
        )
