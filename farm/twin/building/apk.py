"""Build a sample app's signed APK: manifest, resources, dex for readers, Java code for the JVM."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from farm.model.errors import SetupError
from farm.paths import BUILD
from farm.twin.building.calls import write_calls, write_implementations
from farm.twin.building.class_file import read_class
from farm.twin.building.hooked import (
    catalogue_files,
    read_hooked,
    read_signatures,
    signature_files,
)
from farm.twin.building.keys import developer_key, pin_of, server_key
from farm.twin.building.manifest import manifest_xml, write_resources
from farm.twin.building.native_calls import write_native_calls
from farm.twin.building.native_entry import read_native
from farm.twin.building.native_libraries import NATIVE
from farm.twin.building.native_stand_ins import build_native_libraries
from farm.twin.building.runtime_jar import JAVAC_FLAGS, SOURCES, build_runtime_jar
from farm.twin.building.sample import Sample, read_sample
from farm.twin.building.smali import smali_text
from farm.twin.building.stand_ins import Existing, StandIns
from farm.twin.building.tools import (
    build_lock,
    digest,
    is_fresh,
    java_files,
    mark_fresh,
    run_tool,
)

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SDKS = SAMPLES / "sdks"
APKS = BUILD / "twin" / "apks"
# Public resources of Android, by which aapt knows the manifest's attributes.
_FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")
_BUILDER_VERSION = "2"
_DEX_API = "28"


def build_app(source: Path, out: Path, catalogue: Sequence[Path] = ()) -> Path:
    """Build the APK of the sample in `source` if it is stale; returns `out`.

    Args:
        source: the sample's folder.
        out: the APK.
        catalogue: hook catalogue files for a sample that calls what they name; default: the
            Java entries of the shipped ones.

    Raises:
        UsageError: `app.yaml` is wrong.
        SetupError: a build tool is missing.
        BuildError: the code does not compile, or a tool fails.
    """
    sample = read_sample(source)
    sources = java_files(source / "java")
    for sdk in sample.sdks:
        sources += java_files(SDKS / sdk)
    builder = sorted(Path(__file__).parent.glob("*.py"))
    named = (
        [*(catalogue or catalogue_files()), *signature_files(), *NATIVE.glob("*.c")]
        if sample.calls
        else []
    )
    made_from = digest(
        [*sources, source / "app.yaml", *java_files(SOURCES), *builder, *named], _BUILDER_VERSION
    )
    if is_fresh(out, made_from):
        return out
    with build_lock(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as temporary:
        folder = Path(temporary)
        libraries: dict[str, bytes] = {}
        if sample.calls:
            sources += _called(catalogue or catalogue_files(), folder / "calls")
            natives = read_native(catalogue)
            write_native_calls(natives, folder / "native")
            sources += java_files(folder / "native")
            libraries = build_native_libraries(natives, folder / "libraries")
        signed = _build(sample, sources, folder, libraries)
        signed.replace(out)
    mark_fresh(out, made_from)
    return out


def build_all(out: Path = APKS) -> dict[str, Path]:
    """Build the runtime jar and every stale sample; returns each sample's APK by its folder."""
    build_runtime_jar()
    folders = sorted(path.parent for path in SAMPLES.glob("*/app.yaml"))
    with ThreadPoolExecutor(2) as pool:
        built = pool.map(lambda folder: build_app(folder, out / f"{folder.name}.apk"), folders)
        return {folder.name: apk for folder, apk in zip(folders, built, strict=True)}


class Code(msgspec.Struct, frozen=True):
    """An app's code: a jar that the twin runs and a dex that static tools read."""

    jar: Path
    dex: Path


def _build(sample: Sample, sources: list[Path], folder: Path, assets: Mapping[str, bytes]) -> Path:
    code = compile_code(sample, sources, folder / "code")
    return pack(sample, code, folder, sources=sources, assets=assets)


def compile_code(sample: Sample, sources: list[Path], folder: Path) -> Code:
    """Compile Java sources, and the ids of resources that they name, into a new folder."""
    generated, classes = folder / "gen", folder / "classes"
    generated.mkdir(parents=True)
    described = _describe(sample, sources, folder)
    named = ("--custom-package", sample.code_package)
    run_tool("aapt", "package", "-f", "-m", "-J", generated, *named, *described)
    _write_pins(sample, generated)
    run_tool("javac", *JAVAC_FLAGS, "-cp", build_runtime_jar(), "-d", classes,
             *sources, *java_files(generated))  # fmt: skip
    jar = folder / "classes.jar"
    _write_jar(classes, jar)
    return Code(jar, _dex(classes, folder))


