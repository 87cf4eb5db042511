"""S3 as moto's server speaks it over loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import boto3
import httpx
import pytest

from tests.campaign.wire import Wire, wire_to

_START_SECONDS = 60


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """Port of an S3 server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port: int = chosen.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONWARNINGS": ""},
    )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/moto-api/", timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the S3 server ended before it was up"
                assert time.monotonic() < deadline, "the S3 server did not start"
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
async def s3_wire(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """A wire to the S3 server, which every client of this process is told of; one empty bucket."""
    async with wire_to(s3_port) as wire:
        for name in list(os.environ):
            if name.startswith("AWS_"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{wire.port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        direct = f"http://127.0.0.1:{s3_port}"
        async with httpx.AsyncClient(timeout=20) as client:
            (await client.post(f"{direct}/moto-api/reset")).raise_for_status()
        boto3.client("s3", endpoint_url=direct).create_bucket(Bucket="evidence")
        yield wire
