"""Real receivers of notifications on loopback: a web server and a mail server."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Posts:
    """What a web server got, and what it answers."""

    url: str = ""
    #: Path, headers and body of each.
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    #: Status of the next answers, in turn; then 204.
    answers: list[int] = field(default_factory=list)


@contextmanager
def web_receiver() -> Iterator[Posts]:
    """Run a web server that keeps what is posted to it."""
    posts = Posts()

    class Taking(BaseHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            """Stay silent."""

        def do_POST(self) -> None:
            """Keep what came."""
            body = self.rfile.read(int(self.headers["content-length"]))
            posts.got.append((self.path, dict(self.headers.items()), body))
            status = posts.answers.pop(0) if posts.answers else 204
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{posts.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    posts.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield posts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mails:
    """What a mail server got."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    #: Whom each was for.
    recipients: list[list[str]] = field(default_factory=list)
    #: Names that were used to sign in, and over an encrypted way only.
    signed_in: list[str] = field(default_factory=list)
    #: Recipients that are refused.
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Keep a mail."""
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def authenticate(self, _server: Any, session: Any, _envelope: Any, _way: str, who: Any) -> Any:
        """Let one account in."""
        assert isinstance(who, LoginPassword)
        good = (who.login, who.password) == (b"airlock", b"mail-secret")
        if good and session.ssl is not None:
            self.signed_in.append(who.login.decode())
        return AuthResult(success=good)


@contextmanager
def mail_receiver(tls: ssl.SSLContext | None = None) -> Iterator[Mails]:
    """Run a mail server; with ``tls`` it takes mails over STARTTLS from its account alone."""
    mails = Mails()
    words: dict[str, Any] = {}
    if tls is not None:
        words = {
            "tls_context": tls,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": mails.authenticate,
        }
    mails.port = _free_port()
    controller = Controller(mails, hostname="127.0.0.1", port=mails.port, **words)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


def _free_port() -> int:
    """Return a port for a server that cannot choose one itself."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS of a server on loopback, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    pem.write_bytes(plain + public)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=public.decode())