def pack(
    sample: Sample,
    code: Code,
    folder: Path,
    *,
    sources: Sequence[Path] = (),
    assets: Mapping[str, bytes] | None = None,
) -> Path:
    """Put manifest, resources, code and assets into a signed APK below `folder`."""
    inside = folder / "assets"
    (inside / "jvm").mkdir(parents=True)
    for name, content in (assets or {}).items():
        (inside / name).write_bytes(content)
    shutil.copyfile(code.jar, inside / "jvm" / "classes.jar")
    facts = json.dumps(_facts(sample), ensure_ascii=False)
    (inside / "jvm" / "manifest.json").write_text(facts, "utf-8")
    described = _describe(sample, sources, folder)
    unsigned = folder / "unsigned.apk"
    run_tool("aapt", "package", "-f", "-A", inside, "-F", unsigned, *described)
    with zipfile.ZipFile(unsigned, "a", zipfile.ZIP_DEFLATED) as apk:
        apk.write(code.dex, "classes.dex")
    return sign(unsigned, sample.developer)


def _describe(sample: Sample, sources: Sequence[Path], folder: Path) -> tuple[str | Path, ...]:
    """Write the manifest and the resources; returns aapt's arguments for them."""
    if not _FRAMEWORK.exists():
        raise SetupError(
            f"{_FRAMEWORK} was not found; install it: apt-get install android-framework-res"
        )
    manifest, resources = folder / "AndroidManifest.xml", folder / "res"
    manifest.write_text(manifest_xml(sample), encoding="utf-8")
    write_resources(sample, sources, resources)
    return ("-M", manifest, "-S", resources, "-I", _FRAMEWORK)


def _called(catalogue: Sequence[Path], out: Path) -> list[Path]:
    """Write code that calls what a catalogue names, and stand-ins of the SDKs in it."""
    apis, signatures = read_hooked(catalogue), read_signatures()
    write_calls(apis, signatures, out)
    write_implementations(apis, signatures, out)
    with zipfile.ZipFile(build_runtime_jar()) as jar:
        names = [name for name in jar.namelist() if name.endswith(".class")]
        classes = {name[:-6].replace("/", "."): read_class(jar.read(name)) for name in names}
    # SDKs come with the app; so does a class of the platform that its stand-ins do not have.
    brought = [api for api in apis if not api.java and not (api.platform and api.class_ in classes)]
    StandIns(brought, signatures, Existing(classes=classes, sources={})).write(out)
    return java_files(out)


def sign(unsigned: Path, developer: str) -> Path:
    """Align and sign an APK (schemes 1, 2 and 3) with a developer's key; returns the new file."""
    aligned = unsigned.with_name("aligned.apk")
    signed = unsigned.with_name("signed.apk")
    key, certificate = developer_key(developer)
    run_tool("zipalign", "-f", "-p", "4", unsigned, aligned)
    run_tool("apksigner", "sign", "--key", key, "--cert", certificate,
             "--v1-signing-enabled", "true", "--v2-signing-enabled", "true",
             "--v3-signing-enabled", "true", "--out", signed, aligned)  # fmt: skip
    return signed


def _facts(sample: Sample) -> dict[str, object]:
    """What the app's process must know of its manifest."""
    return {
        "code_package": sample.code_package,
        "application": sample.application,
        "main_activity": sample.activities[0],
        "providers": sample.providers,
        "services": {
            name: sample.package + process if process.startswith(":") else process
            for name, process in sample.services.items()
        },
    }


def _write_pins(sample: Sample, generated: Path) -> None:
    if not sample.pins:
        return
    constants = "".join(
        f'    static final String {name} = "{pin_of(server_key(host))}";\n'
        for name, host in sample.pins.items()
    )
    (generated / "Pins.java").write_text(
        f"package {sample.code_package};\n\n/** Pins of the app's servers. */\n"
        f"final class Pins {{\n{constants}\n    private Pins() {{}}\n}}\n"
    )


def _write_jar(classes: Path, jar: Path) -> None:
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(classes.rglob("*.class")):
            archive.write(file, file.relative_to(classes).as_posix())


def _dex(classes: Path, folder: Path) -> Path:
    smali = folder / "smali"
    for file in sorted(classes.rglob("*.class")):
        target = smali / file.relative_to(classes).with_suffix(".smali")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(smali_text(read_class(file.read_bytes())), encoding="ascii")
    dex = folder / "classes.dex"
    run_tool("smali", "assemble", "-a", _DEX_API, "-o", dex, smali)
    return dex
