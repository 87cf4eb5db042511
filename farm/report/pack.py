"""The evidence pack: one ZIP with the sealed recording, its analysis, its report, and how to
check them with `sha256sum` and `openssl` alone.

The same recording and rules give the same bytes. Nothing in the pack is masked: it is evidence.
"""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from farm.model.errors import RecordingError
from farm.recording import Recording, verify
from farm.recording.files import MANIFEST, PUBLIC_KEY, SIGNATURE
from farm.recording.verify import decode_manifest

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
SUMS = "SHA256SUMS"

INSTRUCTIONS = """\
证据包核验说明 / How to verify this evidence pack
================================================

1. 签名 / Signature (OpenSSL 3):

   cd recording
   openssl pkeyutl -verify -pubin -inkey manifest.pub -rawin \\
     -in manifest.json -sigfile manifest.sig

   预期输出 / Expected: Signature Verified Successfully

2. 签名者 / Whose key it is. Compare with the fingerprint that the laboratory publishes:

   openssl pkey -pubin -in manifest.pub -outform DER | sha256sum

3. 文件 / Files. The signed manifest.json lists the SHA-256 of every file:

   grep -oE '"(path|sha256)": "[^"]+"' manifest.json | cut -d'"' -f4 | paste - - |
     awk -F'\\t' '{print $2 "  " $1}' | sha256sum --check --strict

4. 分析与报告 / Analysis and report are made from the recording and are not part of what was
   sealed; analysis.json names the manifest's SHA-256 it is of (manifest_sha256):

   sha256sum manifest.json
   cd .. && sha256sum --check --strict SHA256SUMS
"""


def write_pack(
    target: Path, folder: Path, extras: Mapping[str, bytes], *, signed_by: str = ""
) -> None:
    """Write the pack of the sealed recording in `folder` to `target`.

    Args:
        target: the ZIP; replaced only once it is whole.
        folder: the recording, which must verify.
        extras: file names at the top of the pack (`analysis.json`, `report.html`) to contents.
        signed_by: fingerprint to name in the instructions.

    Raises:
        RecordingError: the recording is not sealed, or not what was sealed.
    """
    recording = Recording.open(folder)
    problems = verify(folder) if recording.sealed else [f"{folder}: is not sealed"]
    if problems:
        raise RecordingError(f"{folder}: no evidence pack of it: {problems[0]}")
    manifest = decode_manifest((folder / MANIFEST).read_bytes())
    names = sorted({entry.path for entry in manifest.files} | {MANIFEST, SIGNATURE, PUBLIC_KEY})
    text = INSTRUCTIONS + (f"\n   {signed_by}\n" if signed_by else "")
    tops = {**extras, "VERIFY.txt": text.encode()}
    temporary = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
            for name in sorted(tops):
                _add(pack, name, tops[name])
            _add(pack, SUMS, _sums(tops))
            for name in names:
                _copy(pack, f"recording/{PurePosixPath(name)}", folder / name)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _add(pack: zipfile.ZipFile, name: str, data: bytes) -> None:
    pack.writestr(_entry(name), data)


def _copy(pack: zipfile.ZipFile, name: str, path: Path) -> None:
    with path.open("rb") as source, pack.open(_entry(name), "w", force_zip64=True) as sink:
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
