import asyncio

from mitmproxy import exceptions, options
from mitmproxy.command import CommandManager
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook
from mitmproxy.test import tflow

from farm.recorders.network.dispatch import DirectDispatch


class Addon:
    def __init__(self, name: str, heard: list[str], error: Exception | None = None) -> None:
        self.name = name
        self._heard = heard
        self._error = error

    def request(self, flow: object) -> None:
        self._heard.append(self.name)
        if self._error is not None:
            raise self._error


class Late:
    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    async def request(self, flow: object) -> None:
        await asyncio.sleep(0)
        self._heard.append("late")


class Core:
    """What a manager of addons uses of its master."""

    def __init__(self) -> None:
        self.options = options.Options()
        self.commands = CommandManager(self)  # type: ignore[no-untyped-call]


def dispatch() -> DirectDispatch:
    return DirectDispatch(Core())


async def test_every_handler_is_called_in_order_also_past_a_failing_one() -> None:
    addons, heard = dispatch(), list[str]()
    addons.add(Addon("a", heard, ValueError("x")), Addon("b", heard))
    await addons.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert heard == ["a", "b"]


async def test_addons_that_come_and_go_are_noticed() -> None:
    addons, heard = dispatch(), list[str]()
    first = Addon("a", heard)
    addons.add(first)
    await addons.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    addons.add(Late(heard))
    addons.remove(first)
    await addons.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert heard == ["a", "late"]


async def test_a_halt_ends_the_chain() -> None:
    addons, heard = dispatch(), list[str]()
    halt = exceptions.AddonHalt()  # type: ignore[no-untyped-call]
    addons.add(Addon("a", heard, halt), Addon("b", heard))
    await addons.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert heard == ["a"]
