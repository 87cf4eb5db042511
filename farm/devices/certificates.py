"""Puts a CA certificate where the phone's apps trust it, and takes it away again.

Android looks for `SUBJECT_HASH_OLD.0` (OpenSSL's old, MD5 based hash of the subject) in
/system/etc/security/cacerts; since Android 14 in the conscrypt APEX, which every process sees in
the mount namespace of its zygote (AOSP: external/conscrypt, TrustedCertificateStore).
"""

import hashlib
import shlex

from cryptography import x509

from farm.devices.outputs.processes import read_pids
from farm.devices.phone import Phone
from farm.devices.profiles import CaStore
from farm.model.errors import DeviceError, UsageError

SYSTEM_STORE = "/system/etc/security/cacerts"
APEX_STORE = "/apex/com.android.conscrypt/cacerts"
_STAGE = "/data/local/tmp/.farm-cacerts"
_PEM = "/data/local/tmp/.farm-ca.pem"


def store_name(pem: bytes) -> str:
    """Return the file name Android looks a CA certificate up by.

    Raises:
        UsageError: the bytes are no PEM certificate.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise UsageError(f"the CA is no PEM certificate: {error}") from error
    digest = hashlib.md5(certificate.subject.public_bytes(), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"


async def _root(phone: Phone, script: str) -> str:
    return await phone.check("sh", "-c", script, timeout=30, root=True)


async def is_trusted(phone: Phone, name: str) -> bool:
    """Whether the system store of the phone has a file of that name."""
    listing = await phone.shell("ls", SYSTEM_STORE)
    return name in listing.stdout.split()


async def _mounted(phone: Phone, point: str) -> bool:
    mounts = await phone.shell("cat", "/proc/mounts", root=True)
    return any(line.split()[1:2] == [point] for line in mounts.stdout.splitlines())


async def _namespaces(phone: Phone) -> list[int]:
    pids = [1]
    for name in ("zygote64", "zygote"):
        pids += read_pids((await phone.shell("pidof", name, root=True)).stdout)
    return pids


def _inside(pid: int, *argv: str) -> str:
    return shlex.join(["nsenter", f"--mount=/proc/{pid}/ns/mnt", "--", *argv])


async def add(phone: Phone, pem: bytes, store: CaStore) -> None:
    """Add the certificate to the phone's store.

    Raises:
        DeviceError: a command failed, or the certificate is not there afterwards.
    """
    name = store_name(pem)
    await phone.push(pem, _PEM)
    if store is CaStore.REMOUNT:
        await _root(phone, "mount -o remount,rw /system || mount -o remount,rw /")
        await _root(phone, f"cp {_PEM} {SYSTEM_STORE}/{name}")
    else:
        if await _mounted(phone, SYSTEM_STORE):  # of a session that was cut off
            await remove(phone, name, store)
        await _root(phone, f"rm -rf {_STAGE} && cp -R {SYSTEM_STORE} {_STAGE}")
        if store is CaStore.APEX:  # the APEX has the newer roots
            await _root(phone, f"cp -f {APEX_STORE}/* {_STAGE}/")
        await _root(phone, f"cp -f {_PEM} {_STAGE}/{name}")
        await _root(phone, f"mount -t tmpfs tmpfs {SYSTEM_STORE}")
        await _root(phone, f"cp -f {_STAGE}/* {SYSTEM_STORE}/")
        await _root(phone, f"rm -rf {_STAGE}")
    await _root(phone, f"chmod 755 {SYSTEM_STORE}")
    await _root(phone, f"chown 0:0 {SYSTEM_STORE}/* && chmod 644 {SYSTEM_STORE}/*")
    # Without the label an app's domain may not read the files, whatever their mode is.
    await _root(phone, f"chcon u:object_r:system_file:s0 {SYSTEM_STORE} {SYSTEM_STORE}/*")
    if store is CaStore.APEX:
        for pid in await _namespaces(phone):
            await _root(phone, _inside(pid, "mount", "--bind", SYSTEM_STORE, APEX_STORE))
    await phone.shell("rm", "-f", _PEM)
    if not await is_trusted(phone, name):
        raise DeviceError(f"{phone.serial}: the CA certificate is not in {SYSTEM_STORE} after all")


async def remove(phone: Phone, name: str, store: CaStore) -> None:
    """Take the certificate away; what is not there (after a reboot) is no error.

    Raises:
        DeviceError: it is still there.
    """
    if store is CaStore.REMOUNT:
        await _root(phone, f"rm -f {SYSTEM_STORE}/{shlex.quote(name)}")
    else:
        if store is CaStore.APEX:
            for pid in await _namespaces(phone):
                # Not mounted in this namespace: nothing to undo.
                await phone.shell("sh", "-c", _inside(pid, "umount", APEX_STORE), root=True)
        for _ in range(4):  # an interrupted session may have laid one over the other
            if not await _mounted(phone, SYSTEM_STORE):
                break
            await _root(phone, f"umount {SYSTEM_STORE}")
    await phone.shell("rm", "-f", _PEM)
    if await is_trusted(phone, name):
        raise DeviceError(f"{phone.serial}: the CA certificate is still in {SYSTEM_STORE}")
