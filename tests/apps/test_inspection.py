"""Static facts: of a real APK, of small ones made here, and of files that are none."""

import hashlib
import os
import struct
from importlib.resources import files
from pathlib import Path

import pytest

from farm.apps import inspect, sdk_prefixes
from farm.model.errors import UsageError
from tests.apps.binary_xml import manifest, write_apk

_REAL = Path(str(files("uiautomator2").joinpath("assets/app-uiautomator.apk")))


def test_real_apk() -> None:
    app = inspect(_REAL)
    assert app.package == "com.github.uiautomator" and app.label == "ATX"
    assert (app.version_name, app.version_code, app.target_sdk) == ("2.4.0", 2004001, 32)
    assert app.main_activity == "com.github.uiautomator.MainActivity"
    assert "android.permission.INTERNET" in app.permissions
    assert app.main_activity in app.activities
    assert app.apk_sha256 == hashlib.sha256(_REAL.read_bytes()).hexdigest()
    assert app.size == _REAL.stat().st_size
    # As `apksigner verify --print-certs` says of the APK inside uiautomator2 3.7.1.
    assert app.signer_sha256 == "7aca838927a60989e47856b863e1e772f1d6974534e3241fdc09dae561300860"


def test_real_prefixes() -> None:
    found = sdk_prefixes(_REAL)
    assert found["com.github.uiautomator"] > 10 and found["okhttp3"] > 10
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert all(len(each.split(".")) <= 2 for each in sdk_prefixes(_REAL, parts=2))


def test_small_unsigned_apk(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    app = inspect(write_apk(tmp_path / "a.apk", {"AndroidManifest.xml": manifest()}))
    assert app.package == "com.example.small" and app.label == "Small"
    assert app.main_activity == "com.example.small.Main"
    assert app.permissions == ["android.permission.READ_PHONE_STATE"]
    assert app.target_sdk == 28 and app.signer_sha256 == ""
    assert capfd.readouterr() == ("", "")


def test_abis_and_lowest_level(tmp_path: Path) -> None:
    names = (
        "lib/arm64-v8a/libmain.so", "lib/arm64-v8a/libother.so", "lib/armeabi-v7a/libmain.so",
        "lib/x86/notes.txt", "assets/lib/mips/libfar.so", "lib/x86_64/deep/libmain.so",
    )  # fmt: skip
    parts = {"AndroidManifest.xml": manifest()} | dict.fromkeys(names, b"")
    app = inspect(write_apk(tmp_path / "a.apk", parts))
    assert app.abis == ["arm64-v8a", "armeabi-v7a"]
    assert inspect(_REAL).abis == [] and inspect(_REAL).lowest_sdk == 19


@pytest.mark.parametrize(
    "label", ["<script>\"'", "../../etc", "\x1b[31mred", "行\n行", "长" * 20_000, "\u202eevil"]
)
def test_hostile_label_is_data(tmp_path: Path, label: str) -> None:
    app = inspect(write_apk(tmp_path / "a.apk", {"AndroidManifest.xml": manifest(label=label)}))
    assert len(app.label.encode()) <= 4096
    assert app.package == "com.example.small"


def test_numbers_beyond_all_levels_are_bounded(tmp_path: Path) -> None:
    apk = write_apk(tmp_path / "a.apk", {"AndroidManifest.xml": manifest(lowest=0x7FFFFFFF)})
    assert inspect(apk).lowest_sdk == 10_000


def _refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        inspect(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message
    return message


def test_not_an_apk(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "no such file" in _refused(tmp_path / "missing.apk")
    assert "no such file" in _refused(tmp_path)
    text = tmp_path / "text.apk"
    text.write_text("hello")
    assert "not an APK" in _refused(text)
    text.write_bytes(b"")
    assert "not an APK" in _refused(text)
    assert "without AndroidManifest.xml" in _refused(write_apk(tmp_path / "z.apk", {"a": b"b"}))
    for broken in (b"<manifest/>", b"", os.urandom(500), manifest()[:200]):
        path = write_apk(tmp_path / "b.apk", {"AndroidManifest.xml": broken})
        assert "AndroidManifest.xml" in _refused(path)
    assert capfd.readouterr() == ("", "")


def test_torn_apk(tmp_path: Path) -> None:
    torn = tmp_path / "torn.apk"
    torn.write_bytes(_REAL.read_bytes()[:-5000])
    assert "not an APK" in _refused(torn)


def test_damaged_manifests_give_a_value_or_one_line(tmp_path: Path) -> None:
    good = manifest()
    for position in range(8, len(good), 23):
        damaged = bytearray(good)
        damaged[position] ^= 0xFF
        path = write_apk(tmp_path / "d.apk", {"AndroidManifest.xml": bytes(damaged)})
        try:
            inspect(path)
        except UsageError as error:
            assert "\n" not in str(error)


def test_zip_bomb(tmp_path: Path) -> None:
    bomb = write_apk(tmp_path / "bomb.apk", {"AndroidManifest.xml": b"\0" * (40 << 20)})
    assert bomb.stat().st_size < 100_000
    assert "larger than" in _refused(bomb)


def test_encrypted_flag_is_ignored_as_android_does(tmp_path: Path) -> None:
    path = write_apk(tmp_path / "e.apk", {"AndroidManifest.xml": manifest()})
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(magic) + offset] |= 1
    path.write_bytes(data)
    assert inspect(path).package == "com.example.small"


def test_broken_signing_block(tmp_path: Path) -> None:
    path = write_apk(tmp_path / "s.apk", {"AndroidManifest.xml": manifest()})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    footer = struct.pack("<Q", 1 << 40) + b"APK Sig Block 42"
    end = data.index(b"PK\x05\x06")
    tail = bytearray(data[end:])
    struct.pack_into("<I", tail, 16, start + len(footer) + 8)
    path.write_bytes(data[:start] + b"\0" * 8 + footer + data[start:end] + bytes(tail))
    assert "signing block" in _refused(path)


def test_broken_dex(tmp_path: Path) -> None:
    for name, dex in (("a", b"dex\n035\0"), ("b", b"dex\n035\0" + b"\xff" * 200), ("c", b"x")):
        path = write_apk(
            tmp_path / f"{name}.apk", {"AndroidManifest.xml": manifest(), "classes.dex": dex}
        )
        with pytest.raises(UsageError, match=r"classes\.dex is corrupt"):
            sdk_prefixes(path)
