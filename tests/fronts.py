"""What stands before a Jira in a company: TLS with a CA of its own, a proxy, an API edge.

Real servers on this machine; behind them is a real sandbox process.
"""

import datetime as dt
import http.client
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DROPPED = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True)
class Authority:
    """A company's own CA, with certificates for its servers and its people."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, folder: Path) -> "Authority":
        """Make a new one; its certificate is ``ca.pem`` in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate("Company CA", key, "Company CA", key, ca=True)
        (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return cls(folder, key, made)

    @property
    def bundle(self) -> str:
        """Path of the file that trusts this CA."""
        return str(self.folder / "ca.pem")

    def issue(self, name: str, *hosts: str, password: str = "") -> tuple[str, str]:
        """Return the paths of a new certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, "Company CA", self.key, hosts=hosts)
        hidden: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password:
            hidden = serialization.BestAvailableEncryption(password.encode())
        files = (self.folder / f"{name}.pem", self.folder / f"{name}.key")
        files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
        )
        return str(files[0]), str(files[1])


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    hosts: tuple[str, ...] = (),
    ca: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    names = [_san(one) for one in hosts or (name.replace(" ", "-").lower(),)]
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())


def _san(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@dataclass
class Call:
    """A request on its way through a front, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """An answer on its way back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Send = Callable[[Call], Reply]


@dataclass
class Front:
    """A running TLS server before a Jira."""

    port: int
    target: str
    #: File of the CA that a client has to trust.
    bundle: str = ""
    #: What happens on the way; by default everything is passed on.
    edge: Callable[[Call, Send], Reply] = lambda call, send: send(call)
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address by number."""
        return f"https://127.0.0.1:{self.port}"

    def send(self, call: Call) -> Reply:
        """Pass a request on to the Jira behind."""
        parts = urlsplit(self.target)
        behind = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            behind.request(call.method, call.path, call.body or None, call.headers)
            answer = behind.getresponse()
            headers = {k: v for k, v in answer.getheaders() if k.lower() not in _DROPPED}
            return Reply(answer.status, headers, answer.read())
        finally:
            behind.close()


@contextmanager
def tls_front(
    target: str, authority: Authority, *hosts: str, client_ca: str = ""
) -> Iterator[Front]:
    """Run a TLS server before a Jira; with ``client_ca`` it wants a client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server", "127.0.0.1", *hosts))
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    server = _TlsServer(("127.0.0.1", 0), _FrontHandler)
    server.context = context
    server.front = Front(server.server_port, target, authority.bundle)
    with _served(server):
        yield server.front


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext
    front: Front

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        secured = self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return secured, address

    def handle_error(self, *_: object) -> None:
        """A handshake that fails is the client's affair."""


class _FrontHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        assert isinstance(self.server, _TlsServer)
        front = self.server.front
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _DROPPED}
        call = Call(self.command, self.path, headers, body)
        front.calls.append(call)
        said = front.edge(call, front.send)
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)


@dataclass
class Proxy:
    """A running CONNECT proxy: every host it is asked for is the same port here."""

    port: int
    leads_to: int
    #: What the client has to say in ``Proxy-Authorization``; empty: nothing.
    password: str = ""
    hosts: list[str] = field(default_factory=list)


@contextmanager
def connect_proxy(leads_to: int, password: str = "") -> Iterator[Proxy]:
    """Run a CONNECT proxy; ``password`` is the whole header value it wants."""
    server = _ProxyServer(("127.0.0.1", 0), _ProxyHandler)
    server.proxy = Proxy(server.server_address[1], leads_to, password)
    with _served(server):
        yield server.proxy


class _ProxyServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    proxy: Proxy


class _ProxyHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _ProxyServer)
        proxy = self.server.proxy
        first = self.rfile.readline().decode("latin-1").split()
        headers = {}
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if first[:1] != ["CONNECT"] or headers.get("proxy-authorization", "") != proxy.password:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        proxy.hosts.append(first[1])
        with socket.create_connection(("127.0.0.1", proxy.leads_to)) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _pump(self.connection, behind)


def _pump(one: socket.socket, other: socket.socket) -> None:
    pairs = {one: other, other: one}
    with suppress(OSError):
        while True:
            for ready in select.select(list(pairs), [], [], 30)[0]:
                found = ready.recv(65536)
                if not found:
                    return
                pairs[ready].sendall(found)


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
