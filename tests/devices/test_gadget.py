import subprocess
import zipfile
from pathlib import Path

import pytest

from farm.devices.frida_server import gadget_name, read_gadget_file
from farm.devices.gadget import Repackaging, load_first, repackage
from farm.model.errors import AppError, SetupError
from farm.twin.building.apk import build_all
from farm.twin.runtime.frida_server_file import make_frida_server
from farm.twin.system.apk import read_apk

PLAIN = ".class public Lcom/example/Main;\n.super Ljava/lang/Object;\n"
BUSY = PLAIN + (
    ".method static constructor <clinit>()V\n    .registers 0\n    return-void\n.end method\n"
)


@pytest.fixture
def apk(tmp_path: Path) -> Path:
    source = tmp_path / "Main.smali"
    source.write_text(PLAIN)
    dex = tmp_path / "classes.dex"
    subprocess.run(["smali", "assemble", str(source), "-o", str(dex)], check=True, timeout=60)
    path = tmp_path / "app.apk"
    with zipfile.ZipFile(path, "w") as target:
        target.write(dex, "classes.dex")
        target.writestr("assets/a.txt", "kept")
        target.writestr("META-INF/CERT.RSA", "old signature")
    return path


def test_the_static_initialiser_loads_the_gadget_first() -> None:
    assert load_first(PLAIN).count("loadLibrary") == 1
    changed = load_first(BUSY)
    assert ".registers 1" in changed
    assert changed.index("loadLibrary") < changed.index("return-void")


def test_gadget_and_class_are_in_the_copy(apk: Path, tmp_path: Path) -> None:
    gadget = b"\x7fELF" + bytes(60)
    raw = zipfile.ZipFile(apk)
    raw.close()
    from farm.devices import gadget as room

    with zipfile.ZipFile(apk) as source:
        name, dex = room._patched(source, "com/example/Main", tmp_path)
        room._write(source, tmp_path / "out.apk", {name: dex}, "arm64-v8a", gadget)
    with zipfile.ZipFile(tmp_path / "out.apk") as out:
        assert {"lib/arm64-v8a/libfrida-gadget.so", "assets/a.txt"} <= set(out.namelist())
        assert b"on_load" in out.read("lib/arm64-v8a/libfrida-gadget.config.so")
        assert b"frida-gadget" in out.read("classes.dex")
        assert "META-INF/CERT.RSA" not in out.namelist()


def test_what_cannot_be_repackaged_is_named(apk: Path, tmp_path: Path) -> None:
    def attempt(entry_class: str) -> None:
        plan = Repackaging(
            entry_class=entry_class, abi="x86", gadget=b"\x7fELF", key_folder=tmp_path / "keys"
        )
        repackage(apk, plan, tmp_path / "out.apk")

    with pytest.raises(AppError, match="defines"):
        attempt("com.example.Other")
    with pytest.raises(AppError, match="no class name"):
        attempt("../../x")


def test_the_operators_gadget_is_checked_like_the_server(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="frida-gadget"):
        read_gadget_file(tmp_path, "arm64-v8a")
    name = gadget_name("arm64-v8a")
    (tmp_path / name).write_bytes(make_frida_server("1", "x86_64"))
    with pytest.raises(SetupError, match="ELF machine"):
        read_gadget_file(tmp_path, "arm64-v8a")
    data = make_frida_server("1", "arm64-v8a")
    (tmp_path / name).write_bytes(data)
    assert read_gadget_file(tmp_path, "arm64-v8a") == data


def test_the_copy_trusts_the_authority_and_keeps_everything_else(tmp_path: Path) -> None:
    original = build_all()["eager"]
    plan = Repackaging(
        entry_class="com.example.eager.EagerApplication",
        abi="arm64-v8a",
        gadget=b"\x7fELF" + bytes(60),
        ca_pem=b"-----BEGIN CERTIFICATE-----\n",
        key_folder=tmp_path / "keys",
    )
    copy = tmp_path / "copy.apk"
    repackage(original, plan, copy)
    facts, before = read_apk(copy), read_apk(original)
    assert facts.trust_anchors == ["-----BEGIN CERTIFICATE-----\n"] and not before.trust_anchors
    assert facts.signer_sha256 != before.signer_sha256
    assert (facts.package, facts.permissions, facts.main_activity, facts.target_sdk) == (
        before.package,
        before.permissions,
        before.main_activity,
        before.target_sdk,
    )
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(copy) as new:
        assert old.read("assets/jvm/classes.jar") == new.read("assets/jvm/classes.jar")


def test_the_copy_carries_the_farms_signature(apk: Path, tmp_path: Path) -> None:
    from farm.devices import gadget as room

    room.sign(make_real_apk(tmp_path), tmp_path / "signed.apk", tmp_path / "keys")
    answer = subprocess.run(
        ["apksigner", "verify", "--print-certs", "--min-sdk-version", "24",
         str(tmp_path / "signed.apk")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "CN=farm repackaged" in answer.stdout
    assert (tmp_path / "keys" / "gadget.password").stat().st_mode & 0o077 == 0


def make_real_apk(folder: Path) -> Path:
    from tests.twin.system.conftest import build

    return build(folder / "real", 1, "")
