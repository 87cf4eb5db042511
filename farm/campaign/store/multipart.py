"""Big files into S3 part by part: an upload that was cut off goes on inside the file.

S3's own multipart upload is the memory: which parts are there, and their digests, is asked of the
store, so that any later process goes on. boto3's errors end here. Blocks; knows no event loop.
"""

import base64
import contextlib
import datetime
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

PART = 16 << 20
"""Bytes of one part; S3 takes 5 MiB to 5 GiB, and 10,000 of them for a file (S3 User Guide,
"Amazon S3 multipart upload limits")."""

_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_TRIES = 3


class PartsFailed(Exception):
    """The store could not be reached or refused; what arrived stays for the next try."""


class FileChanged(Exception):
    """The file no longer has the digest that it is stored for; nothing of it is kept."""


class Stopped(Exception):
    """The caller wants no more; what arrived stays for the next try."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A part that the store has."""

    sha256: str  # base64; empty where the store does not tell
    etag: str

    def holds(self, data: bytes) -> bool:
        """Whether it has these bytes, as far as the store says."""
        if self.sha256:
            return self.sha256 == _sha256(data)
        # Of unencrypted parts, and ones under SSE-S3, the entity tag is the MD5 (S3 API, "Object").
        return self.etag == hashlib.md5(data, usedforsecurity=False).hexdigest()


class PartUploads:
    """Multipart uploads below one `s3://BUCKET/PREFIX`.

    Credentials and endpoint come from boto3's own chain, whose variables obstore reads as well.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._bucket = parts.netloc
        self._prefix = parts.path.strip("/")
        self._made: Any = None
        self._making = threading.Lock()

    def put(self, name: str, source: Path, sha256: str, stop: threading.Event) -> int:
        """Store a file, sending only parts that are not there; returns how many were sent.

        Every part carries its SHA-256, which the store checks; the file's own is taken in the same
        pass, so that exactly the bytes that were sent are the ones that have it.

        Raises:
            PartsFailed: call again to go on.
            FileChanged: the upload is given up.
            Stopped: `stop` was set in between.
        """
        with _mapped():
            return self._put(self._key(name), source, sha256, stop)

    def give_up(self, older_than: datetime.datetime) -> int:
        """End uploads that were begun before a time and never completed; returns how many.

        Raises:
            PartsFailed: the store failed.
        """
        with _mapped():
            ended = 0
            for upload in list(self._uploads(self._key(""))):
                if upload["Initiated"] < older_than:
                    self._abort(upload["Key"], upload["UploadId"])
                    ended += 1
            return ended

    def _put(self, key: str, source: Path, sha256: str, stop: threading.Event) -> int:
        upload, others = self._begun(key)
        kept = self._kept(key, upload)
        whole = hashlib.sha256()
        finished: list[dict[str, object]] = []
        sent = 0
        for number, data in _parts(source):
            if stop.is_set():
                raise Stopped(key)
            whole.update(data)
            part = kept.get(number)
            if part is None or not part.holds(data):
                part = self._send(key, upload, number, data)
                sent += 1
            finished.append(
                {"PartNumber": number, "ETag": part.etag, "ChecksumSHA256": _sha256(data)}
            )
        if whole.hexdigest() != sha256:
            self._abort(key, upload)
            raise FileChanged(str(source))
        self._client.complete_multipart_upload(
            Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": finished}
        )
        for other in others:
            self._abort(key, other)
        return sent

    def _begun(self, key: str) -> tuple[str, list[str]]:
        """The latest unfinished upload of a key, or a new one; and older ones, to be ended."""
        there = sorted(
            (u for u in self._uploads(key) if u["Key"] == key), key=lambda u: u["Initiated"]
        )
        if there:
            return there[-1]["UploadId"], [upload["UploadId"] for upload in there[:-1]]
        made = self._client.create_multipart_upload(
            Bucket=self._bucket, Key=key, ChecksumAlgorithm="SHA256"
        )
        return made["UploadId"], []

    def _send(self, key: str, upload: str, number: int, data: bytes) -> _Kept:
        digest = _sha256(data)
        answer = self._client.upload_part(
            Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=data,
            ChecksumSHA256=digest,
        )  # fmt: skip
        return _Kept(sha256=digest, etag=answer["ETag"])

    def _kept(self, key: str, upload: str) -> dict[int, _Kept]:
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=key, UploadId=upload
        )
        return {
            part["PartNumber"]: _Kept(
                sha256=part.get("ChecksumSHA256", ""), etag=part["ETag"].strip('"')
            )
            for page in pages
            for part in page.get("Parts", ())
        }

    def _uploads(self, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            yield from page.get("Uploads", ())

    def _abort(self, key: str, upload: str) -> None:
        self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    @property
    def _client(self) -> Any:
        with self._making:  # a session of boto3 is not made by two threads at once
            if self._made is None:
                import boto3
                from botocore.config import Config

                self._made = boto3.session.Session().client(
                    "s3",
                    config=Config(
                        connect_timeout=_CONNECT_SECONDS,
                        read_timeout=_READ_SECONDS,
                        retries={"max_attempts": _TRIES, "mode": "standard"},
                    ),
                )
            return self._made


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    """Turn boto3's errors into ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise PartsFailed(" ".join(str(error).split())[:300]) from error


def _parts(source: Path) -> Iterator[tuple[int, bytes]]:
    with source.open("rb") as file:
        number = 1
        while data := file.read(PART):
            yield number, data
            number += 1


def _sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
