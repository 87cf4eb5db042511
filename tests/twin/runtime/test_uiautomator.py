"""The real uiautomator2 library drives the runtime, over a stream per request as on a device."""

import asyncio
import socket
from typing import Any

import pytest
import uiautomator2
from uiautomator2.core import _jsonrpc_call
from uiautomator2.exceptions import RPCUnknownError, UiObjectNotFoundError

from farm.twin.runtime.runtime import Runtime
from tests.twin.runtime.phone import PACKAGE, SmallPhone, until


class Wire:
    """Stands where adbutils' device stands: opens device-side ports."""

    serial = "small"

    def __init__(self, port: int) -> None:
        self._port = port

    def create_connection(self, network: object, port: int) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=20)


class Driver(uiautomator2.Device):  # type: ignore[misc]
    """The library's own class without its start-up over adb, which end-to-end tests cover."""

    def __init__(self, port: int) -> None:
        self._dev = Wire(port)

    def jsonrpc_call(self, method: str, params: Any = None, timeout: float = 10) -> Any:
        return _jsonrpc_call(self._dev, 9008, method, params, timeout, False)


@pytest.fixture
async def driver(runtime: Runtime, phone: SmallPhone) -> Driver:
    await runtime.start_uiautomator()
    await runtime.start_activity(PACKAGE, ".Main", {})
    await until(lambda: (runtime.focused() or ("", ""))[0] == PACKAGE)
    return Driver(await phone.expose(9008))


async def test_info_hierarchy_selectors_and_clicks(driver: Driver, phone: SmallPhone) -> None:
    def drive() -> None:
        info = driver.info
        assert (info["currentPackageName"], info["displayWidth"]) == (PACKAGE, 540)
        assert "你好，世界" in driver.dump_hierarchy()
        assert driver(text="你好，世界").exists
        assert not driver(text="你好").exists
        assert driver(textContains="好，世").count == 1
        assert driver(textMatches="你好.*").info["className"] == "android.widget.TextView"
        assert driver(className="android.widget.Button").count == 2
        assert driver(className="android.widget.Button", instance=1).get_text() == "崩溃"
        assert driver(className="android.widget.Button")[1].info["text"] == "崩溃"
        column = driver(className="android.widget.LinearLayout", instance=1)
        assert column.child(text="请求权限").exists
        assert driver(text="请求权限").sibling(text="崩溃").exists
        field = driver(className="android.widget.EditText")
        field.set_text("字段")
        assert field.get_text() == "字段"
        field.clear_text()
        assert field.get_text() == ""
        assert driver.screenshot().size == (540, 960)
        driver(text="请求权限").click()
        assert driver(resourceId="com.android.packageinstaller:id/permission_allow_button").wait(
            timeout=10
        )
        driver(text="允许").click()
        assert driver(text="允许").wait_gone(timeout=10)
        driver.press("home")
        assert driver.info["currentPackageName"] != PACKAGE

    await asyncio.to_thread(drive)
    await until(lambda: any(line[2] == "result 7 0" for line in phone.lines))


async def test_errors_are_those_of_the_real_server(driver: Driver) -> None:
    def drive() -> None:
        with pytest.raises(UiObjectNotFoundError):
            _ = driver(text="nowhere").info
        with pytest.raises(RPCUnknownError, match="method not found"):
            driver.jsonrpc.noSuchMethod(1)
        with pytest.raises(RPCUnknownError, match="parameters"):
            driver.jsonrpc.pressKey(1, 2, 3, 4)
        with pytest.raises(RPCUnknownError, match="regular expression"):
            _ = driver(textMatches="(").exists or driver(textMatches="(").info

    await asyncio.to_thread(drive)
