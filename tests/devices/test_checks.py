"""What the machine itself may lack."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from farm.devices.checks import Check, check_host
from farm.recorders.network.authority import ensure_authority


async def examine(folder: Path) -> dict[str, Check]:
    bundle = folder / "bundle.js"
    checks = await check_host(
        bundle=bundle,
        workspace=folder / "not" / "made" / "yet",
        frida_folder=folder / "frida",
        authority=folder / "capture",
    )
    assert all(check.todo for check in checks if not check.ok)
    return {check.name: check for check in checks}


def write_ca(folder: Path, ends: datetime.datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "farm")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    path = folder / "mitmproxy-ca.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path.chmod(0o600)
    return path


async def test_a_machine_in_order(tmp_path: Path) -> None:
    (tmp_path / "bundle.js").write_text("x")
    ensure_authority(tmp_path / "capture")
    checks = await examine(tmp_path)
    for name in ("adb", "build tools", "hook bundle", "ca", "fonts", "disk"):
        assert checks[name].ok, checks[name]
    assert not checks["frida-server"].required  # only rooted phones need it


async def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "adb"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Android Debug Bridge version 1.0.39'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    checks = await examine(tmp_path)
    assert not checks["adb"].ok and "1.0.39" in checks["adb"].found
    assert not checks["hook bundle"].ok and checks["hook bundle"].todo == "make setup"
    assert "apksigner" in checks["build tools"].found and not checks["build tools"].required
    assert checks["ca"].ok  # the first session makes it


async def test_faults_of_the_ca(tmp_path: Path) -> None:
    now = datetime.datetime.now()
    path = write_ca(tmp_path / "capture", now + datetime.timedelta(days=9))
    assert (await examine(tmp_path))["ca"].ok
    path.chmod(0o644)
    assert "can be read by others" in (await examine(tmp_path))["ca"].found
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nnone\n")
    assert "cannot be read" in (await examine(tmp_path))["ca"].found
    path.unlink()
    path.parent.rmdir()
    write_ca(tmp_path / "capture", now - datetime.timedelta(days=1))
    assert "ended on" in (await examine(tmp_path))["ca"].found
