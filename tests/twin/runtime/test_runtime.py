"""An app runs on the runtime: windows, input, permissions, clock, crash, end."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from lxml import etree
from PIL import Image

from farm.twin.runtime.runtime import Runtime
from tests.twin.runtime.phone import PACKAGE, SmallPhone, until

MAIN = f"{PACKAGE}.Main"


async def started(runtime: Runtime) -> int:
    result = await runtime.start_activity(PACKAGE, ".Main", {})
    assert result.error == ""
    await until(lambda: runtime.focused() == (PACKAGE, MAIN))
    return runtime.processes()[0].pid


async def centre(runtime: Runtime, text: str) -> tuple[int, int]:
    root = etree.fromstring((await runtime.hierarchy()).encode())
    bounds = root.xpath(f"//node[@text='{text}']/@bounds")[0]
    left, top, right, bottom = (int(n) for n in bounds[1:-1].replace("][", ",").split(","))
    return (left + right) // 2, (top + bottom) // 2


async def test_an_app_draws_and_is_drawn(runtime: Runtime, phone: SmallPhone) -> None:
    pid = await started(runtime)
    xml = await runtime.hierarchy()
    assert 'text="你好，世界"' in xml
    assert 'class="android.widget.EditText"' in xml
    image = Image.open(io.BytesIO(await runtime.screenshot()))
    assert image.size == phone.screen
    assert len(image.convert("L").getcolors() or []) > 20  # glyphs, not a plain area
    assert Path(f"/proc/{pid}/comm").read_text().startswith(PACKAGE[:15])
    assert f"{PACKAGE}/{MAIN}" in runtime.dump_windows()
    assert "mResumedActivity: ActivityRecord{" in runtime.dump_activities()
    assert phone.events[0][0] == "am_proc_start"


async def test_typed_text_reaches_the_app(runtime: Runtime) -> None:
    await started(runtime)
    root = etree.fromstring((await runtime.hierarchy()).encode())
    bounds = root.xpath("//node[@class='android.widget.EditText']/@bounds")[0]
    left, top = (int(n) for n in bounds[1:].split("]")[0].split(","))
    await runtime.tap(left + 5, top + 5)
    await runtime.text("文字 abc")
    assert 'text="文字 abc"' in await runtime.hierarchy()
    await runtime.key("KEYCODE_DEL")
    assert 'text="文字 ab"' in await runtime.hierarchy()


async def test_a_permission_is_asked_answered_and_remembered(
    runtime: Runtime, phone: SmallPhone
) -> None:
    await started(runtime)
    await runtime.tap(*await centre(runtime, "请求权限"))
    await until(lambda: (runtime.focused() or ("", ""))[0] == "com.android.packageinstaller")
    xml = await runtime.hierarchy()
    assert "com.android.packageinstaller:id/permission_allow_button" in xml
    await runtime.tap(*await centre(runtime, "允许"))
    await until(lambda: any(line[2] == "result 7 0" for line in phone.lines))
    permission = "android.permission.READ_PHONE_STATE"
    assert permission in phone.installed[PACKAGE].granted_permissions
    phone.lines.clear()
    await runtime.tap(*await centre(runtime, "请求权限"))  # granted already: no dialog
    await until(lambda: any(line[2] == "result 7 0" for line in phone.lines))
    assert runtime.focused() == (PACKAGE, MAIN)


async def test_refused_for_good_is_not_asked_again(runtime: Runtime, phone: SmallPhone) -> None:
    await started(runtime)
    for answers in (["拒绝"], ["不再询问", "拒绝"], []):
        phone.lines.clear()
        await runtime.tap(*await centre(runtime, "请求权限"))
        for answer in answers:
            await until(lambda: runtime.focused() != (PACKAGE, MAIN))
            await runtime.tap(*await centre(runtime, answer))
        await until(lambda: any(line[2] == "result 7 -1" for line in phone.lines))


async def test_an_uncaught_exception_is_told_as_android_tells_it(
    runtime: Runtime, phone: SmallPhone
) -> None:
    pid = await started(runtime)
    await runtime.tap(*await centre(runtime, "崩溃"))
    await until(lambda: not runtime.processes())
    await until(lambda: any(tag == "am_proc_died" for tag, _ in phone.events))
    crash = [message for _, tag, message, _ in phone.lines if tag == "AndroidRuntime"]
    assert crash[:3] == [
        "FATAL EXCEPTION: main",
        f"Process: {PACKAGE}, PID: {pid}",
        "java.lang.IllegalStateException: as wished",
    ]
    assert "Launcher" in (runtime.focused() or ("", ""))[1]
    phone.lines.clear()
    await started(runtime)
    await runtime.tap(*await centre(runtime, "崩溃"))  # within a minute: now there is a dialog
    await until(lambda: runtime.focused() == ("android", ""))
    assert "android:id/aerr_close" in await runtime.hierarchy()


async def test_home_and_back_leave_the_app(runtime: Runtime) -> None:
    await started(runtime)
    await runtime.key("KEYCODE_HOME")
    assert runtime.focused() != (PACKAGE, MAIN)
    again = await runtime.start_activity(PACKAGE, ".Main", {})
    assert again.already_running
    assert runtime.focused() == (PACKAGE, MAIN)
    await runtime.key("4")
    await until(lambda: runtime.focused() != (PACKAGE, MAIN))


async def test_the_app_sees_the_phones_clock(runtime: Runtime, phone: SmallPhone) -> None:
    phone.skew = (37_000_000_000, 200.0, time.time_ns())
    before = time.time_ns()
    await started(runtime)
    said = next(line[2] for line in phone.lines if line[2].startswith("onCreate "))
    ahead_ms = int(said.split()[1]) - before // 1_000_000
    assert 37_000 <= ahead_ms < 37_000 + 20_000


async def test_force_stop_and_unknown_activities(runtime: Runtime, phone: SmallPhone) -> None:
    pid = await started(runtime)
    await runtime.force_stop(PACKAGE)
    assert runtime.processes() == []
    assert not Path(f"/proc/{pid}").exists()
    assert any(tag == "am_kill" for tag, _ in phone.events)
    assert "does not exist" in (await runtime.start_activity(PACKAGE, ".Nothing", {})).error
    assert "does not exist" in (await runtime.start_activity("no.app", ".Main", {})).error


def test_apps_die_with_the_twin(small_apk: Path, runtime_jar: Path, tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from tests.twin.runtime.phone import PACKAGE, SmallPhone
async def main():
    phone = SmallPhone(Path({str(tmp_path)!r}))
    phone.install(Path({str(small_apk)!r}))
    runtime = Runtime(phone, RuntimeOptions(runtime_jar=Path({str(runtime_jar)!r})))
    await runtime.boot()
    await runtime.start_activity(PACKAGE, ".Main", {{}})
    print(runtime.processes()[0].pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    twin = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert twin.stdout is not None
    pid = int(twin.stdout.readline())
    os.kill(pid, 0)
    twin.send_signal(signal.SIGKILL)
    twin.wait(10)
    twin.stdout.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "the app outlived its twin"
        time.sleep(0.02)
