"""Read a sample app's `app.yaml`, checked field by field."""

from pathlib import Path

import msgspec
import yaml

from farm.model.errors import UsageError

_BYTES = 100_000


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sample app declares. Permissions without a dot are the platform's."""

    package: str
    label: str
    version_name: str
    version_code: int
    target_sdk: int
    activities: list[str]  # the first is the launcher's
    developer: str = "example"  # whose key signs it
    namespace: str = ""  # the package of class R; empty: the app's own
    min_sdk: int = 21
    permissions: list[str] = []
    application: str = ""
    providers: list[str] = []
    services: dict[str, str] = {}  # class to process, such as ":push"; empty for the app's own
    receivers: dict[str, list[str]] = {}  # class to the actions it hears
    sdks: list[str] = []  # folders of `samples/sdks` compiled in
    pins: dict[str, str] = {}  # constant of the generated class Pins to the host it pins
    debuggable: bool = False
    calls: bool = False  # code that calls everything of the hook catalogue is generated in

    @property
    def code_package(self) -> str:
        """The package in which the code's generated classes live."""
        return self.namespace or self.package

    @property
    def full_permissions(self) -> list[str]:
        """Names with their prefix."""
        return [p if "." in p else f"android.permission.{p}" for p in self.permissions]


def read_sample(folder: Path) -> Sample:
    """Read `app.yaml` of a sample.

    Raises:
        UsageError: it is missing, not YAML, or a field is unknown, missing or of a wrong type.
    """
    path = folder / "app.yaml"
    try:
        text = path.read_text(encoding="utf-8")[:_BYTES]
        return msgspec.convert(yaml.safe_load(text), Sample)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: is not YAML: {error}") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}; fields are those of the other samples") from None
