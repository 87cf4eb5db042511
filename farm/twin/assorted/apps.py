"""Assorted apps as APKs: own package, label, signer and permissions, and a table of deeds.

They are many apps for a campaign, cheap to build and different in what they do. Built when they
are asked for, into a folder of their own: set-up needs none of them.
"""

from pathlib import Path

import msgspec

from farm.files import read_yaml
from farm.paths import BUILD
from farm.twin.building.apk import SDKS
from farm.twin.building.sample import Sample
from farm.twin.building.shared import build_shared, shared_code
from farm.twin.building.tools import java_files

CODE_PACKAGE = "com.example.assorted"
ASSORTED = BUILD / "twin" / "assorted"
_HERE = Path(__file__).parent
_ACTIVITY = f"{CODE_PACKAGE}.AssortedActivity"
_ASSET = "deeds.tsv"
_LARGEST = 100_000
_POLICY = (
    "欢迎使用{label}！请您阅读并理解《{label}用户协议》与《{label}隐私政策》，"
    "我们仅在您同意后处理您的个人信息。"
)


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app of the table."""

    name: str
    label: str
    developer: str  # whose key signs it
    target_sdk: int
    asks: bool  # for consent
    permissions: list[str] = []
    deeds: list[tuple[str, str, str, str]] = []  # when, what, in which form, to which host

    @property
    def package(self) -> str:
        """The app's package name."""
        return f"{CODE_PACKAGE}.{self.name}"


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    apps: list[Spec]


def load_specs(path: Path = _HERE / "apps.yaml") -> list[Spec]:
    """Read the table of apps.

    Raises:
        UsageError: one line that names file and field, and what was expected.
    """
    table, _ = read_yaml(path, _Table, largest=_LARGEST)
    return table.apps


def build_assorted(spec: Spec, out: Path | None = None) -> Path:
    """Build the APK of one line of the table, if it is stale; returns its path.

    Raises:
        SetupError: a build tool is missing.
        BuildError: the code does not compile, or a tool fails.
    """
    sources = [*java_files(_HERE / "java"), *java_files(SDKS / "kit")]
    shared = shared_code(CODE_PACKAGE, _ACTIVITY, sources, ASSORTED)
    assets = {_ASSET: _deeds(spec).encode()}
    return build_shared(shared, _sample(spec), assets, out or ASSORTED / f"{spec.name}.apk")


def _sample(spec: Spec) -> Sample:
    return Sample(
        package=spec.package,
        namespace=CODE_PACKAGE,
        label=spec.label,
        version_name="1.0",
        version_code=1,
        target_sdk=spec.target_sdk,
        developer=spec.developer,
        permissions=["INTERNET", "ACCESS_NETWORK_STATE", *spec.permissions],
        activities=[_ACTIVITY],
    )


def _deeds(spec: Spec) -> str:
    """Lines of tab-separated fields, as the app's `Deeds` reads them."""
    policy = _POLICY.format(label=spec.label) if spec.asks else ""
    return "".join("\t".join(row) + "\n" for row in [("app", spec.label, policy), *spec.deeds])
