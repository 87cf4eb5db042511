"""Stand-ins have the signatures of the tables, beside classes that were written by hand."""

from pathlib import Path

import pytest

from farm.model.signatures import Signatures
from farm.twin.building.class_file import ClassFile, read_class
from farm.twin.building.hooked import HookedApi, ValueRule, read_hooked
from farm.twin.building.java_text import insert_members
from farm.twin.building.runtime_jar import JAVAC_FLAGS, build_runtime_jar
from farm.twin.building.stand_ins import StandIns, read_existing
from farm.twin.building.tools import java_files, run_tool

TABLE = """
class a.Manager extends a.Base
  java.util.List<a.Thing> things(int, java.lang.String[]) 17-
  boolean ready() 17-
  static real share(a.Manager$Mode) 21-
class a.Thing
  java.lang.String label() 17-
  field java.lang.String name
class a.Written
  java.lang.String one() 17-
  java.lang.String two() 17-
class a.Written$Inner
  number three() 17-
interface a.Listener
  void heard(a.Thing) 17-
type class a.Base
"""
WRITTEN = """package a;

/** Written by hand: a brace { in a comment, and "}" in a text. */
public class Written {
    static final String ODD = "} \\" {";

    public String one() {
        return "by hand";
    }

    /** Nested. */
    public static class Inner {
        char brace = '}';
    }
}
"""


def api(class_name: str, method: str, **more: object) -> HookedApi:
    return HookedApi(id="x.y", class_=class_name, method=method, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ClassFile]:
    folder = tmp_path_factory.mktemp("stand-ins")
    source = folder / "written" / "a" / "Written.java"
    source.parent.mkdir(parents=True)
    source.write_text(WRITTEN)
    flags = (*JAVAC_FLAGS, "-cp", build_runtime_jar())
    run_tool("javac", *flags, "-d", folder / "first", source)
    apis = [
        api("a.Manager", "things", values=[ValueRule(from_="result", each=True, get=["name"])]),
        api("a.Manager", "share"),
        api("a.Written", "two"),
        api("a.Written$Inner", "three"),
        api("a.Listener", "heard"),
        api("a.Vendor", "id", overloads=[["[B", "a.Options"]]),
    ]
    existing = read_existing(folder / "first", folder / "written")
    made = StandIns(apis, Signatures(("table", TABLE)), existing).write(folder / "made")
    assert {file.name for file in made} >= {"Manager.java", "Thing.java", "Written.java"}
    run_tool("javac", *flags, "-d", folder / "all", *made)
    assert java_files(folder / "written") == [source]
    assert source.read_text() == WRITTEN  # only a copy got more members
    found = [read_class(file.read_bytes()) for file in (folder / "all").rglob("*.class")]
    return {one.name.replace("/", "."): one for one in found}


def descriptors(found: ClassFile) -> set[tuple[str, str]]:
    return {(one.name, one.descriptor) for one in found.methods if one.name != "<init>"}


def test_members_have_the_tables_signatures(built: dict[str, ClassFile]) -> None:
    assert descriptors(built["a.Manager"]) == {
        ("things", "(I[Ljava/lang/String;)Ljava/util/List;"),
        ("share", "(La/Manager$Mode;)D"),
    }  # `ready` is in the table, but no entry names it
    assert built["a.Manager"].parent == "a/Base"
    assert "a.Manager$Mode" in built  # a type that is only referred to
    assert [field.name for field in built["a.Thing"].fields] == ["name"]
    assert built["a.Listener"].access & 0x0200
    assert descriptors(built["a.Vendor"]) == {("id", "([BLa/Options;)Ljava/lang/Object;")}


def test_classes_written_by_hand_get_what_they_lack(built: dict[str, ClassFile]) -> None:
    assert descriptors(built["a.Written"]) == {
        ("one", "()Ljava/lang/String;"),
        ("two", "()Ljava/lang/String;"),
    }
    assert descriptors(built["a.Written$Inner"]) == {("three", "()I")}
    [one] = [method for method in built["a.Written"].methods if method.name == "one"]
    assert any(reference.value == "by hand" for reference in one.references or [])


def test_members_go_before_the_brace_of_their_own_class() -> None:
    changed = insert_members(WRITTEN, ["Written", "Inner"], "// here\n")
    assert changed is not None
    assert changed.index("'}'") < changed.index("// here") < changed.rindex("}\n}")
    assert insert_members(WRITTEN, ["Inner"], "") is None
    assert insert_members(WRITTEN, ["Written", "Other"], "") is None


def test_entries_are_read_as_far_as_calls_need(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "version: 1\napis:\n"
        "- {id: a, class: a.Manager, method: things, when: [{argument: 0, is: ['1']}]}\n"
        "- {id: b, kind: native, symbol: open}\n"
    )
    [read] = read_hooked([file])
    [overload] = read.signatures(Signatures(("table", TABLE)))
    assert (overload.takes, read.when[0].is_) == (("int", "java.lang.String[]"), ["1"])
