"""Apps that share one compiled code and differ in manifest, signer and assets."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from farm.twin.building.apk import Code, compile_code, pack
from farm.twin.building.runtime_jar import SOURCES as ANDROID
from farm.twin.building.sample import Sample
from farm.twin.building.tools import build_lock, digest, is_fresh, java_files, mark_fresh


class SharedCode(msgspec.Struct, frozen=True, kw_only=True):
    """Code compiled once, with what it was made from."""

    code: Code
    sources: Sequence[Path]
    made_from: str


def shared_code(package: str, activity: str, sources: Sequence[Path], folder: Path) -> SharedCode:
    """Compile code for many apps into `folder`, unless it is fresh there.

    Raises:
        SetupError: a build tool is missing.
        BuildError: the code does not compile.
    """
    builder = sorted(Path(__file__).parent.glob("*.py"))
    made_from = digest([*sources, *java_files(ANDROID), *builder], "1")
    code = Code(folder / "classes.jar", folder / "classes.dex")
    with build_lock(folder):
        if not (is_fresh(code.jar, made_from) and code.dex.exists()):
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                sample = Sample(
                    package=package,
                    label="shared",
                    version_name="1.0",
                    version_code=1,
                    target_sdk=28,
                    activities=[activity],
                )
                made = compile_code(sample, list(sources), Path(temporary) / "code")
                shutil.move(made.dex, code.dex)
                shutil.move(made.jar, code.jar)
            mark_fresh(code.jar, made_from)
    return SharedCode(code=code, sources=sources, made_from=made_from)


def build_shared(
    shared: SharedCode, sample: Sample, assets: Mapping[str, bytes], out: Path
) -> Path:
    """Build the APK of one app over shared code, unless it is fresh; returns `out`.

    Raises:
        SetupError: a build tool is missing.
        BuildError: a tool fails.
    """
    texts = [f"{name}\0{content.hex()}" for name, content in sorted(assets.items())]
    made_from = digest([], shared.made_from, repr(sample), *texts)
    if is_fresh(out, made_from):
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as temporary:
        folder = Path(temporary)
        pack(sample, shared.code, folder, sources=shared.sources, assets=assets).replace(out)
    mark_fresh(out, made_from)
    return out
