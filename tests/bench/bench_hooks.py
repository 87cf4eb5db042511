"""Hooks: cost of a call beside a hook by hand, calls a second into the recording, start."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import frida

from farm.model.vocabulary import Stream
from farm.paths import HOOK_BUNDLE, HOOKS
from farm.recorders.api import ApiRecorder
from farm.recorders.api.build import build_bundle
from farm.recorders.api.catalogue import Catalogue, Limits, compile_catalogue, load_catalogue
from farm.recording import StreamWriter
from farm.twin.world import World
from tests.recorders.api.victim import PACKAGE, Phone, Portal, Victim
from tests.twin.android.sample_phone import SamplePhone, sample_phone

CALLS = 50_000
ROUNDS = 3
SUSTAINED = 1_000_000
PARTS = 4
HEAP = "32m"
STARTS = 7
FRIDA_PORT = 27042

_BY_HAND = """
import Java from "frida-java-bridge";

let batch: unknown[] = [];
let stack = (): string => "";

function prepareStack(): void {
  const throwable = Java.use("java.lang.Throwable");
  const stringWriter = Java.use("java.io.StringWriter");
  const printWriter = Java.use("java.io.PrintWriter");
  stack = () => {
    const text = stringWriter.$new();
    throwable.$new().printStackTrace.overload("java.io.PrintWriter")
      .call(throwable.$new(), printWriter.$new.overload("java.io.Writer").call(printWriter, text));
    return text.toString();
  };
}

