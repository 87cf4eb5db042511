"""Hooks: cost of a call beside a hook by hand, calls a second into the recording, start."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import frida

from farm.model.vocabulary import Stream
from farm.paths import HOOK_BUNDLE, HOOKS
from farm.recorders.api import ApiRecorder
from farm.recorders.api.build import build_bundle
from farm.recorders.api.catalogue import Catalogue, Limits, compile_catalogue, load_catalogue
from farm.recording import StreamWriter
from tests.recorders.api.victim import PACKAGE, Phone, Portal, Victim

CALLS = 50_000
ROUNDS = 3
SUSTAINED = 1_000_000
STARTS = 5

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
    async with Victim(portal) as victim:
        recorder = ApiRecorder(
            address=portal.address, bundle=HOOK_BUNDLE, writer=writer, package=PACKAGE
        )
        phone = Phone(victim)
        await recorder.start()
        await recorder.launch(phone.start_app, phone.find_processes)
        await victim.do(f"many {CALLS}")  # buffers and heaps have their size by then
        while writer.count < CALLS:
            await asyncio.sleep(0.02)
        memory = [resident_megabytes(one) for one in (victim.pid, os.getpid())]
        before = processor_seconds(victim.pid), processor_seconds(os.getpid())
        first, began = writer.count, time.monotonic()
        nanoseconds = int(await victim.do(f"many {SUSTAINED}", 280))
        while writer.count - first < SUSTAINED and time.monotonic() - began < 300:
            await asyncio.sleep(0.02)
        seconds = time.monotonic() - began
        after = processor_seconds(victim.pid), processor_seconds(os.getpid())
        memory += [resident_megabytes(one) for one in (victim.pid, os.getpid())]
        arrived = min(writer.count - first, SUSTAINED)  # heartbeats are counted too
        await recorder.stop()
    writer.close()
    used = [now - then for now, then in zip(after, before, strict=True)]
    return (
        f"  {arrived / seconds:,.0f} calls/s into the recording ({arrived:,} of {SUSTAINED:,}), "
        f"{SUSTAINED / sum(used):,.0f} for each second of processor "
        f"(app {used[0]:.1f} s, recorder {used[1]:.1f} s; the app took {nanoseconds / 1e9:.1f} s)\n"
        f"  memory before and after: app {memory[0]:.0f} and {memory[2]:.0f} MB, "
        f"recorder {memory[1]:.0f} and {memory[3]:.0f} MB\n"
    )


async def starts(portal: Portal, catalogue: Catalogue) -> str:
    """What attaching, loading and installing take until the bundle says that it is ready."""
    seconds = []
    for _ in range(STARTS):
        async with Victim(portal) as victim:
            phone = Phone(victim)
            with tempfile.TemporaryDirectory(prefix="farm-bench-") as folder:
                writer = StreamWriter(Path(folder), Stream.API)
                recorder = ApiRecorder(
                    address=portal.address, bundle=HOOK_BUNDLE, writer=writer, package=PACKAGE
                )
                await recorder.start()
                began = time.monotonic()
                await recorder.launch(phone.start_app, phone.find_processes)
                seconds.append(time.monotonic() - began)
                await recorder.stop()
                writer.close()
    return (
        f"  {statistics.median(seconds) * 1000:.0f} ms from attaching to ready and resumed, "
        f"{len(catalogue.apis)} entries (of {STARTS} starts: "
        f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f})\n"
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
        write(await starts(portal, catalogue))


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
