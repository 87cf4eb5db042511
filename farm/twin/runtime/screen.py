"""What is on the screen, for those who look: windows as trees, XML, PNG and JPEG.

Drawing happens in threads and is kept until something changes.
"""

import asyncio
import io
import time
from typing import Any

from farm.twin.contracts import SystemHalf
from farm.twin.runtime.activities import Activities
from farm.twin.runtime.drawing import Layer, draw_screen, paint_screen
from farm.twin.runtime.hierarchy import decor, hierarchy_xml
from farm.twin.runtime.layout import Scrolls
from farm.twin.runtime.selectors import Node
from farm.twin.runtime.system_windows import status_bar
from farm.twin.runtime.touch import Touch
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import WindowStack


class ScreenView:
    """Reads the window stack of one phone."""

    def __init__(
        self, system: SystemHalf, stack: WindowStack, activities: Activities, touch: Touch
    ) -> None:
        self._system = system
        self._stack = stack
        self._activities = activities
        self._touch = touch
        self._png: tuple[tuple[int, str], bytes] | None = None

    def roots(self) -> list[Node]:
        """The status bar, then the window with the input focus: what lies below is covered."""
        return [("com.android.systemui", self._status()), *self._active()]

    def hierarchy_xml(self, *, all_windows: bool, max_depth: int = 1000) -> str:
        """XML of all windows (uiautomator2) or of the active one (`uiautomator dump`)."""
        return hierarchy_xml(self.roots() if all_windows else self._active(), 0, max_depth)

    async def png(self) -> bytes:
        """PNG of the screen; the last one again if nothing changed."""
        layers, status, key = self._drawable()
        if self._png is not None and self._png[0] == key:
            return self._png[1]
        data = await asyncio.to_thread(
            draw_screen,
            self._stack.screen,
            layers,
            status,
            self._system.density,
            on=self._stack.awake,
        )
        self._png = (key, data)
        return data

    async def jpeg(self, scale: float, quality: int) -> bytes:
        """JPEG of the screen."""
        layers, status, _ = self._drawable()

        def draw() -> bytes:
            image = paint_screen(
                self._stack.screen, layers, status, self._system.density, on=self._stack.awake
            )
            if 0.05 <= scale < 1:
                image = image.resize((int(image.width * scale), int(image.height * scale)))
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=min(max(int(quality), 1), 100))
            return buffer.getvalue()

        return await asyncio.to_thread(draw)

    def device_info(self) -> dict[str, Any]:
        """uiautomator2's `deviceInfo`."""
        width, height = self._stack.screen
        focused = self._stack.focused()
        return {
            "currentPackageName": focused.package if focused else None,
            "displayHeight": height,
            "displayRotation": 0,
            "displaySizeDpX": round(width * 160 / self._system.density),
            "displaySizeDpY": round(height * 160 / self._system.density),
            "displayWidth": width,
            "productName": self._system.get_property("ro.product.name"),
            "screenOn": self._stack.awake,
            "sdkInt": self._system.sdk,
            "naturalOrientation": True,
        }

    async def key(self, code: str) -> None:
        """A key event."""
        await self._touch.key(code)

    async def text(self, text: str) -> None:
        """Type."""
        self._touch.text(text)

    def clear_focused(self) -> None:
        """Empty the focused field."""
        window = self._stack.focused()
        view = window.find(window.focused_view) if window and window.focused_view >= 0 else None
        if window is not None and view is not None and view.editable:
            self._touch.set_text(window, view, "")

    def set_awake(self, awake: bool) -> bool:
        """Switch the screen."""
        changed = self._stack.awake != awake
        self._stack.awake = awake
        self._stack.changed()
        return changed

    def clipboard(self) -> str:
        """The clipboard's text."""
        return self._activities.services.clipboard

    def set_clipboard(self, text: str) -> None:
        """Set the clipboard's text."""
        self._activities.services.clipboard = text[:100_000]

    def toast(self) -> str | None:
        """The last toast."""
        return self._activities.last_toast

    def set_toast(self, text: str | None) -> None:
        """Set the last toast."""
        self._activities.last_toast = text

    def _active(self) -> list[Node]:
        window = self._stack.focused()
        if window is None or not self._stack.awake:
            return []
        return [(window.package, decor(window, self._stack.status_bar_height))]

    def _clock(self) -> str:
        return time.strftime(
            "%H:%M", time.gmtime(self._system.now_ns() // 1_000_000_000 + 8 * 3600)
        )

    def _status(self) -> View:
        root = status_bar(self._clock())
        width = self._stack.screen[0]
        area = (0, 0, width, self._stack.status_bar_height)
        self._stack.layout.place(root, area, Scrolls())
        return root

    def _drawable(self) -> tuple[list[Layer], View, tuple[int, str]]:
        layers = [
            Layer(window.root, window.bounds, dim=window.modal) for window in self._stack.visible()
        ]
        return layers, self._status(), (self._stack.version, self._clock())
