"""What a server of the web page was told; read once, passed in everywhere."""

from pathlib import Path

import msgspec


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One server."""

    home: Path  # the lab's folder: uploads in progress, recordings fetched from the store
    secure: bool = False  # reached over TLS, our own or a proxy's: cookies are marked so
    deadlines: Path | None = None  # how long notices give; None: what ships
    names: tuple[str, ...] = ()  # host names it answers to beside loopback's
    largest_request: int = 256 << 10  # bytes of a form or an API request
    largest_app: int = 2 << 30  # bytes of an APK that is given in
    small_recording: int = 24 << 20  # bytes of one that is opened while somebody waits for it
    sign_ins: str = "10/5minutes"  # tries from one address on one account
    sign_ins_address: str = "60/5minutes"  # tries from one address
    uploads_each: str = "120/hour"  # apps that one account gives in
    requests: str = "1200/minute"  # from one sign-in or address
    api_requests: str = "600/minute"  # with one token

    @property
    def uploads(self) -> Path:
        """Folder of files that are being received."""
        return self.home / "web" / "uploads"

    @property
    def cache(self) -> Path:
        """Folder of recordings that were fetched from a store elsewhere."""
        return self.home / "web" / "recordings"

    @property
    def reports(self) -> Path:
        """Folder of reports and evidence packs that were made for visitors."""
        return self.home / "web" / "reports"

    @property
    def cookie(self) -> str:
        """Name of the sign-in's cookie; browsers hold `__Host-` to this very host and TLS."""
        return "__Host-farm" if self.secure else "farm"
