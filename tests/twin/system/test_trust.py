"""Android's rules of trust: system store, user store, target level, network security config."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from farm.twin.contracts import InstalledPackage
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.system.system_image import add_system_certificate
from farm.twin.system.trust import store_name, trusts_user_store
from tests.twin.adb_server import AdbServer
from tests.twin.system.conftest import Adb


def make_ca(name: str = "Test CA") -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def app(target_sdk: int, config: str = "", debuggable: bool = False) -> InstalledPackage:
    return InstalledPackage(
        package="com.example.a", label="", version_name="", version_code=1, target_sdk=target_sdk,
        uid=10100, apks=[], main_activity="", activities=[], requested_permissions=[],
        granted_permissions=set(), signer_sha256="", network_security_config=config,
        debuggable=debuggable,
    )  # fmt: skip


def config(section: str, source: str) -> str:
    return (
        f"<network-security-config><{section}><trust-anchors><certificates src='{source}'/>"
        f"</trust-anchors></{section}></network-security-config>"
    )


@pytest.mark.parametrize(
    ("package", "trusted"),
    [
        (app(23), True),
        (app(24), False),
        (app(33, config("base-config", "user")), True),
        (app(33, config("base-config", "system")), False),
        (app(23, config("base-config", "system")), False),
        (app(33, config("debug-overrides", "user")), False),
        (app(33, config("debug-overrides", "user"), debuggable=True), True),
        (app(33, "<broken"), False),
    ],
)
def test_who_trusts_the_users_certificates(package: InstalledPackage, trusted: bool) -> None:
    assert trusts_user_store(package) is trusted


async def test_a_ca_laid_over_the_system_store(phone: TwinPhone, adb: Adb, tmp_path: Path) -> None:
    pem = make_ca()
    (tmp_path / "ca").write_text(pem)
    name = store_name(pem)
    store = "/system/etc/security/cacerts"
    await adb("push", str(tmp_path / "ca"), f"/data/local/tmp/{name}")
    assert phone.system.trusted_certificates(app(33)) == []
    script = (
        f"mkdir -p -m 700 /data/local/tmp/copy && cp /data/local/tmp/{name} /data/local/tmp/copy/"
        f" && mount -t tmpfs tmpfs {store} && mv /data/local/tmp/copy/* {store}/"
        f" && chown root:root {store}/* && chmod 644 {store}/*"
        f" && chcon u:object_r:system_file:s0 {store}/*"
    )
    assert (await adb("shell", script)).code != 0  # not without root
    laid = await adb("shell", f"su -c '{script}'")
    assert laid.code == 0, laid
    assert phone.system.trusted_certificates(app(33)) == [pem]
    assert (await adb("shell", f"su -c 'umount {store}'")).code == 0
    assert phone.system.trusted_certificates(app(33)) == []


async def test_a_ca_in_the_user_store(phone: TwinPhone, adb: Adb, tmp_path: Path) -> None:
    pem = make_ca()
    (tmp_path / "ca").write_text(pem)
    name = store_name(pem)
    await adb("push", str(tmp_path / "ca"), "/data/local/tmp/ca")
    where = f"/data/misc/user/0/cacerts-added/{name}"
    await adb("shell", f"su -c 'cp /data/local/tmp/ca {where} && chmod 644 {where}'")
    assert phone.system.trusted_certificates(app(23)) == [pem]
    assert phone.system.trusted_certificates(app(24)) == []
    await adb("shell", f"su -c 'chmod 600 {where}'")
    assert phone.system.trusted_certificates(app(23)) == []


async def test_from_android_14_on_apps_look_into_the_module(
    fleet: TwinFleet, server: AdbServer, tmp_path: Path
) -> None:
    phone = await fleet.add("xiaomi-hyperos-android14-su", boot_seconds=0.05)
    add_system_certificate(phone.system.files, phone.system.sdk, root := make_ca("Root"))
    await server.run("connect", phone.serial)
    pem = make_ca()
    (tmp_path / "ca").write_text(pem)
    await server.run("-s", phone.serial, "push", str(tmp_path / "ca"), "/data/local/tmp/ca")
    old, new = "/system/etc/security/cacerts", "/apex/com.android.conscrypt/cacerts"
    laid = await server.run(
        "-s",
        phone.serial,
        "shell",
        f"su -c 'mkdir /data/local/tmp/copy && cp {new}/* /data/local/tmp/copy/"
        f" && cp /data/local/tmp/ca /data/local/tmp/copy/{store_name(pem)}"
        f" && mount -t tmpfs tmpfs {old} && cp /data/local/tmp/copy/* {old}/"
        f" && chmod 644 {old}/*'",
    )
    assert laid.code == 0, laid
    assert phone.system.trusted_certificates(app(33)) == [root]  # the old place counts no more
    bound = f"su -c 'nsenter --mount=/proc/1/ns/mnt -- mount --bind {old} {new}'"
    assert (await server.run("-s", phone.serial, "shell", bound)).code == 0
    assert sorted(phone.system.trusted_certificates(app(33))) == sorted([root, pem])
