"""Every native entry fires where a real library of the app calls it, with arguments, value, stack.

The library says in plain C what it passed and got. The phone's files, properties, interfaces and
NDK libraries are answered by libraries of the tests, with the signatures of Android's headers.
"""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

import pytest

from farm.model.events import Call, Event
from farm.model.vocabulary import GapCause
from farm.recorders.api.build import build_bundle
from farm.recorders.api.catalogue import load_catalogue
from farm.recorders.api.entry import Api, Condition
from tests.recorders.api.hooked import Hooked
from tests.recorders.api.victim import Portal, Victim, phone_libraries

pytestmark = pytest.mark.timeout(200)  # the first test waits for all calls

ENTRIES = {api.id: api for api in load_catalogue().apis if api.kind == "native"}
PATHS = ("open", "openat", "fopen", "opendir")
COMMANDS = ("popen", "system", "execve")
# Other names of the same function, which compilers and old code use.
ALIASES = {"open": ["__open_2"], "openat": ["__openat_2"]}
# Each ends in the app's own library, in the function that made the call.
CALLERS = {
    "__system_property_get": "call_property_get",
    "__system_property_find": "call_property_find",
    "__open_2": "call_open_2",
    "__openat_2": "call_openat_2",
    "AAudioStream_requestStart": "call_requestStart",
    "ACameraManager_openCamera": "call_openCamera",
    "AMediaDrm_getPropertyByteArray": "call_getPropertyByteArray",
    "ASensorManager_getSensorList": "call_getSensorList",
    "ASensorEventQueue_enableSensor": "call_enableSensor",
    "ASensorEventQueue_registerSensor": "call_registerSensor",
}


class Wish(NamedTuple):
    """One call to be made for an entry."""

    api: str
    function: str
    words: tuple[str, ...]
    meant: bool


class Told(NamedTuple):
    """What the library said of the call, and what was recorded meanwhile."""

    wish: Wish
    result: str
    values: list[str]
    recorded: list[Call]


def wishes(api: Api) -> list[Wish]:
    """A call for each alternative of the entry's condition, and calls that narrowly miss it."""
    if not api.when:
        return [Wish(api.id, api.symbol, ("0",), True)]
    texts = [(text, True) for one in api.when[:1] for text in meeting(one)]
    texts += [(text, False) for one in api.when[:1] for text in missing(one)]
    made = []
    for text, meant in texts:
        for function in (api.symbol, *ALIASES.get(api.symbol, ())):
            made += [Wish(api.id, function, words_of(api, text), meant)]
    return made


def words_of(api: Api, text: str) -> tuple[str, ...]:
    """The arguments that the library is given; commands are printed and not run."""
    if api.symbol == "execve":
        return ("/bin/echo", *text.split(" "))
    if api.symbol in COMMANDS:
        return (f"echo {text}",)
    if api.symbol == "socket":
        return (text, "0")
    return (text,)


def meeting(condition: Condition) -> list[str]:
    paths = [path.replace("*", "some") for path in condition.path]
    starts = [f"{start}rest" for start in condition.starts]
    return [*condition.is_, *starts, *(f"{one} x" for one in condition.contains), *paths]


def missing(condition: Condition) -> list[str]:
    numbers = [str(int(one) + 1) for one in condition.is_ if one.isdigit()]
    names = [f"{one}.x" for one in condition.is_ if not one.isdigit()]
    names += [f"x{one}" for one in (*condition.is_, *condition.starts) if not one.isdigit()]
    commands = [one.replace(" ", "_").upper() for one in condition.contains]
    plain = [path.replace("*", "some") for path in condition.path]
    paths = [f"/x{path}" for path in plain] + [f"{path}/none/at/all/x" for path in plain]
    paths += [path.replace("*", "self") for path in condition.path if path.startswith("/proc/*/")]
    return [*numbers, *names, *commands, *paths]


class AllCalls(NamedTuple):
    """All calls by the entry that they were made for."""

    told: dict[str, list[Told]]
    hooked: Hooked


def make_paths(root: Path, all_wishes: list[Wish]) -> None:
    """The phone's own paths: folders, which can be opened like files."""
    for wish in all_wishes:
        if wish.function.strip("_").startswith(PATHS) and wish.meant:
            (root / wish.words[0].lstrip("/")).mkdir(parents=True, exist_ok=True)


async def call_everything(root: Path) -> AllCalls:
    """Make every call in one process under the whole catalogue."""
    await asyncio.to_thread(build_bundle)
    libraries = await asyncio.to_thread(phone_libraries)
    all_wishes = [wish for api in ENTRIES.values() for wish in wishes(api)]
    said: list[tuple[Wish, list[str]]] = []
    async with Portal() as portal:
        environment = {"PHONE_ROOT": str(root)}
        preload = str(libraries.phone)
        async with Victim(portal, preload=preload, environment=environment) as victim:
            async with Hooked(portal, victim) as hooked:
                assert await victim.do(f"native load {libraries.every}") == "loaded"
                # Not before: a starting Java 17.0.9 reads /proc/meminfo, and a folder for ever.
                make_paths(root, all_wishes)
                for wish in all_wishes:
                    words = " ".join(quote_plus(word) for word in wish.words)
                    answer = await victim.do(f"native call {wish.function} {words}")
                    said.append((wish, answer.split("\x1f")))
                await hooked.stop()
    told: dict[str, list[Told]] = defaultdict(list)
    calls = [one for one in hooked.writer.events if isinstance(one.body, Call)]
    for wish, (begin, end, result, *values) in said:
        recorded = [call for call in during(calls, int(begin), int(end)) if call.api in ENTRIES]
        told[wish.api].append(Told(wish, result, values, recorded))
    return AllCalls(told, hooked)


