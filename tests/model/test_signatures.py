"""Tables of signatures: what a line says, inheritance, and errors that name the line."""

import pytest

from farm.model.errors import UsageError
from farm.model.signatures import Signatures

TABLE = """# a comment
class a.Parent
  int size(java.lang.String, int[]) 17-28
  field java.lang.String name
class a.Child$Inner extends a.Parent
  static java.util.List<a.Thing> all() 21-
  number size() 23-
type interface a.Thing
"""


def test_members_levels_and_kinds() -> None:
    known = Signatures(("table", TABLE))
    [old, new] = sorted(known.overloads("a.Child$Inner", "size"), key=lambda one: one.first)
    assert (old.takes, old.gives, old.first, old.last) == (
        ("java.lang.String", "int[]"),
        "int",
        17,
        28,
    )
    assert (new.takes, new.last) == ((), 0)
    [every] = known.overloads("a.Child$Inner", "all")
    assert (every.static, every.element, every.gives) == (True, "a.Thing", "java.util.List")
    assert known.field("a.Child$Inner", "name") == "java.lang.String"
    assert known.field("a.Child$Inner", "none") == ""
    assert known.classes["a.Thing"].interface
    assert not known.lists("a.Thing")
    assert known.lists("a.Parent")
    assert known.overloads("a.Nobody", "size") == []


def test_a_later_table_adds_to_an_earlier_one() -> None:
    known = Signatures(("one", TABLE), ("two", "class a.Parent\n  void hidden()\n"))
    [hidden] = known.overloads("a.Child$Inner", "hidden")
    assert (hidden.first, hidden.gives) == (0, "void")


@pytest.mark.parametrize("line", ["  void lost()", "class", "class a.B\n  no method", "nonsense"])
def test_a_line_that_says_nothing_is_named(line: str) -> None:
    with pytest.raises(UsageError, match=r"table:\d+: not a class, method or field"):
        Signatures(("table", line))
