"""Repackages an app with frida-gadget, for phones without root. Runs outside programs only.

What changes: one library and its configuration are added, one class loads it first thing, the app
trusts the capture's certificate authority, and it is signed with the farm's key. So the signer
differs, which apps can notice: the recording has to say so (`CAVEAT`). Gadget's configuration:
frida.re/docs/gadget, "listen".
"""

import json
import os
import re
import secrets
import tempfile
import zipfile
from pathlib import Path

import msgspec

from farm.devices.android_tools import run
from farm.devices.network_trust import trusting_resources
from farm.model.errors import AppError
from farm.model.events import DeviceNote

CAVEAT = DeviceNote(
    name="repackaged",
    detail="frida-gadget and the capture's certificate authority were added to the app, and it was "
    "signed with the farm's key: its signature differs from the developer's, its own network "
    "security configuration is replaced, and apps that check either behave differently",
)
LARGEST_APK = 4 << 30  # bytes, unpacked
_LIBRARY = "libfrida-gadget.so"
_CONFIGURATION = {
    "interaction": {
        "type": "listen",
        "address": "127.0.0.1",
        "port": 27042,
        "on_port_conflict": "fail",
        "on_load": "wait",
    }
}
_LOAD = (
    '    const-string v0, "frida-gadget"\n'
    "    invoke-static {v0}, Ljava/lang/System;->loadLibrary(Ljava/lang/String;)V\n"
)
_INITIALISER = ".method static constructor <clinit>()V"
_SIGNATURE = re.compile(r"META-INF/([^/]+\.(SF|RSA|DSA|EC)|MANIFEST\.MF)", re.IGNORECASE)


def load_first(smali: str) -> str:
    """Return a class whose static initialiser loads the gadget before anything else."""
    found = re.search(
        r"^\.method [a-z ]*constructor <clinit>\(\)V\n.*?^\s*\.(registers|locals) (\d+)\n",
        smali,
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        added = f"{_INITIALISER}\n    .registers 1\n{_LOAD}    return-void\n.end method\n"
        return f"{smali.rstrip()}\n\n{added}"
    head = re.sub(r"0\n$", "1\n", found[0]) if found[2] == "0" else found[0]
    return smali[: found.start()] + head + _LOAD + smali[found.end() :]


class Repackaging(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a copy of an app, and where the farm's signing key lies."""

    entry_class: str  # the Application class, or else the main activity: "com.example.Main"
    abi: str  # the phone's
    gadget: bytes  # libfrida-gadget.so for that ABI
    ca_pem: bytes = b""  # certificate authority the copy is to trust beside the system's
    key_folder: Path  # the key is made at the first use


def repackage(apk: Path, plan: Repackaging, output: Path) -> None:
    """Write a copy of a base APK that waits for Frida on 127.0.0.1:27042; blocks, minutes at most.

    Raises:
        AppError: the app cannot be repackaged.
        SetupError: a program is missing.
    """
    descriptor = plan.entry_class.replace(".", "/")
    if not re.fullmatch(r"\w+(/[\w$]+)*", descriptor):
        raise AppError(f"{apk}: {plan.entry_class!r} is no class name")
    with tempfile.TemporaryDirectory(prefix="farm-gadget-") as folder:
        work = Path(folder)
        try:
            with zipfile.ZipFile(apk) as source:
                if sum(entry.file_size for entry in source.infolist()) > LARGEST_APK:
                    raise AppError(f"{apk}: unpacks to more than {LARGEST_APK} bytes")
                replaced = dict([_patched(source, descriptor, work)])
                if plan.ca_pem:
                    replaced |= trusting_resources(apk, plan.ca_pem, work / "resources")
                _write(source, work / "raw.apk", replaced, plan.abi, plan.gadget)
        except (zipfile.BadZipFile, OSError) as error:
            raise AppError(f"{apk}: cannot be repackaged: {error}") from error
        run("zipalign", "-f", "-p", "4", str(work / "raw.apk"), str(work / "aligned.apk"))
        sign(work / "aligned.apk", output, plan.key_folder)


def sign(apk: Path, output: Path, key_folder: Path) -> None:
    """Sign an APK with the farm's key; splits have to carry the same one as their base."""
    store, password = key_folder / "gadget.p12", key_folder / "gadget.password"
    if not store.is_file():
        key_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(secrets.token_urlsafe(24))
        run(
            "keytool", "-genkeypair", "-keystore", str(store), "-storetype", "PKCS12",
            "-storepass:file", str(password), "-alias", "farm", "-keyalg", "RSA", "-keysize",
            "3072", "-validity", "10000", "-dname", "CN=farm repackaged",
        )  # fmt: skip
    run(
        "apksigner", "sign", "--ks", str(store), "--ks-pass", f"file:{password}",
        "--ks-key-alias", "farm", "--out", str(output), str(apk),
    )  # fmt: skip


def _patched(source: zipfile.ZipFile, descriptor: str, work: Path) -> tuple[str, bytes]:
    names = [name for name in source.namelist() if re.fullmatch(r"classes\d*\.dex", name)]
    wanted = f"L{descriptor};".encode()
    for number, name in enumerate(names):
        data = source.read(name)
        if wanted not in data:
            continue
        dex, folder = work / f"{number}.dex", work / f"smali{number}"
        dex.write_bytes(data)
        run("baksmali", "disassemble", str(dex), "-o", str(folder))
        smali = folder / f"{descriptor}.smali"
        if not smali.is_file():  # another dex only refers to the class
            continue
        smali.write_text(load_first(smali.read_text("utf-8")), "utf-8")
        patched = work / f"{number}.patched.dex"
        run("smali", "assemble", str(folder), "-o", str(patched))
        return name, patched.read_bytes()
    raise AppError(f"no dex of the app defines {descriptor.replace('/', '.')}")


def _write(
    source: zipfile.ZipFile, output: Path, replaced: dict[str, bytes], abi: str, gadget: bytes
) -> None:
    with zipfile.ZipFile(output, "w") as target:
        for entry in source.infolist():
            if _SIGNATURE.fullmatch(entry.filename):
                continue
            data = replaced.get(entry.filename) or source.read(entry)
            target.writestr(entry.filename, data, compress_type=entry.compress_type)
        for name in sorted(replaced.keys() - set(source.namelist())):
            target.writestr(name, replaced[name], compress_type=zipfile.ZIP_DEFLATED)
        library = f"lib/{abi}/{_LIBRARY}"
        target.writestr(library, gadget, compress_type=zipfile.ZIP_STORED)
        # The package manager extracts files named lib*.so only, so the configuration is one.
        configuration = json.dumps(_CONFIGURATION)
        target.writestr(library.removesuffix(".so") + ".config.so", configuration)