def during(events: list[Event], begin: int, end: int) -> list[Call]:
    bodies = [event.body for event in events if begin <= event.t <= end]
    return [body for body in bodies if isinstance(body, Call)]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> AllCalls:
    """One run for all tests of this file."""
    return asyncio.run(call_everything(tmp_path_factory.mktemp("phone")))


def own(told: Told) -> list[Call]:
    return [call for call in told.recorded if call.api == told.wish.api]


@pytest.mark.parametrize("api", ENTRIES)
def test_a_native_entry_fires_with_arguments_value_and_stack(
    everything: AllCalls, api: str
) -> None:
    entry = ENTRIES[api]
    meant = [one for one in everything.told[api] if one.wish.meant]
    assert meant
    for told in meant:
        [call] = own(told)
        wish = told.wish
        assert (call.class_name, call.method) == (entry.library or "native", entry.symbol)
        assert call.data_type is entry.data_type
        assert call.error is None
        assert call.values == told.values
        caller = CALLERS.get(wish.function, f"call_{wish.function}")
        assert call.stack[0].startswith("libevery.so+0x")
        assert f"({caller})" in call.stack[0]
        java = [frame for frame in call.stack if frame.startswith("com.example.victim.Tracker.")]
        assert java == ["com.example.victim.Tracker.call(Native Method)"]


@pytest.mark.parametrize("api", [api.id for api in ENTRIES.values() if api.when])
def test_a_native_entry_stays_silent_where_its_condition_is_narrowly_missed(
    everything: AllCalls, api: str
) -> None:
    missed = [one for one in everything.told[api] if not one.wish.meant]
    assert missed
    assert [one.wish.words for one in missed if own(one)] == []


def test_no_native_hook_failed_and_nothing_was_lost(everything: AllCalls) -> None:
    # The process has classes of the tests alone, in which methods of Android are missing.
    failed = {gap.scope for gap in everything.hooked.gaps(GapCause.HOOK_FAILED)}
    assert failed & set(ENTRIES) == set()
    assert everything.hooked.gaps(GapCause.RECORDER_FAILED) == []
    assert everything.hooked.gaps(GapCause.EVENTS_DROPPED) == []


async def test_a_child_runs_on_however_busy_the_hooks_of_its_parent_were() -> None:
    await asyncio.to_thread(build_bundle)
    libraries = await asyncio.to_thread(phone_libraries)
    async with Portal() as portal, Victim(portal, preload=str(libraries.phone)) as victim:
        async with Hooked(portal, victim) as hooked:
            await victim.do(f"native load {libraries.every}")
            assert await victim.do("native forks 100") == "100"
            await hooked.until_called("native.execve.packages", 100)
    words = [call.values for call in hooked.calls("native.execve.packages")]
    assert words == [[f"/bin/echo pm list packages {number}"] for number in range(100)]
    assert not hooked.calls("native.open.neighbours")  # the child's own are not seen
    assert hooked.gaps(GapCause.RECORDER_FAILED) == []


async def test_an_attempt_that_fails_is_recorded_as_such() -> None:
    await asyncio.to_thread(build_bundle)
    libraries = await asyncio.to_thread(phone_libraries)
    async with Portal() as portal, Victim(portal, preload=str(libraries.phone)) as victim:
        async with Hooked(portal, victim) as hooked:
            await victim.do(f"native load {libraries.every}")
            await victim.do("native call execve /nowhere/sh -c pm+list+packages")
            [call] = await hooked.until_called("native.execve.packages")
    assert call.arguments == ["/nowhere/sh", "/nowhere/sh -c pm list packages"]
    assert (call.error, call.values) == ("errno 2", [])


async def test_programs_start_as_before_once_the_hooks_are_gone() -> None:
    await asyncio.to_thread(build_bundle)
    libraries = await asyncio.to_thread(phone_libraries)
    async with Portal() as portal, Victim(portal, preload=str(libraries.phone)) as victim:
        async with Hooked(portal, victim) as hooked:
            await victim.do(f"native load {libraries.every}")
            await victim.do("native call execve /bin/echo pm+list+packages")
            await hooked.until_called("native.execve.packages")
        for function in ("execve /bin/echo", "popen", "system"):
            answer = await victim.do(f"native call {function} echo+pm+list+packages")
            assert answer.split("\x1f")[2] in {"0", "some"}
        assert victim.alive
    assert len(hooked.calls("native.execve.packages")) == 1
