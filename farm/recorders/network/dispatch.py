"""Calls the addons that have something to do at an event, and no others.

mitmproxy asks every addon at each of the dozen events of a request whether it has a handler, which
costs as much as recording the request. Here the answer is kept until the addons change.
"""

import inspect
from typing import Any

from mitmproxy import exceptions
from mitmproxy.addonmanager import AddonManager, safecall
from mitmproxy.hooks import Hook


class DirectDispatch(AddonManager):
    """mitmproxy's manager of addons with a table of who handles what."""

    def __init__(self, master: Any) -> None:
        super().__init__(master)  # type: ignore[no-untyped-call]
        self._handlers: dict[str, list[Any]] = {}

    def add(self, *addons: Any) -> None:
        """Add some; what is known of handlers is out of date then."""
        super().add(*addons)  # type: ignore[no-untyped-call]
        self._handlers.clear()

    def remove(self, addon: Any) -> None:
        """Remove one."""
        super().remove(addon)  # type: ignore[no-untyped-call]
        self._handlers.clear()

    async def trigger_event(self, event: Hook) -> None:
        """Call the handlers in the addons' order; a failing one does not keep the next from it."""
        handlers = self._handlers.get(event.name)
        if handlers is None:
            handlers = [
                function for addon in self.chain for _, function in self._iter_hooks(addon, event)
            ]
            self._handlers[event.name] = handlers
        for function in handlers:
            try:
                with safecall():
                    result = function(*event.args())
                    if result is not None and inspect.isawaitable(result):
                        await result
            except exceptions.AddonHalt:
                return
