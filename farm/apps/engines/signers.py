"""The register of genuine signers: which certificates a package may be signed with."""

import re
from pathlib import Path

import msgspec
import yaml

from farm.model.errors import UsageError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST = 64 << 20


class SignerRegister:
    """Genuine signers by package; a package that is not listed is not judged."""

    def __init__(self, genuine: dict[str, frozenset[str]] | None = None) -> None:
        self._genuine = genuine or {}

    def is_genuine(self, package: str, signer_sha256: str) -> bool | None:
        """Whether this signer is one of the package's; None where the package is not listed."""
        known = self._genuine.get(package)
        return None if known is None else signer_sha256 in known

    @classmethod
    def load(cls, path: Path) -> "SignerRegister":
        """Read a YAML file of `package: [SHA-256 of a certificate, ...]`.

        Raises:
            UsageError: one line that names file and package, and what was expected.
        """
        try:
            data = path.read_bytes()
            if len(data) > _LARGEST:
                raise UsageError(f"{path}: larger than {_LARGEST >> 20} MiB; is it the right file?")
            table = msgspec.convert(yaml.safe_load(data) or {}, dict[str, list[str]])
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark is not None else ""
            raise UsageError(f"{path}{line}: not YAML") from error
        except msgspec.ValidationError as error:
            raise UsageError(f"{path}: {error}; expected package: [digest, ...]") from error
        for package, digests in table.items():
            for digest in digests:
                if not _DIGEST.fullmatch(digest.replace(":", "").lower()):
                    raise UsageError(
                        f"{path}: {package}: {digest[:80]!r}: expected the SHA-256 of a "
                        "certificate, 64 hexadecimal digits"
                    )
        return cls(
            {
                package: frozenset(digest.replace(":", "").lower() for digest in digests)
                for package, digests in table.items()
            }
        )
