"""The app owns the process that the bundle runs in: anything may come over its channel."""

from pathlib import Path

import pytest

from farm.model.errors import DeviceError
from farm.model.events import HooksReady, Stopped
from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import Portal, Victim

_TALK = """
let seq = 0;
const now = () => [Math.floor(Date.now() / 1000), 0];
const tell = (type, content, data) =>
    send({schema: 2, type, seq: seq++, now: now(), ...content}, data || null);
const bytes = (text) => {
    const length = encodeURIComponent(text).replace(/%%[0-9A-F]{2}/g, '.').length;
    return Memory.allocUtf8String(text).readByteArray(length);
};
const call = (changes) => {
    const one = {tag: 'call', s: now()[0], ns: 0, tid: 1, stack: 0, api: 'telephony.device_id',
        args: [], result: null, error: null, values: ['1'], truncated: [], ...changes};
    return Object.values(one);
};
const records = (first, stacks, list) =>
    tell('records', {first, count: list.length}, bytes(JSON.stringify([stacks, list])));
const ready = (changes) => tell('ready', {installed: ['farm.canary'], failed: {}, waiting: [],
    watching: '', early: null, runtime: 'r', clock: 'c', pid: 1, ...changes});
const rpcs = {init() { %s }, canary() {}, flush() { return {sent: 0, dropped: 0}; }};
rpc.exports = rpcs;
"""


def bundle(folder: Path, init: str) -> Path:
    """A bundle that says what an app might make it say."""
    path = folder / "hostile.js"
    path.write_text(_TALK % init)
    return path


async def test_forged_and_damaged_messages_are_counted_and_the_rest_is_kept(
    portal: Portal, tmp_path: Path
) -> None:
    init = """
        ready({});
        send(7); send('text'); send({schema: 2, type: 'records'});
        send({schema: 2, type: 'gossip', seq: 1, now: now()});
        send({schema: 9, type: 'heartbeat', seq: 1, now: now(), totals: {}});
        send({schema: 2, type: 'heartbeat', seq: -1, now: now(), totals: {}});
        send({schema: 2, type: 'heartbeat', seq: 1, now: [1e300, 0], totals: {}});
        records(0, [], [
            call({api: 'no.such.api'}), call({values: 7}), call({tag: 'gossip'}),
            call({values: ['<script>\\u001b[31m\\n../"']})]);
        tell('records', {first: 4, count: 1}, bytes('[[],[["call",'));
        tell('records', {first: 4, count: 1});
        tell('heartbeat', {totals: {sent: 4, dropped: 0}});
    """
    async with Victim(portal) as victim:
        async with Hooked(portal, victim, bundle=bundle(tmp_path, init)) as hooked:
            [call] = await hooked.until_called("telephony.device_id")
            assert call.values == ['<script>\x1b[31m\n../"']  # as it was; readers escape
            assert not await hooked.recorder.canary("s1lent", 0.3)
            await hooked.stop()
    assert isinstance(hooked.writer.events[-1].body, Stopped)
    assert not hooked.calls("no.such.api")
    [unread] = [gap for gap in hooked.gaps(GapCause.EVENTS_DROPPED) if "read" in gap.detail]
    assert unread.detail.startswith("2 records could not be read")
    [told] = [gap for gap in hooked.gaps(GapCause.RECORDER_FAILED) if "message" in gap.detail]
    assert told.end is not None


async def test_texts_of_megabytes_are_bounded(portal: Portal, tmp_path: Path) -> None:
    init = """
        const long = 'x'.repeat(2 << 20);
        ready({waiting: [long], runtime: long, failed: {'telephony.device_id': long}});
        records(0, [[1, `at ${long}`]], [call({args: [long], result: long, values: [long],
            stack: 1, error: long, truncated: [long]})]);
    """
    async with Victim(portal) as victim:
        async with Hooked(portal, victim, bundle=bundle(tmp_path, init)) as hooked:
            [call] = await hooked.until_called("telephony.device_id")
            await hooked.stop()
    parts = [*call.arguments, *call.values, *call.stack, *call.truncated]
    parts += [call.result or "", call.error or "", call.class_name, call.method]
    [ready] = hooked.bodies(HooksReady)
    parts += [*ready.waiting, ready.runtime, *ready.failed.values()]
    assert max(map(len, parts)) <= 20_000


async def test_calls_that_were_kept_back_are_reported_as_missing(
    portal: Portal, tmp_path: Path
) -> None:
    init = """
        ready({});
        records(5, [], [call({})]);
        seq += 3;
        tell('heartbeat', {totals: {sent: 6, dropped: 40}});
    """
    async with Victim(portal) as victim:
        async with Hooked(portal, victim, bundle=bundle(tmp_path, init)) as hooked:
            await until(lambda: len(hooked.gaps(GapCause.EVENTS_DROPPED)) >= 3)
            await hooked.stop()
    details = [gap.detail for gap in hooked.gaps(GapCause.EVENTS_DROPPED)]
    assert [detail for detail in details if detail.startswith("5 records did not arrive")]
    assert [detail for detail in details if detail.startswith("40 records were dropped")]
    assert [detail for detail in details if "is missing before" in detail]


@pytest.mark.parametrize(
    ("init", "reason"),
    [
        ("tell('failed', {reason: 'no Java here'});", "no Java here"),
        ("throw new Error('broken on purpose');", "broken on purpose"),
    ],
)
async def test_a_bundle_that_cannot_hook_is_an_error_with_its_reason(
    portal: Portal, tmp_path: Path, init: str, reason: str
) -> None:
    async with Victim(portal) as victim:
        with pytest.raises(DeviceError, match=reason):
            async with Hooked(portal, victim, bundle=bundle(tmp_path, init)):
                pass
        assert await victim.do("imei") == "860000000000000"  # the app lives on


async def test_a_bundle_that_does_not_compile_is_an_error(portal: Portal, tmp_path: Path) -> None:
    path = tmp_path / "broken.js"
    path.write_text("function (")
    async with Victim(portal) as victim:
        with pytest.raises(DeviceError, match="create script"):
            async with Hooked(portal, victim, bundle=path):
                pass
