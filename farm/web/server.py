"""Runs the application under uvicorn until it is told to stop."""

import asyncio
import contextlib
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import msgspec
import uvicorn
from starlette.types import ASGIApp

from farm.model.errors import SetupError, UsageError

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_GRACE_SECONDS = 10


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a server listens."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""  # address of the proxy that speaks TLS for us, whose headers are believed

    @property
    def secure(self) -> bool:
        """Whether visitors come over TLS."""
        return self.certificate is not None or bool(self.proxy)


def check_address(address: Address, *, exposed: bool) -> Address:
    """Return an address that may be used.

    Args:
        exposed: the operator said that other machines shall reach it.

    Raises:
        UsageError: it would show the lab to others without their knowledge, or in the clear.
    """
    if (address.certificate is None) != (address.key is None):
        raise UsageError("--certificate and --key: expected both or neither")
    if address.host in _LOOPBACK:
        return address
    if not exposed:
        raise UsageError(
            f"--listen {address.host}: other machines could reach it; say --expose if they shall"
        )
    if not address.secure:
        raise UsageError(
            f"--listen {address.host}: passwords must not travel in the clear: give --certificate "
            "and --key, or --proxy ADDRESS of the proxy that speaks TLS for it"
        )
    return address


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process before the database is left in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(app: ASGIApp, address: Address) -> None:
    """Answer requests until a signal ends it.

    Raises:
        SetupError: certificate or key cannot be used, or the port is taken.
    """
    if address.certificate is not None and address.key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                address.certificate, address.key
            )
        except (OSError, ssl.SSLError) as error:
            raise SetupError(
                f"{address.certificate}: cannot be used with {address.key}: {error}"
            ) from error
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        proxy_headers=bool(address.proxy),
        forwarded_allow_ips=address.proxy or None,
        server_header=False,
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=32 << 10,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    try:
        await server.serve()
    except SystemExit as error:
        raise SetupError(
            f"{address.host}:{address.port}: cannot listen there; choose another --port"
        ) from error
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
