"""An APK as a bounded archive: entries are read up to a limit, whatever their headers claim.

Android is laxer than zip readers: it ignores the "encrypted" flag and takes any unknown method
for deflate, and packers use that to confuse tools. The same leniency is applied here.
"""

import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from farm.model.errors import UsageError

MAX_FILE = 8 * 1024**3
MAX_ENTRIES = 200_000
MANIFEST = "AndroidManifest.xml"
_ENCRYPTED = 0x1


class Archive:
    """An open APK.

    Raises:
        UsageError: the file is missing, no APK, corrupt, or beyond the limits.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise UsageError(f"{path}: no such file; expected an APK")
        self.size = path.stat().st_size
        if self.size > MAX_FILE:
            raise UsageError(f"{path}: {self.size} bytes; expected an APK of at most {MAX_FILE}")
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise UsageError(f"{path}: not an APK (a zip file): {error}") from error
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        if len(self._zip.infolist()) > MAX_ENTRIES:
            self._zip.close()
            raise UsageError(f"{path}: more than {MAX_ENTRIES} entries; expected an APK")
        if MANIFEST not in self._entries:
            self._zip.close()
            raise UsageError(f"{path}: a zip file without {MANIFEST}; expected an APK")

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """Names of all entries, as the APK says."""
        return list(self._entries)

    @property
    def directory_offset(self) -> int:
        """Where the central directory begins; a signing block ends right before it."""
        return int(getattr(self._zip, "start_dir", 0))

    def read(self, name: str, limit: int) -> bytes:
        """Return an entry's content; empty if there is no such entry.

        Raises:
            UsageError: it is larger than `limit` bytes, or corrupt.
        """
        entry = self._entries.get(name)
        if entry is None:
            return b""
        entry.flag_bits &= ~_ENCRYPTED
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            entry.compress_type = zipfile.ZIP_DEFLATED
        try:
            with self._zip.open(entry) as file:
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise UsageError(f"{self.path}: entry {name[:100]!r} is corrupt: {error}") from error
        if len(data) > limit:
            raise UsageError(
                f"{self.path}: entry {name[:100]!r} is larger than {limit} bytes; expected an APK"
            )
        return data