rpc.exports = {
  init(withStack: boolean): void {
    Java.performNow(() => {
      if (withStack) prepareStack();
      const method = Java.use("android.telephony.TelephonyManager").getDeviceId.overload("int");
      method.implementation = function (slot: number) {
        const result = method.call(this, slot);
        batch.push({ api: "getDeviceId", args: [slot], result, stack: stack(), at: Date.now() });
        if (batch.length >= 500) {
          send(batch);
          batch = [];
        }
        return result;
      };
    });
  },
};
"""


def hand_written() -> str:
    """A script with one hook, as one writes it with the Java bridge."""
    folder = HOOKS / "dist" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "by_hand.ts"
    source.write_text(_BY_HAND)
    compiler = frida.Compiler()  # type: ignore[no-untyped-call]
    compiled = compiler.build(str(source), project_root=str(HOOKS), type_check="none")
    assert isinstance(compiled, str)
    return compiled


async def cost(portal: Portal, script: str, argument: Any) -> float:
    """Microseconds of a call of the app under this script; the best of some rounds."""
    async with Victim(portal) as victim:
        await victim.do("imei")  # the class is there
        session = await asyncio.to_thread(frida.get_local_device().attach, victim.pid)
        loaded = await asyncio.to_thread(session.create_script, script)
        received = 0

        def acknowledge(message: Any, _data: bytes | None) -> None:
            nonlocal received
            payload = message.get("payload")
            if isinstance(payload, dict) and payload.get("type") == "records":
                received = payload["first"] + payload["count"]
                loaded.post({"type": "ack", "total": received})

        loaded.on("message", acknowledge)
        await asyncio.to_thread(loaded.load)
        await asyncio.to_thread(loaded.exports_sync.init, argument)
        await victim.do("many 5000")
        rounds = [int(await victim.do(f"many {CALLS}", 60)) for _ in range(ROUNDS)]
        return min(rounds) / CALLS / 1000


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Memory of a process that lies in RAM."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def sustained(portal: Portal, folder: Path) -> str:
    """Calls with stacks from the app's thread into a recording's stream on disk."""
    writer = StreamWriter(folder, Stream.API)
    # A phone bounds an app's heap. Unbounded, garbage of Java's is not collected for minutes, and
    # the process seems to grow.
    async with Victim(portal, heap=HEAP) as victim:
        pids = victim.pid, os.getpid()
        recorder = ApiRecorder(
            address=portal.address, bundle=HOOK_BUNDLE, writer=writer, package=PACKAGE
        )
        phone = Phone(victim)
        await recorder.start()
        await recorder.launch(phone.start_app, phone.find_processes)
        await _many(victim, writer, CALLS)  # buffers and heaps have their size by then
        memory = [[resident_megabytes(one) for one in pids]]
        before = [processor_seconds(one) for one in pids]
        first, began = writer.count, time.monotonic()
        for _ in range(PARTS):
            await _many(victim, writer, SUSTAINED // PARTS)
            memory.append([resident_megabytes(one) for one in pids])
        seconds = time.monotonic() - began
        used = [processor_seconds(one) - then for one, then in zip(pids, before, strict=True)]
        arrived = min(writer.count - first, SUSTAINED)  # heartbeats are counted too
        await recorder.stop()
    writer.close()
    app, own = zip(*memory, strict=True)
    half = PARTS // 2
    return (
        f"  {arrived / seconds:,.0f} calls/s into the recording ({arrived:,} of {SUSTAINED:,}), "
        f"{SUSTAINED / sum(used):,.0f} for each second of processor "
        f"(app {used[0]:.1f} s, recorder {used[1]:.1f} s; goal: 20,000)\n"
        f"  memory in MB at the start, after each {SUSTAINED // PARTS:,} calls: "
        f"app {_figures(app)}, recorder {_figures(own)}; "
        f"second half: {app[-1] - app[half]:+.1f} and {own[-1] - own[half]:+.1f}\n"
    )


async def _many(victim: Victim, writer: StreamWriter, count: int) -> None:
    """So many calls, and wait until all of them are in the recording."""
    first = writer.count
    await victim.do(f"many {count}", 280)
    async with asyncio.timeout(60):
        while writer.count - first < count:
            await asyncio.sleep(0.02)


def _figures(numbers: Sequence[float]) -> str:
    return " ".join(f"{one:.0f}" for one in numbers)


async def app_start(phone: SamplePhone, folder: Path | None) -> tuple[float, float]:
    """Milliseconds from asking for the app to its first screen, and those of its processor time.

    Recorded into `folder`, if there is one.
    """
    name, package = "compliant", "com.example.compliant"
    recorder = None
    if folder is not None:
        folder.mkdir()
        writer = StreamWriter(folder, Stream.API)
        address = f"127.0.0.1:{await phone.phone.expose(FRIDA_PORT)}"
        recorder = ApiRecorder(address=address, bundle=HOOK_BUNDLE, writer=writer, package=package)
        await recorder.start()

    async def processes() -> dict[int, str]:
        return {one.pid: one.name for one in phone.runtime.processes()}

    began = time.monotonic()
    if recorder is None:
        await phone.start(name)
    else:
        await recorder.launch(lambda: phone.start(name), processes)
    while "隐私" not in await phone.runtime.hierarchy():
        await asyncio.sleep(0.005)
    seconds = time.monotonic() - began
    used = sum(processor_seconds(pid) for pid in await processes())
    if recorder is not None:
        await recorder.stop()
        writer.close()
    await phone.runtime.force_stop(package)
    return seconds * 1000, used * 1000


async def starts(folder: Path, catalogue: Catalogue) -> str:
    """What the whole catalogue adds to an app's start on a twin: starts of each kind, in turn."""
    kinds: dict[str, list[tuple[float, float]]] = {"plain": [], "frida": [], "hooks": []}
    async with World() as world, sample_phone(folder, world) as phone:
        phone.install("compliant")
        for number in range(STARTS + 1):
            took = {"plain": await app_start(phone, None)}
            await phone.runtime.start_frida(FRIDA_PORT)
            took["frida"] = await app_start(phone, None)
            took["hooks"] = await app_start(phone, folder / f"api{number}")
            await phone.runtime.stop_frida()
            if number > 0:  # the first of each brings files into the machine's cache
                for kind, one in took.items():
                    kinds[kind].append(one)
    plain, frida_alone, hooks = (statistics.median(t for t, _ in one) for one in kinds.values())
    alone, _, under = (statistics.median(used for _, used in one) for one in kinds.values())
    return (
        f"  app start on a twin, {STARTS} of each kind in turn: {plain:.0f} ms; "
        f"with {len(catalogue.apis)} entries {hooks:.0f} ms: {hooks - plain:.0f} ms added "
        f"(goal: under 400), of which {frida_alone - plain:.0f} ms for Frida to get into the "
        f"process and {hooks - frida_alone:.0f} ms for the hooks; "
        f"the app's processor time: {alone:.0f} and {under:.0f} ms\n"
    )


async def measure() -> None:
    """Print the figures."""
    build_bundle()
    bundle = HOOK_BUNDLE.read_text()
    by_hand = hand_written()
    catalogue = load_catalogue()
    plain, stacked = (
        compile_catalogue(catalogue, limits) for limits in (Limits(stack=0), Limits())
    )
    write = sys.stdout.write
    async with Portal() as portal:
        write("a hooked call, one thread\n")
        for label, hand, ours in (("without", False, plain), ("with", True, stacked)):
            other = await cost(portal, by_hand, hand)
            own = await cost(portal, bundle, ours)
            write(
                f"  {label} stack: {own:.1f} us, a hook by hand {other:.1f} us: "
                f"{own / other:.2f} times that\n"
            )
        with tempfile.TemporaryDirectory(prefix="farm-bench-") as folder:
            write(await sustained(portal, Path(folder)))
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as folder:
        write(await starts(Path(folder), catalogue))


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
