"""The sandbox: nothing leaves it; owners, modes, links and mounts act as on a phone."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.twin.system.actor import ROOT_ACTOR, SHELL_ACTOR
from farm.twin.system.filesystem import Filesystem

PARTS = st.sampled_from(
    ["..", ".", "", "data", "local", "tmp", "sdcard", "etc", "link", "out", "proc", "x", "\n", "é"]
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Filesystem:
    base = tmp_path_factory.mktemp("sandbox")
    (base / "secret").write_text("outside")
    files = Filesystem(base / "root")
    files.symlink("../../../../../../secret", "/data/local/tmp/link", SHELL_ACTOR)
    # What a hostile app could leave in its folder: a real link of the host.
    (files.root / "data/data/out").symlink_to(base)
    (files.root / "data/data/file").symlink_to(base / "secret")
    return files


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS | st.text(max_size=8), max_size=14).map("/".join), st.booleans())
def test_no_path_leaves_the_sandbox(files: Filesystem, path: str, absolute: bool) -> None:
    path = "/" + path if absolute else path
    try:
        place = files.resolve(path, ROOT_ACTOR)
    except (OSError, UnicodeEncodeError):
        return
    assert os.path.normpath(place.host) == str(place.host)
    assert place.host == files.root or files.root in place.host.parents
    try:
        with files.open_read(path) as file:
            assert file.read() != b"outside"
    except OSError:
        pass


@pytest.mark.parametrize(
    "path",
    [
        "/data/data/out/secret",
        "/data/data/file",
        "/data/local/tmp/link",
        "/../secret",
        "/data/local/tmp/../../../../secret",
    ],
)
def test_known_escapes_are_refused(files: Filesystem, path: str) -> None:
    with pytest.raises(OSError, match=r"No such|Not a dir|Permission|Is a dir|Too many|Read-only"):
        files.open_read(path)
    with pytest.raises(OSError, match=r"No such|Not a dir|Permission|Is a dir|Too many|Read-only"):
        files.open_write(path + "/x", ROOT_ACTOR)
    assert (files.root.parent / "secret").read_text() == "outside"


def test_the_shell_user_may_do_what_it_may_on_a_phone(tmp_path: Path) -> None:
    files = Filesystem(tmp_path / "root")
    with files.open_write("/data/local/tmp/a", SHELL_ACTOR) as file:
        file.write(b"1")
    with files.open_write("/sdcard/a", SHELL_ACTOR) as file:
        file.write(b"1")
    for refused in ("/data/a", "/data/data/a", "/data/adb/a", "/data/system/a"):
        with pytest.raises(PermissionError):
            files.open_write(refused, SHELL_ACTOR)
    with pytest.raises(PermissionError):
        list(files.entries("/data/data", SHELL_ACTOR))
    with pytest.raises(OSError, match="Read-only"):
        files.open_write("/system/a", ROOT_ACTOR)
    files.remounted = True
    files.open_write("/system/a", ROOT_ACTOR).close()


def test_a_mount_covers_and_uncovers(tmp_path: Path) -> None:
    files = Filesystem(tmp_path / "root")
    cover = tmp_path / "cover"
    cover.mkdir()
    files.mount("tmpfs", "/system/etc/security/cacerts", cover)
    files.open_write("/system/etc/security/cacerts/x", ROOT_ACTOR).close()
    assert [n for n, _ in files.entries("/etc/security/cacerts")] == ["x"]
    assert files.unmount("/system/etc/security/cacerts")
    assert list(files.entries("/etc/security/cacerts")) == []


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    files = Filesystem(tmp_path / "root")
    files.symlink("/sdcard/b", "/sdcard/a", SHELL_ACTOR)
    files.symlink("/sdcard/a", "/sdcard/b", SHELL_ACTOR)
    with pytest.raises(OSError, match="Too many levels"):
        files.open_read("/sdcard/a")
