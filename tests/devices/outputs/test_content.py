"""What `content` and `appops` print, as phones print it."""

import pytest

from farm.devices.outputs.app_ops import read_mode
from farm.devices.outputs.content import read_column, read_failure


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("No result found.\n", []),
        ("Row: 0 _id=7\nRow: 1 _id=12\n", ["7", "12"]),
        ("Row: 0 _id=7\r\n", ["7"]),
        ("Row: 0 _id=NULL\n", ["NULL"]),
        ("", None),  # the command was cut off: this says nothing
        ("Error while accessing provider:sms\n", None),
        ("Row: 0 address=10086, body=x\n", None),  # other columns than the one asked for
    ],
)
def test_one_column_of_the_rows(output: str, expected: list[str] | None) -> None:
    assert read_column(output, "_id") == expected


def test_a_value_may_hold_what_separates_columns() -> None:
    output = "Row: 0 body=取件码=8, 单号=9\nRow: 1 body=\n"
    assert read_column(output, "body") == ["取件码=8, 单号=9", ""]


def test_a_failure_is_told_by_its_exception() -> None:
    errors = (
        "Error while accessing provider:com.android.contacts\n"
        "java.lang.SecurityException: Permission Denial: opening provider X from (null)\n"
        "\tat android.os.Parcel.createException(Parcel.java:2071)\n"
    )
    assert read_failure("", errors).startswith("java.lang.SecurityException: Permission Denial")
    assert read_failure("", "[ERROR] Unsupported argument: --x\n").startswith("[ERROR]")
    assert read_failure("Row: 0 _id=1\n", "") == ""
    assert read_failure("", "WARNING: linker: something\n") == ""


@pytest.mark.parametrize(
    ("output", "mode"),
    [
        ("WRITE_SMS: allow; time=+1d2h3m4s5ms ago\n", "allow"),
        ("MOCK_LOCATION: ignore\n", "ignore"),
        ("No operations.\nDefault mode: deny\n", "default"),
        ("No operations.\n", "default"),
        ("Uid mode: WRITE_SMS: foreground\n", "foreground"),
        ("Error: Unknown operation string: WRITE_SMS\n", None),
        ("", None),
    ],
)
def test_the_mode_of_an_operation(output: str, mode: str | None) -> None:
    assert read_mode(output) == mode
