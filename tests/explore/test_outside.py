"""Android's monkey and Fastbot2: what is sent to the phone, and what is read back."""

import pytest

from farm.detect.phases import find_phases
from farm.detect.timeline import Interval, Timeline
from farm.devices.values import ShellResult
from farm.explore.explorer.outside import run_fastbot, run_monkey
from farm.explore.run import Run
from farm.model.errors import DeviceError, SetupError
from farm.model.events import DeviceNote, Event
from farm.model.vocabulary import Phase, Stream
from tests.explore.fake_phone import CONSENT, FAST, HOME, Diary, Phone
from tests.explore.screens import draw

MONKEY = """:Monkey: seed=7 count=50
:AllowPackage: com.example.reader
// CRASH: com.example.reader (pid 123)
// Short Msg: java.lang.NullPointerException
// NOT RESPONDING: com.example.reader (pid 124)
Events injected: 50
## Network stats: elapsed time=15023ms (0ms mobile)
"""


class _Shell(Phone):
    """A phone whose shell answers by the first word."""

    outputs: dict[str, ShellResult]

    async def shell(self, *argv: str, timeout: float = 20, root: bool = False) -> ShellResult:
        self.commands.append(" ".join(argv))
        return self.outputs.get(argv[0], ShellResult(exit_code=0, stdout=""))


def _phone(**outputs: ShellResult) -> _Shell:
    phone = _Shell(HOME)
    phone.outputs = outputs
    return phone


async def test_monkey() -> None:
    phone, diary = _phone(monkey=ShellResult(exit_code=0, stdout=MONKEY)), Diary()
    report = await run_monkey(phone, diary, "com.example.reader", events=50, seed=7)
    assert report.events == 50 and report.crashes == ["com.example.reader", "com.example.reader"]
    (command,) = phone.commands
    assert command.startswith("monkey -p com.example.reader -s 7 --throttle 300")
    assert command.endswith("-v 50")
    notes = [each.name for each in diary.bodies if isinstance(each, DeviceNote)]
    assert notes == ["monkey_begins", "monkey_ends"]


async def test_monkey_that_does_nothing_is_an_error() -> None:
    said = "** No activities found to run, monkey aborted."
    phone = _phone(monkey=ShellResult(exit_code=252, stdout=said))
    with pytest.raises(DeviceError, match="No activities found"):
        await run_monkey(phone, Diary(), "com.example.reader", events=5)
    with pytest.raises(ValueError, match="events"):
        await run_monkey(phone, Diary(), "com.example.reader", events=0)


async def test_fastbot_needs_its_files() -> None:
    phone = _phone(ls=ShellResult(exit_code=1, stdout="", stderr="No such file"))
    with pytest.raises(SetupError, match=r"monkeyq\.jar"):
        await run_fastbot(phone, Diary(), "com.example.reader", minutes=1)
    assert not [each for each in phone.commands if "app_process" in each]


async def test_fastbot() -> None:
    phone = _phone(env=ShellResult(exit_code=0, stdout="Events injected: 321\n"))
    report = await run_fastbot(phone, Diary(), "com.example.reader", minutes=2)
    assert report.tool == "fastbot2" and report.events == 321
    assert "--agent reuseq --running-minutes 2" in phone.commands[-1]
    with pytest.raises(ValueError, match="minutes"):
        await run_fastbot(phone, Diary(), "com.example.reader", minutes=0)


async def test_after_a_refusal_nothing_may_agree_unseen() -> None:
    phone = _phone(monkey=ShellResult(exit_code=0, stdout=MONKEY))
    phone.shown, phone.moves = CONSENT, {"不同意": HOME}
    run = Run(driver=phone, journal=Diary(), app=phone, policy=FAST)
    await run.consent.decline()
    with pytest.raises(ValueError, match="might agree unseen"):
        await run.explore.monkey(events=5)
    assert phone.commands == []


async def test_what_follows_an_unseen_tap_is_undetermined() -> None:
    """No consent was answered: after the monkey nothing may be called before consent."""
    diary = Diary()
    phone = _phone(monkey=ShellResult(exit_code=0, stdout=MONKEY))
    await run_monkey(phone, diary, "com.example.reader", events=50)
    events = [
        Event(stream=Stream.UI, n=number, t=number, body=body)  # type: ignore[arg-type]
        for number, body in enumerate(diary.bodies)
    ]
    phases = find_phases(Timeline({Stream.UI: events}, None))
    (tap,) = diary.taps
    before, after = tap.sent - 10, tap.sent + 10
    assert phases.of(Interval(before, before)) is Phase.BEFORE_CONSENT
    assert phases.of(Interval(after, after)) is Phase.UNDETERMINED


async def test_explorer_agrees_to_nothing_after_a_refusal() -> None:
    asking = draw({"title": "活动", "body": ["参加本次活动"], "buttons": ["同意", "看看"]})
    phone = Phone(asking)
    run = Run(driver=phone, journal=Diary(), app=phone, policy=FAST)
    report = await run.explore(events=8, consent="decline", read_pictures=False)
    assert "同意" not in phone.taps and report.avoided == {"agree": 1}
