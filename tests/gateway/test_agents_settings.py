"""How agents come in: the settings of our own authorization server and of a foreign one."""

import pytest

from gateway.agents_settings import AGENTS, ForeignIssuer
from gateway.identity.foreign import foreign_issuer
from gateway.settings import Settings, SettingsError
from sandbox.contract.shapes import OAuthScope

IDP = {
    "AIRLOCK_DATABASE_URL": "sqlite://",
    "AIRLOCK_MCP_ISSUER": "https://login.shop.example/v2",
    "AIRLOCK_MCP_CLIENTS": "0f1e=Claude Code, cursor",
}


def issuer(**more: str) -> ForeignIssuer:
    found = Settings.from_env({**IDP, **more}).foreign_issuer
    assert found is not None
    return found


def test_an_identity_provider_takes_the_place_of_our_own_server() -> None:
    settings = Settings.from_env(IDP)
    assert settings.oauth is None
    assert settings.foreign_issuer == ForeignIssuer(
        issuer="https://login.shop.example/v2",
        audience="http://127.0.0.1:8643/mcp",
        clients=(("0f1e", "Claude Code"), ("cursor", "cursor")),
    )
    assert Settings.from_env({"AIRLOCK_DATABASE_URL": "sqlite://"}).foreign_issuer is None


def test_its_words_and_claims_can_be_others() -> None:
    found = issuer(
        AIRLOCK_MCP_AUDIENCE="api://jira",
        AIRLOCK_MCP_PERSON_CLAIM="upn",
        AIRLOCK_MCP_SCOPES="jira:read=Jira.Read, jira:stage=Jira.Stage",
        AIRLOCK_MCP_EMAIL="Trusted",
    )
    told = foreign_issuer(found, [])
    assert (told.audience, told.person_claim, told.email_verified) == ("api://jira", "upn", False)
    assert [told.word(one) for one in OAuthScope] == ["Jira.Read", "Jira.Stage"]


def test_an_address_has_to_be_verified_unless_somebody_says_otherwise() -> None:
    default = next(one.default for one in AGENTS if one.name == "AIRLOCK_MCP_EMAIL")
    assert default == "verified"
    for found in (issuer(), issuer(AIRLOCK_MCP_EMAIL=default)):
        assert foreign_issuer(found, []).email_verified


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("AIRLOCK_MCP_ISSUER", "http://login.shop.example", "https"),
        ("AIRLOCK_MCP_CLIENTS", "", "no token would count"),
        ("AIRLOCK_MCP_SCOPES", "read=Jira.Read", "jira:read"),
        ("AIRLOCK_MCP_EMAIL", "yes", "verified or trusted"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refused:
        Settings.from_env({**IDP, name: value})
    assert name in str(refused.value)
