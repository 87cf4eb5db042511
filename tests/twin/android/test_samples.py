"""Each sample app does what it is for: judged by what the world's servers received."""

import asyncio
import gzip
import hashlib
import json

from farm.twin.runtime.broadcasts import BOOT_COMPLETED
from farm.twin.world import World
from tests.twin.android.sample_phone import SamplePhone
from tests.twin.runtime.phone import IDENTITY


async def test_eager_sends_identifiers_before_any_answer(phone: SamplePhone, world: World) -> None:
    phone.install("eager")
    await phone.start("eager")
    await phone.see("同意并继续")
    received = await world.wait_for("collect.tracker.example", 3)
    by_path = {request.target.partition("?")[0]: request for request in received}
    assert by_path["/v1/device"].target.endswith(f"imei={IDENTITY.imei}")
    batch = json.loads(gzip.decompress(by_path["/v2/batch"].body))
    digest = hashlib.sha256(IDENTITY.android_id.encode()).hexdigest()
    assert batch["events"][0]["device"]["id"] == digest
    mac = IDENTITY.wifi_mac.replace(":", "%3A").encode()
    assert by_path["/v1/network"].body == b"type=wifi&mac=" + mac


async def test_compliant_sends_only_after_accept(phone: SamplePhone, world: World) -> None:
    phone.install("compliant")
    await phone.start("compliant")
    await phone.see("用户协议和隐私政策")
    await asyncio.sleep(0.5)
    assert world.received() == []
    await phone.tap("同意")
    await phone.see("刷新天气")
    (request,) = await world.wait_for("api.compliant.example")
    assert json.loads(request.body) == {"android_id": IDENTITY.android_id}


async def test_grudging_collects_after_decline(phone: SamplePhone, world: World) -> None:
    phone.install("grudging")
    await phone.start("grudging")
    await phone.see("不同意，仅浏览")
    assert world.received() == []
    await phone.tap("不同意，仅浏览")
    await phone.see("仅浏览模式")
    (request,) = await world.wait_for("stat.profile.example")
    sent = json.loads(request.body)
    assert sent["android_id"] == IDENTITY.android_id
    assert sent["imei"] == IDENTITY.imei
    assert sent["location"].startswith("31.")


async def test_embedded_library_sends_a_digest_by_itself(phone: SamplePhone, world: World) -> None:
    phone.install("embedded")
    await phone.start("embedded")
    (request,) = await world.wait_for("collect.metrics.example")
    digest = hashlib.md5(IDENTITY.android_id.encode(), usedforsecurity=False).hexdigest()
    assert json.loads(request.body)["device_token"] == digest


async def test_nearmiss_sends_no_identifier(phone: SamplePhone, world: World) -> None:
    phone.install("nearmiss")
    await phone.start("nearmiss")
    await phone.tap("接受")
    await phone.see("记一笔")
    (request,) = await world.wait_for("crash.quality.example")
    sent = json.loads(request.body)
    assert sent["model"] == "Small"
    assert len(sent["session"]) == 36
    for value in (IDENTITY.imei, IDENTITY.android_id, IDENTITY.wifi_mac):
        assert value.encode() not in request.body


async def test_pinned_talks_to_its_own_server(phone: SamplePhone, world: World) -> None:
    phone.install("pinned")
    await phone.start("pinned")
    await world.wait_for("api.pinned.example")
    await phone.tap("同意")
    await phone.see("付款码")
    received = await world.wait_for("api.pinned.example", 2)
    assert received[1].target == "/v1/device"


async def test_layered_asks_permission_then_shows_an_ad_then_asks(
    phone: SamplePhone, world: World
) -> None:
    phone.install("layered", granted=False)
    await phone.start("layered")
    await phone.tap("允许")
    await phone.see("广告")
    await phone.tap("关闭")
    await phone.tap("同意")
    await phone.see("滤镜")
    assert world.received() == []


async def test_crashy_dies_after_the_answer_and_collects_at_restart(
    phone: SamplePhone, world: World
) -> None:
    phone.install("crashy")
    await phone.start("crashy")
    await phone.tap("同意并继续")
    await phone.logged("ArrayIndexOutOfBoundsException")
    async with asyncio.timeout(10):
        while phone.runtime.processes():
            await asyncio.sleep(0.05)
    assert world.received() == []
    await phone.start("crashy")
    (request,) = await world.wait_for("report.bugs.example")
    assert request.body == f"device={IDENTITY.android_id}&type=java".encode()
    await phone.see("同意并继续")


async def test_multiprocess_reads_in_its_second_process(phone: SamplePhone, world: World) -> None:
    phone.install("multiprocess")
    await phone.start("multiprocess")
    (request,) = await world.wait_for("push.channel.example")
    assert json.loads(request.body) == {"device": IDENTITY.android_id}
    names = {process.name for process in phone.runtime.processes()}
    assert names == {"com.example.multiprocess", "com.example.multiprocess:push"}


async def test_a_boot_brings_an_app_to_life_without_a_window(
    phone: SamplePhone, world: World
) -> None:
    package = phone.install("multiprocess").package
    await phone.runtime.broadcast(BOOT_COMPLETED)
    assert phone.runtime.processes() == []  # it was never started: it hears nothing
    await phone.start("multiprocess")
    await world.wait_for("push.channel.example")
    for process in phone.runtime.processes():
        await phone.runtime.kill(process.pid)
    await phone.runtime.broadcast(BOOT_COMPLETED)
    await phone.logged(BOOT_COMPLETED)
    await world.wait_for("push.channel.example", 2)
    assert phone.runtime.focused() != (package, f"{package}.MainActivity")
    # The user opens it: the same process shows its window.
    await phone.start("multiprocess")
    await phone.see("同意并继续")


async def test_hostile_survives_its_own_size(phone: SamplePhone, world: World) -> None:
    phone.install("hostile")
    await phone.start("hostile")
    screen = await phone.see("&lt;script&gt;")
    assert len(screen) < 2_000_000
    received = await world.wait_for("hostile.example", 3)
    assert max(len(request.target) for request in received) == 60_001
    phone.install("silent")
    await phone.start("silent")
    await phone.see("极简计算器")
