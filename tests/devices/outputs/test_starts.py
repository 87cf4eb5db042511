"""What Android says it started an app for."""

from farm.devices.outputs.starts import read_starts

TALK = "com.google.android.talk"
# `logcat -b events -v brief`, the system server being process 860.
LOG = f"""\
--------- beginning of events
I/am_proc_start(  860): [0,20381,10056,{TALK},broadcast,{TALK}/.Booted]
I/am_proc_bound(  860): [0,20381,{TALK}]
I/am_proc_start(  860): [0,9216,10056,{TALK}:push,service,{{{TALK}/{TALK}.Push}}]
I/am_proc_start(  860): [0,9300,10112,{TALK}back,service,{TALK}back/.Service]
I/am_proc_died(  860): [0,9216,{TALK}:push]
"""


def test_processes_of_the_package_and_what_for() -> None:
    assert read_starts(LOG, TALK, 860) == [
        f"broadcast {TALK}/.Booted",
        f"service {{{TALK}/{TALK}.Push}}",
    ]


def test_another_package_whose_name_begins_alike_is_not_meant() -> None:
    assert read_starts(LOG, TALK.removesuffix("k"), 860) == []


def test_an_event_that_another_app_wrote_accuses_nobody() -> None:
    assert read_starts(LOG, TALK, 861) == []


def test_words_of_an_app_are_no_event() -> None:
    for line in (
        "I/Shop( 860): I/am_proc_start( 860): [0,1,2,com.example,broadcast,com.example/.Boot]\n",
        "I/am_proc_start( 860): com.example\n",
        "I/am_proc_started( 860): [0,1,2,com.example,broadcast,com.example/.Boot]\n",
    ):
        assert read_starts(line, "com.example", 860) == []


def test_a_log_full_of_starts_is_cut() -> None:
    line = "I/am_proc_start( 1): [0,1,2,com.example,service,com.example/.S]\n"
    assert len(read_starts(line * 500, "com.example", 1)) == 20
