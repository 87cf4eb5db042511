"""What the device room hands out: results of commands on a phone."""

import msgspec


class ShellResult(msgspec.Struct, frozen=True, kw_only=True):
    """A finished command: both outputs are text with undecodable bytes replaced.

    `truncated` says that the output was longer than the farm keeps.
    """

    exit_code: int
    stdout: str
    stderr: str = ""
    truncated: bool = False

    @property
    def text(self) -> str:
        """Standard output without surrounding white space."""
        return self.stdout.strip()


class InstallResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the package manager answered: `code` is empty on success."""

    code: str = ""
    message: str = ""
