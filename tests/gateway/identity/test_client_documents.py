"""Fetching what a client says of itself cannot be turned against the house."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.agents_settings import OAuth
from gateway.identity.client_documents import LARGEST, Documents, is_public
from gateway.identity.oauth import OAuthError
from tests.gateway.identity.document_server import (
    HOST,
    URL,
    DocumentServer,
    document,
    document_server,
)

OAUTH = OAuth("http://127.0.0.1:1", "http://127.0.0.1:2/mcp", ("local", HOST), documents=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentServer]:
    """Serve documents by https."""
    with document_server(tmp_path_factory.mktemp("documents")) as served:
        yield served


def test_a_document_describes_its_client_and_is_kept(server: DocumentServer) -> None:
    server.put(URL, document())
    server.asked.clear()
    documents = server.documents()
    found = documents.client(URL, OAUTH, now=0)
    assert (found.client_id, found.name, found.by_document) == (URL, "문서 Client", True)
    assert documents.client(URL, OAUTH, now=1) == found
    # The connection went to the address that was looked at; the host was still named.
    assert server.asked == [("/oauth/client.json", HOST)]
    documents.client(URL, OAUTH, now=301_000_000)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (document("https://client.example/other.json"), 200),
        (document(token_endpoint_auth_method="client_secret_post"), 200),
        (document(redirect_uris=[]), 200),
        (document(redirect_uris=["javascript:1"]), 200),
        (b"{" + b" " * LARGEST + b"}", 200),
        (b"[]", 200),
        (b"\xff{", 200),
        (document(), 404),
        (document(), 302),
    ],
)
def test_a_document_that_does_not_fit_describes_nobody(
    server: DocumentServer, body: Any, status: int
) -> None:
    server.put(URL, body, status, Location=f"{URL}?again")
    server.put(f"{URL}?again", document())
    server.asked.clear()
    with pytest.raises(OAuthError):
        server.documents().client(URL, OAUTH, now=0)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://client.example/c.json", "https://client.example", "https://client.example/",
        "https://client.example:8443/c.json", "https://user@client.example/c.json",
        "https://client.example/c.json#x", "https://client.example/a/../c.json",
        "https://client.example/%2e%2E/c.json", "https://elsewhere.example/c.json",
        "https://127.0.0.1/c.json", "https://[::1]/c.json", "https://2130706433/c.json",
        "https://0x7f.1/c.json", "https://client.example\\@evil.example/c.json",
        "https://client.example.evil.example/c.json", "https://client.example/ c.json",
        "https://client.example:99999/c.json", "https://",
    ],
)  # fmt: skip
def test_a_strange_address_is_not_even_looked_up(url: str) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    allowed = (HOST, "127.0.0.1", "::1", "2130706433", "0x7f.1")
    with pytest.raises(OAuthError):
        Documents(resolve=resolve).client(url, replace(OAUTH, clients=allowed), now=0)
    assert asked == []


def test_nothing_is_fetched_unless_the_settings_say_so() -> None:
    with pytest.raises(OAuthError, match="AIRLOCK_OAUTH_DOCUMENTS"):
        Documents(resolve=lambda _host: []).client(URL, replace(OAUTH, documents=False), now=0)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.1", "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1%eth0",
        "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:db8::1", "not an address",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_connected_to(
    server: DocumentServer, address: str
) -> None:
    assert not is_public(address)
    server.asked.clear()
    for found in ([address], ["93.184.215.14", address]):
        documents = server.documents(resolve=lambda _host, found=found: found, is_public=is_public)
        with pytest.raises(OAuthError, match="public address"):
            documents.client(URL, OAUTH, now=0)
    assert server.asked == []


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def test_a_certificate_of_another_host_is_not_taken(server: DocumentServer) -> None:
    server.put("/other.json", document("https://other.example/other.json"))
    with pytest.raises(OAuthError, match="cannot be fetched"):
        server.documents().client(
            "https://other.example/other.json", replace(OAUTH, clients=("other.example",)), now=0
        )
