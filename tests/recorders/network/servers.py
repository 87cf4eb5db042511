"""Local servers and clients for traffic: real TLS with a CA of the test, on loopback only."""

import base64
import datetime
import hashlib
import http.client
import http.server
import ipaddress
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """A CA and the server certificates it issues."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test servers")])
        certificate = (
            self._builder(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )

    def issue(self, host: str, folder: Path) -> ssl.SSLContext:
        """A server's TLS context for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        certificate = (
            self._builder(
                x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key()
            )
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        path = folder / f"{host}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


class Handler(http.server.BaseHTTPRequestHandler):
    """Echoes bodies; `/big/N` sends N bytes in chunks, `/ws` is an echoing WebSocket."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path.startswith("/ws"):
            self._websocket()
            return
        if self.path.startswith("/big/"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            left = int(self.path.split("/")[2])
            while left:
                part = min(left, 65536)
                self.wfile.write(b"%x\r\n%s\r\n" % (part, b"x" * part))
                left -= part
            self.wfile.write(b"0\r\n\r\n")
            return
        self._reply(f"hello {self.headers['Host']}".encode())

    def do_POST(self) -> None:
        """Echo."""
        self._reply(self.rfile.read(int(self.headers["Content-Length"])))

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _websocket(self) -> None:
        accept = base64.b64encode(
            hashlib.sha1(  # noqa: S324 - RFC 6455 prescribes it
                self.headers["Sec-WebSocket-Key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            ).digest()
        )
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept.decode())
        self.end_headers()
        while (frame := read_frame(self.rfile))[0] != 8:
            opcode, data = frame
            self.wfile.write(bytes([0x80 | opcode, len(data)]) + data)
        self.wfile.write(bytes([0x88, 2]) + struct.pack(">H", 1000))
        self.close_connection = True


def read_frame(file: Any) -> tuple[int, bytes]:
    """Read one short WebSocket frame (RFC 6455, section 5.2)."""
    read = file.read
    first, second = read(2)
    mask = read(4) if second & 0x80 else b"\0\0\0\0"
    data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(read(second & 0x7F)))
    return first & 0x0F, data


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def http_server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve on a free loopback port, over TLS where a context is given."""
    server = _Server(("127.0.0.1", 0), Handler, bind_and_activate=True)
    if context:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.socket.close()
        thread.join()
        server.server_close()


def trusting(certificate: bytes) -> ssl.SSLContext:
    """A client that trusts this CA only."""
    return ssl.create_default_context(cadata=certificate.decode())


def plain_request(
    proxy: int, url: str, method: str = "GET", body: bytes | None = None
) -> tuple[int, bytes]:
    """An http request through the proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
    try:
        connection.request(method, url, body=body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def tunnel(
    proxy: int, host: str, context: ssl.SSLContext, port: int = 443
) -> Iterator[http.client.HTTPSConnection]:
    """An https connection through the proxy."""
    connection = http.client.HTTPSConnection("127.0.0.1", proxy, timeout=10, context=context)
    connection.set_tunnel(host, port)
    try:
        yield connection
    finally:
        connection.close()


def tls_request(
    proxy: int,
    host: str,
    path: str,
    context: ssl.SSLContext,
    method: str = "GET",
    body: bytes | None = None,
) -> tuple[int, bytes]:
    """An https request through the proxy."""
    with tunnel(proxy, host, context) as connection:
        connection.request(method, path, body=body)
        response = connection.getresponse()
        return response.status, response.read()


class WebSocket:
    """An open secure WebSocket through the proxy, for short texts that come back."""

    def __init__(self, proxy: int, host: str, context: ssl.SSLContext) -> None:
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", proxy, timeout=10, context=context
        )
        self._connection.set_tunnel(host, 443)
        self._connection.connect()
        self._stream = self._connection.sock
        self._stream.sendall(
            b"GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n"
            % (host.encode(), base64.b64encode(b"0123456789abcdef"))
        )
        self._file = self._stream.makefile("rb")
        while self._file.readline().strip():
            pass

    def exchange(self, text: bytes) -> bytes:
        """Send one message and return the answer."""
        self._stream.sendall(_frame(1, text))
        return read_frame(self._file)[1]

    def close(self, *, orderly: bool = True) -> None:
        """Say good-bye, or just hang up."""
        if orderly:
            self._stream.sendall(_frame(8, struct.pack(">H", 1000)))
            read_frame(self._file)
        self._file.close()
        self._connection.close()


def websocket_exchange(proxy: int, host: str, context: ssl.SSLContext, text: bytes) -> bytes:
    """Send one text message over a secure WebSocket and return the answer."""
    socket = WebSocket(proxy, host, context)
    try:
        return socket.exchange(text)
    finally:
        socket.close()


def _frame(opcode: int, data: bytes) -> bytes:
    mask = b"abcd"
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
    return bytes([0x80 | opcode, 0x80 | len(data)]) + mask + masked
