"""A real https server for client documents, with a certificate for ``client.example``."""

import datetime as dt
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.identity.client_documents import Documents

HOST = "client.example"
URL = f"https://{HOST}/oauth/client.json"


@dataclass
class DocumentServer:
    """What is served, and what was asked."""

    port: int
    trust: ssl.SSLContext
    #: Path to status, headers and body.
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    #: Path and Host header of each request.
    asked: list[tuple[str, str]] = field(default_factory=list)

    def put(self, url: str, body: Any, status: int = 200, **headers: str) -> None:
        """Serve a document at an address."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.pages[url.removeprefix(f"https://{HOST}")] = (status, headers, text)

    def documents(self, **more: Any) -> Documents:
        """Return what fetches from here: this machine stands in for the public internet."""
        options = {
            "resolve": lambda _host: ["127.0.0.1"],
            "is_public": lambda _address: True,
            "trust": self.trust,
            "port": self.port,
        }
        return Documents(**{**options, **more})


def document(url: str = URL, **more: Any) -> dict[str, Any]:
    """Return a good document."""
    return {
        "client_id": url,
        "client_name": "문서 Client",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        **more,
    }


@contextmanager
def document_server(folder: Path) -> Iterator[DocumentServer]:
    """Serve documents until the end."""
    certificate = _certificate(folder)
    served = DocumentServer(0, ssl.create_default_context(cafile=str(certificate)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers.get("Host", "")))
            status, headers, body = served.pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "client.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
