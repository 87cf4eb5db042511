"""Class files are read as the JVM specification lays them out."""

import subprocess
from pathlib import Path

import pytest

from farm.twin.building.class_file import ClassFormatError, read_class
from farm.twin.building.smali import smali_text

SOURCE = r"""
package t;

public class Sample implements Runnable {
    static final String NAME = "quote\" 中 \u0000 \ud800";
    static final long BIG = -5L;
    int field;

    public void run() {
        switch (field) { case 1: call("one", 1L, 2.0); break; case 900: field = 7; break; default: }
        switch (field) { case 1: case 2: case 3: System.out.println("dense"); }
        for (int i = 0; i < 40000; i++) { field += i; }
        Object o = new int[3][4];
        String[] s = (String[]) (Object) new String[1];
        Runnable r = () -> call("lambda", 0, 0);
    }

    static double call(String text, long number, double other) { return other; }
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("classes")
    (folder / "Sample.java").write_text(SOURCE, "utf-8")
    subprocess.run(
        ["javac", "--release", "11", "-encoding", "UTF-8", "-d", folder, folder / "Sample.java"],
        check=True,
        timeout=60,
    )
    return (folder / "t" / "Sample.class").read_bytes()


def test_members_and_references_are_found(compiled: bytes) -> None:
    read = read_class(compiled)
    assert (read.name, read.parent, read.interfaces) == (
        "t/Sample",
        "java/lang/Object",
        ["java/lang/Runnable"],
    )
    constants = {field.name: field.constant for field in read.fields}
    assert constants["NAME"] == 'quote" 中 \0 \ud800'
    assert constants["BIG"] == -5
    run = next(method for method in read.methods if method.name == "run")
    texts = [
        r.value for r in run.references or [] if r.kind == "const" and isinstance(r.value, str)
    ]
    assert texts == ["one", "dense"]  # behind both kinds of switch
    assert ("static", "call") in {(r.kind, r.name) for r in run.references or []}


def test_smali_of_it_assembles(compiled: bytes, tmp_path: Path) -> None:
    (tmp_path / "Sample.smali").write_text(smali_text(read_class(compiled)), "ascii")
    done = subprocess.run(
        [
            "smali",
            "assemble",
            "-a",
            "28",
            "-o",
            tmp_path / "classes.dex",
            tmp_path / "Sample.smali",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "classes.dex").read_bytes().startswith(b"dex\n")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xca\xfe\xba\xbe\x00\x00\x00\x37"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ClassFormatError):
        read_class(data)


def test_a_cut_off_class_is_refused(compiled: bytes) -> None:
    for end in range(0, len(compiled) - 1, 97):
        with pytest.raises(ClassFormatError):
            read_class(compiled[:end])
