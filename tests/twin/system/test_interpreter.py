"""The shell's language: quoting, lists, pipes, redirection, expansion, control flow."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.twin.system.actor import SHELL_ACTOR
from farm.twin.system.clock import PhoneClock
from farm.twin.system.identity import luhn_digit, make_identity
from farm.twin.system.interpreter import run_text
from farm.twin.system.phone_system import PhoneSystem
from farm.twin.system.profile import load_profile, profile_names
from farm.twin.system.shell_context import Context
from farm.twin.system.shell_syntax import ShellSyntaxError
from farm.twin.system.streams import BytesInput, Capture
from tests.twin.headless import HeadlessRuntime


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> PhoneSystem:
    folder = tmp_path_factory.mktemp("phone")
    (folder / "root").mkdir()
    system = PhoneSystem(
        profile=load_profile("pixel6-android13-su"),
        identity=make_identity(1),
        serial="test",
        root=folder / "root",
        staging=folder / "staging",
        clock=PhoneClock(),
    )
    system.runtime = HeadlessRuntime(system)
    system.reset_for_boot()
    return system


async def run(system: PhoneSystem, text: str, data: bytes = b"") -> tuple[int, str, str]:
    out, err = Capture(), Capture()
    context = Context(
        system=system,
        actor=SHELL_ACTOR,
        stdin=BytesInput(data),
        stdout=out,
        stderr=err,
        hangup=asyncio.Event(),
        directory="/data/local/tmp",
    )
    async with asyncio.timeout(30):
        code = await run_text(context, text)
    return code, out.data.decode("utf-8", "replace"), err.data.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo a  b", "a b\n"),
        ("echo 'a  b' \"c  d\"", "a  b c  d\n"),
        ("echo 'it'\\''s'", "it's\n"),
        ('echo "$HOME/x"', "/x\n"),
        ("X=1; echo $X ${X} ${Y:-no}", "1 1 no\n"),
        ("X='a  b'; echo $X \"$X\"", "a b a  b\n"),
        ("false; echo $?", "1\n"),
        ("true && echo y || echo n", "y\n"),
        ("false && echo y || echo n", "n\n"),
        ("! false && echo y", "y\n"),
        ("echo $(echo a; echo b) `echo c`", "a b c\n"),
        ("echo \"$(printf '1\\n2\\n\\n')\"", "1\n2\n"),
        ("printf '%s-%d\\n' a 3", "a-3\n"),
        ("echo b a | tr ' ' '\\n' | sort", "a\nb\n"),
        ("(exit 3); echo $?", "3\n"),
        ("(X=2; cd /sdcard); echo ${X:-unset}; pwd", "unset\n/data/local/tmp\n"),
        ("for i in 1 2; do echo $i; done", "1\n2\n"),
        ("if [ 1 -eq 1 ]; then echo t; else echo f; fi", "t\n"),
        ("if [ -e /none ]; then echo t; elif true; then echo e; fi", "e\n"),
        ("n=x; while [ $n != xxx ]; do n=x$n; done; echo $n", "xxx\n"),
        ("echo hid > f; echo den >> f; cat < f; rm f", "hid\nden\n"),
        ("echo e 1>&2 2>/dev/null; echo o", "o\n"),
        ("nosuch 2>/dev/null; echo $?", "127\n"),
        ("cat <<EOF\na $USER\nEOF\necho b", "a \nb\n"),
        ("echo one # comment", "one\n"),
        ("echo a&& echo b;echo c", "a\nb\nc\n"),
        ("sh -c 'echo $0 $1' x y", "sh y\n"),
        ("echo hello | grep -c l", "1\n"),
        ("touch g1 g2; echo g*; echo 'g*'; rm g1 g2", "g1 g2\ng*\n"),
        ("n=4; echo $((n + 3 * 2)) $(( (1+1) * -2 ))", "10 -4\n"),
        ("echo none*", "none*\n"),
        ("ls /none || echo missing", "missing\n"),
        ("yes=1 env | grep ^yes", "yes=1\n"),
        ("id -u; su -c 'id -u'; su 0 id -u", "2000\n0\n0\n"),
        ("su -c 'echo \"a b\" | wc -w'", "2\n"),
        ("echo id -un | su", "root\n"),
        ("settings put global k 'a b'; settings get global k", "a b\n"),
        ("settings get global none", "null\n"),
        ("toybox echo t", "t\n"),
        ("/system/bin/echo p", "p\n"),
    ],
)
async def test_language(system: PhoneSystem, text: str, expected: str) -> None:
    _code, out, _err = await run(system, text)
    assert out == expected


@pytest.mark.parametrize(
    ("text", "code", "err"),
    [
        ("nosuch", 127, "sh: nosuch: inaccessible or not found\n"),
        ("echo 'open", 1, "sh: syntax error: "),
        ("echo a |", 1, "sh: syntax error: unexpected EOF"),
        ("if true", 1, "sh: syntax error: "),
        ("exit 9; echo never", 9, ""),
        ("cat none", 1, "cat: none: No such file or directory\n"),
        ("echo x > /system/x", 1, "sh: can't open /system/x: Read-only file system\n"),
        ("setprop ro.product.model X", 1, "Failed to set property"),
        ("mount -t tmpfs tmpfs /sdcard", 1, "mount: Operation not permitted\n"),
        ("kill 1", 1, "/system/bin/sh: kill: 1: Operation not permitted\n"),
    ],
)
async def test_errors(system: PhoneSystem, text: str, code: int, err: str) -> None:
    got, out, said = await run(system, text)
    assert (got, out) == (code, "")
    assert said.startswith(err)


@settings(max_examples=150, deadline=None)
@given(text=st.text("abc'\"$`\\(){}|&;<>#! \n*?=if", max_size=40))
def test_no_text_breaks_the_shell(system: PhoneSystem, text: str) -> None:
    try:
        asyncio.run(run(system, f"cd /data/local/tmp; {text}"))
    except (ShellSyntaxError, BrokenPipeError) as error:
        raise AssertionError(text) from error


@settings(max_examples=100, deadline=None)
@given(name=st.text(min_size=1, max_size=30).filter(lambda n: "/" not in n and "\0" not in n))
def test_a_quoted_file_name_comes_back_as_it_is(system: PhoneSystem, name: str) -> None:
    if name in (".", "..") or len(name.encode("utf-8", "surrogateescape")) > 200:
        return
    import shlex

    async def play() -> None:
        quoted = shlex.quote("/sdcard/" + name)
        code, _, err = await run(system, f"echo -n content > {quoted}")
        assert code == 0, err
        assert (await run(system, f"cat {quoted}"))[1] == "content"
        assert (await run(system, f"rm {quoted}"))[0] == 0

    asyncio.run(play())


async def test_a_pipe_ends_when_its_reader_does(system: PhoneSystem) -> None:
    code, out, _ = await run(system, "while true; do echo y; done | head -2")
    assert (code, out) == (0, "y\ny\n")


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_is_whole(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.root in ("magisk", "adb", "none")
    assert int(profile.properties["ro.build.version.sdk"]) == profile.sdk
    for needed in ("ro.product.cpu.abi", "ro.build.fingerprint", "ro.product.model"):
        assert profile.properties[needed]


def test_identifiers_have_valid_check_digits() -> None:
    identity = make_identity(3)
    assert luhn_digit("49015420323751") == "8"  # the worked example of 3GPP TS 23.003, annex B
    for number in (identity.imei, identity.imei2, identity.iccid):
        assert luhn_digit(number[:-1]) == number[-1]
    assert make_identity(4).android_id != identity.android_id


def test_sandbox_holds_the_phones_tree(system: PhoneSystem) -> None:
    assert Path(system.root, "data/local/tmp").is_dir()
