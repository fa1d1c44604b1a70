"""An issuer's word is taken only when it is signed, fresh, for us and for this attempt."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.identity.issuer import Issuer
from gateway.identity.oidc import (
    Attempt,
    SignInError,
    check_answer,
    new_attempt,
    opened,
    person_of,
    roles_of,
    sealed,
    way_there,
)
from gateway.people_settings import GroupRole, Oidc, PeopleSettingsError, oidc_of
from gateway.review.people import ProjectRole, Role
from gateway.settings import resolved

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ATTEMPT = Attempt("state", "nonce", "verifier", 10**18)
ROLES = (
    GroupRole(Role.APPROVER, "leads"),
    GroupRole(Role.VIEWER, "*"),
    GroupRole(Role.ADMIN, "root"),
)


class Told:
    """What the issuer of a test answers at its token endpoint."""

    id_token = ""


class _Answers(BaseHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Answer discovery and keys."""
        own = f"http://{self.headers['host']}"
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        found: dict[str, Any] = {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        if self.path.endswith("openid-configuration"):
            names = {"token_endpoint": "/token", "jwks_uri": "/keys"}
            found = {"issuer": own, **{name: own + path for name, path in names.items()}}
            found["authorization_endpoint"] = own + "/authorize"
        self._say(found)

    def do_POST(self) -> None:
        """Answer the token endpoint."""
        self.rfile.read(int(self.headers["content-length"]))
        self._say({"id_token": Told.id_token, "access_token": "x"})

    def _say(self, found: dict[str, Any]) -> None:
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Start an issuer that says whatever a test wants."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    yield Issuer(Oidc(url, "airlock", "secret", "openid", "groups", ROLES))
    server.shutdown()
    thread.join()
    server.server_close()


def claims(issuer: Issuer, **changed: Any) -> dict[str, Any]:
    """Return good claims, with some changed; None takes one out."""
    now = int(time.time())
    good = {
        "iss": issuer.oidc.issuer,
        "aud": "airlock",
        "sub": "kim",
        "nonce": "nonce",
        "iat": now,
        "exp": now + 300,
        "groups": ["leads"],
    }
    return {name: one for name, one in {**good, **changed}.items() if one is not None}


def signed(
    found: dict[str, Any], key: Any = KEY, kid: str = "one", algorithm: str = "RS256"
) -> str:
    """Return claims as a token."""
    return jwt.encode(found, key, algorithm=algorithm, headers={"kid": kid})


def test_a_good_token_is_taken(issuer: Issuer) -> None:
    Told.id_token = signed(claims(issuer))
    found = issuer.claims("code", ATTEMPT, "http://here")
    assert found["sub"] == "kim"
    assert person_of(found, issuer.oidc, (), "shop").role is Role.APPROVER


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "somebody-else"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"sub": None},
        {"aud": ["airlock", "other"], "azp": "other"},
        {"iat": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_attempt_is_refused(
    issuer: Issuer, changed: dict[str, Any]
) -> None:
    Told.id_token = signed(claims(issuer, **changed))
    with pytest.raises(SignInError):
        issuer.claims("code", ATTEMPT, "http://here")


def test_a_token_that_the_issuer_did_not_sign_is_refused(issuer: Issuer) -> None:
    good = claims(issuer)
    unsigned = jwt.encode(good, "", algorithm="none", headers={"kid": "one"})
    symmetric = signed(good, "s" * 32, algorithm="HS256")
    for token in (signed(good, OTHER), signed(good, OTHER, "two"), unsigned, symmetric, "", "a.b"):
        Told.id_token = token
        with pytest.raises(SignInError):
            issuer.claims("code", ATTEMPT, "http://here")


def test_an_attempt_is_ours_and_young() -> None:
    attempt = new_attempt(lambda size: "r" * size, 0)
    cookie = sealed(attempt, b"key")
    assert opened(cookie, b"key", attempt.expires_at - 1) == attempt
    assert opened(cookie, b"key", attempt.expires_at) is None
    assert opened(cookie, b"another", 0) is None
    assert opened("x" + cookie, b"key", 0) is None
    assert opened("", b"key", 0) is None


def test_only_the_answer_to_the_question_is_taken(issuer: Issuer) -> None:
    assert check_answer({"state": "state", "code": "c"}, ATTEMPT, issuer.oidc) == "c"
    for query in ({"code": "c"}, {"state": "state"}, {"state": "other", "code": "c"}):
        with pytest.raises(SignInError):
            check_answer(query, ATTEMPT, issuer.oidc)
    with pytest.raises(SignInError):
        check_answer({"state": "state", "code": "c"}, None, issuer.oidc)


def test_the_verifier_never_goes_through_the_browser(issuer: Issuer) -> None:
    there = way_there("https://login.example/a", issuer.oidc, ATTEMPT, "http://here")
    assert "code_challenge_method=S256" in there
    assert "verifier" not in there


def test_the_highest_role_wins_and_no_group_means_no_role() -> None:
    oidc = Oidc("https://i.example", "c", "", roles=ROLES)
    assert roles_of(frozenset({"leads", "root"}), oidc) == {"*": Role.ADMIN}
    assert roles_of(frozenset(), oidc) == {"*": Role.VIEWER}
    assert not roles_of(frozenset({"x"}), Oidc("https://i.example", "c", "", roles=ROLES[:1]))


def test_groups_give_roles_in_projects_and_nothing_elsewhere() -> None:
    roles = (GroupRole(Role.VIEWER, "web", "WEB"), GroupRole(Role.ADMIN, "leads", "WEB"))
    oidc = Oidc("https://i.example", "c", "", roles=roles)
    found = person_of({"sub": "kim", "groups": ["web", "leads"]}, oidc, (), "shop")
    assert found.role is Role.NONE
    assert found.roles == (ProjectRole(site="shop", project="WEB", role=Role.ADMIN),)
    with pytest.raises(SignInError):
        person_of({"sub": "kim", "groups": ["others"]}, oidc, (), "shop")


def test_a_jira_account_is_found_by_a_verified_address_alone() -> None:
    oidc = Oidc("https://i.example", "c", "", roles=ROLES)
    users: list[Any] = [{"accountId": "a1", "emailAddress": "Kim@x.example"}]
    found: dict[str, Any] = {"sub": "kim", "email": "kim@x.example", "email_verified": True}
    assert person_of({**found}, oidc, users, "shop").jira_account == "a1"
    assert person_of({**found, "email_verified": False}, oidc, users, "shop").jira_account is None
    assert person_of({**found}, oidc, users * 2, "shop").jira_account is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"AIRLOCK_OIDC_ISSUER": "http://login.example"}, "AIRLOCK_OIDC_ISSUER"),
        ({"AIRLOCK_OIDC_CLIENT_ID": ""}, "AIRLOCK_OIDC_CLIENT_ID"),
        ({"AIRLOCK_OIDC_ROLES": ""}, "AIRLOCK_OIDC_ROLES"),
        ({"AIRLOCK_OIDC_ROLES": "boss=x"}, "AIRLOCK_OIDC_ROLES"),
        ({"AIRLOCK_OIDC_ROLES": "viewer"}, "AIRLOCK_OIDC_ROLES"),
        ({"AIRLOCK_OIDC_ROLES": "viewer@=x"}, "AIRLOCK_OIDC_ROLES"),
        ({"AIRLOCK_OIDC_ROLES": "none=x"}, "AIRLOCK_OIDC_ROLES"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(changed: dict[str, str], named: str) -> None:
    good = {
        "AIRLOCK_OIDC_ISSUER": "https://login.example",
        "AIRLOCK_OIDC_CLIENT_ID": "airlock",
        "AIRLOCK_OIDC_ROLES": "viewer=*, approver=leads, reviewer@PAY=pay-team",
    }
    found = oidc_of(resolved(good))
    assert found is not None
    assert found.roles == (
        GroupRole(Role.VIEWER, "*"),
        GroupRole(Role.APPROVER, "leads"),
        GroupRole(Role.REVIEWER, "pay-team", "PAY"),
    )
    with pytest.raises(PeopleSettingsError) as caught:
        oidc_of(resolved({**good, **changed}))
    assert caught.value.name == named
