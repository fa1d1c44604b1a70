"""Access tokens are checked offline: who made them, for whom, until when, for which grant."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from sandbox.contract.shapes import (
    EVERY_PERSON,
    GRANT_OF,
    ChangeKind,
    Flavour,
    Grant,
    JsonObject,
    OAuthScope,
    Registry,
    TrustedIssuer,
)
from sandbox.domain.errors import UnauthorizedError
from sandbox.operations import intake
from sandbox.operations.context import Caller, Door, Role, Sandbox
from sandbox.operations.tokens import GRACE_US, caller_for
from tests.sandbox.tiny import AGENT, START_US, empty_sandbox, person_id, tiny_scope

ISSUER, AUDIENCE = "https://airlock.example", "https://sandbox.example/mcp"
START = START_US // 1_000_000
MINA = person_id(Flavour.CLOUD, "mina")
HOUR_US = 3_600_000_000
ED, OTHER_ED = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
SECRET = "a shared secret that is long enough for HS256"


@pytest.fixture
def sandbox(tmp_path: Path, templates: dict[Role, Path]) -> Iterator[Sandbox]:
    """Lend a Cloud shadow on SQLite: nothing here depends on the database."""
    copy = shutil.copy(templates[Role.SHADOW], tmp_path / "copy.db")
    opened = empty_sandbox(tmp_path, Role.SHADOW, url=f"sqlite:///{copy}")
    yield opened
    opened.database.dispose()


def jwk(key: Any, name: str = "k1") -> JsonObject:
    """Return the public key of a private one as a JWK."""
    kinds = {
        Ed25519PrivateKey: OKPAlgorithm, rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
    }  # fmt: skip
    algorithm = next(found for kind, found in kinds.items() if isinstance(key, kind))
    made: JsonObject = algorithm.to_jwk(key.public_key(), as_dict=True)  # type: ignore[attr-defined]
    return {**made, "kid": name}


OWN = TrustedIssuer(issuer=ISSUER, audience=AUDIENCE, keys=[jwk(ED)], grant_claim="grant")
IDP = TrustedIssuer(
    issuer=ISSUER,
    audience=AUDIENCE,
    keys=[jwk(RSA, "r1"), jwk(EC, "e1")],
    person_claim="email",
    clients={"claude-code": "idp:claude"},
    scopes={OAuthScope.READ: "Jira.Read", OAuthScope.STAGE: "Jira.Stage"},
)


def push(sandbox: Sandbox, issuer: TrustedIssuer | None, *grants: Grant, **more: int) -> None:
    times = {"pushed_at": START_US, "valid_until": START_US + HOUR_US} | more
    intake.put_registry(
        sandbox, Registry(site=sandbox.site, grants=list(grants), issuer=issuer, **times)
    )


def grant(name: str, person: str = "mina", expires_at: int = START_US + HOUR_US) -> Grant:
    return Grant(
        token_id=name.replace(":", "-"),
        token_hash=name,
        site="tiny",
        agent=AGENT,
        person=person,
        scope=tiny_scope(),
        expires_at=expires_at,
    )


G1 = grant(GRANT_OF.format(grant="g1"))


def signed(key: Any = ED, alg: str = "EdDSA", kid: str | None = "k1", **claims: Any) -> str:
    """Return a good token, but for what is said."""
    said = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "mina", "exp": START + 600, "grant": "g1",
        "scope": "jira:read jira:stage",
    } | claims  # fmt: skip
    head = {"typ": claims.pop("typ", "at+jwt")} | ({"kid": kid} if kid else {})
    said.pop("typ", None)
    return jwt.encode(
        {name: one for name, one in said.items() if one is not None}, key, alg, headers=head
    )


def call(sandbox: Sandbox, token: str, door: Door = Door.MCP) -> Caller:
    return caller_for(sandbox, token, door=door)


def test_a_genuine_token_is_the_grants_agent_and_person(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1)
    found = call(sandbox, signed())
    assert (found.agent, found.person, found.scope) == (AGENT, "mina", tiny_scope())
    assert not found.read_only_token
    assert call(sandbox, signed(kid=None)).agent == AGENT


def test_without_the_scope_to_stage_it_only_reads(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1)
    found = call(sandbox, signed(scope="jira:read"))
    assert found.read_only_token
    assert found.scope is not None
    assert found.scope.kinds == ()
    assert ChangeKind.EDIT in tiny_scope().kinds


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://airlock.example"},
        {"aud": "https://sandbox.example/mcp2"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": START},
        {"exp": START - 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1e400},
        {"sub": None},
        {"sub": "juno"},
        {"nbf": START + 3600},
        {"grant": "g2"},
        {"grant": None},
        {"scope": None},
        {"scope": "openid"},
        {"typ": "logout+jwt"},
        {"key": OTHER_ED},
        {"kid": "k2"},
        {"key": RSA, "alg": "RS256"},
    ],
)
def test_any_other_token_is_nobody(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    push(sandbox, OWN, G1)
    with pytest.raises(UnauthorizedError, match=r"access|Jira"):
        call(sandbox, signed(**wrong))


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_shared_secret_and_no_signature_are_no_keys(sandbox: Sandbox) -> None:
    secret: JsonObject = {"kty": "oct", "kid": "k1", "k": "YSBzaGFyZWQgc2VjcmV0"}
    push(sandbox, OWN.model_copy(update={"keys": [secret]}), G1)
    for token in (
        signed(SECRET, "HS256"),
        signed(b"a shared secret", "HS256"),
        jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "sub": "mina"}, "", "none"),
    ):
        with pytest.raises(UnauthorizedError):
            call(sandbox, token)
    # The public key, used as if it were a shared secret: the old trick with two algorithms.
    push(sandbox, OWN, G1, pushed_at=START_US + 1)
    with pytest.raises(UnauthorizedError):
        call(sandbox, signed(ED.public_key().public_bytes_raw(), "HS256"))


def test_a_token_is_for_the_mcp_door_alone(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1)
    for door in (Door.REST2, Door.REST3, Door.AGILE):
        with pytest.raises(UnauthorizedError):
            call(sandbox, signed(), door)


def test_the_name_of_a_grant_is_no_token(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1)
    for token in ("oauth:g1", "g1"):
        with pytest.raises(UnauthorizedError):
            call(sandbox, token)


def test_what_is_revoked_or_run_out_ends_at_once(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1)
    call(sandbox, signed())
    push(sandbox, OWN, pushed_at=START_US + 1)
    with pytest.raises(UnauthorizedError, match="revoked"):
        call(sandbox, signed())
    push(sandbox, OWN, grant("oauth:g1", expires_at=START_US), pushed_at=START_US + 2)
    with pytest.raises(UnauthorizedError, match="run out"):
        call(sandbox, signed())
    push(sandbox, None, G1, pushed_at=START_US + 3)
    with pytest.raises(UnauthorizedError):
        call(sandbox, signed())


def test_a_registry_that_grew_old_refuses_access_tokens_too(sandbox: Sandbox) -> None:
    push(sandbox, OWN, G1, valid_until=START_US - GRACE_US // 2)
    call(sandbox, signed())
    push(sandbox, OWN, G1, valid_until=START_US - GRACE_US - 1)
    with pytest.raises(UnauthorizedError, match="has not heard from its gateway"):
        call(sandbox, signed())


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(RSA, "RS256", "r1"), (RSA, "PS384", "r1"), (EC, "ES256", "e1")]
)
def test_an_identity_provider_names_the_person(
    sandbox: Sandbox, key: Any, alg: str, kid: str
) -> None:
    push(sandbox, IDP, grant("idp:claude", EVERY_PERSON))
    claims = {"sub": "00u1", "grant": None, "scope": None, "scp": ["Jira.Read", "Jira.Stage"]}
    token = signed(
        key, alg, kid, **claims, azp="claude-code", email="MINA@example.com", email_verified=True
    )
    found = call(sandbox, token)
    assert (found.person, found.agent, found.read_only_token) == (MINA, AGENT, False)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "nobody@example.com"}, "no account"),
        ({"email": None}, "no account"),
        ({"email_verified": False}, "verified"),
        ({"email_verified": None}, "verified"),
        ({"email_verified": "true"}, "verified"),
        ({"email_verified": 1}, "verified"),
        ({"client_id": "other"}, "revoked"),
        ({"client_id": None}, "revoked"),
        ({"scope": "jira:read"}, "not even read"),
    ],
)
def test_an_identity_providers_token_that_does_not_fit(
    sandbox: Sandbox, claims: dict[str, Any], why: str
) -> None:
    push(sandbox, IDP, grant("idp:claude", EVERY_PERSON))
    good = {"sub": "x", "scope": "Jira.Read", "client_id": "claude-code"}
    who = {"email": "mina@example.com", "email_verified": True}
    token = signed(RSA, "RS256", "r1", **(good | who | claims))
    with pytest.raises(UnauthorizedError, match=why):
        call(sandbox, token)


@pytest.mark.parametrize(
    ("claim", "named", "verified", "trusted", "let_in"),
    [
        ("email", "mina@example.com", True, False, True),
        ("email", "mina@example.com", None, False, False),
        ("email", "mina@example.com", None, True, True),
        ("email", "mina@example.com", False, True, False),
        ("upn", "mina@example.com", None, False, False),
        ("upn", "mina@example.com", None, True, True),
        ("email", MINA, None, False, False),
        ("jira_account", MINA, None, False, True),
        ("jira_account", MINA, False, False, False),
    ],
)
def test_an_address_counts_only_where_the_issuer_stands_for_it(
    sandbox: Sandbox, claim: str, named: str, verified: bool | None, trusted: bool, let_in: bool
) -> None:
    issuer = IDP.model_copy(update={"person_claim": claim, "email_verified": not trusted})
    push(sandbox, issuer, grant("idp:claude", EVERY_PERSON))
    said = {"sub": "x", "scope": "Jira.Read", "client_id": "claude-code", claim: named}
    token = signed(RSA, "RS256", "r1", **said, email_verified=verified)
    if let_in:
        assert call(sandbox, token).person == MINA
        return
    with pytest.raises(UnauthorizedError, match="AIRLOCK_MCP_EMAIL"):
        call(sandbox, token)
