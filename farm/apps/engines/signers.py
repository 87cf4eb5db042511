"""The register of genuine signers: which certificates a package may be signed with."""

import re
from pathlib import Path

from farm.files import read_yaml
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
        table, _ = read_yaml(
            path, dict[str, list[str]], largest=_LARGEST, expected="package: [digest, ...]"
        )
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
