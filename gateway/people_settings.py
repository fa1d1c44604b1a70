"""The settings of how people sign in; ``gateway.settings`` adds them to its table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from gateway.jira_settings import PartSettingsError, Setting, one_of
from gateway.policy.self_approval import SelfApproval
from gateway.review.people import EVERY, LADDER, Role, role_at

PEOPLE: tuple[Setting, ...] = (
    Setting(
        "AIRLOCK_LOCAL_ACCOUNTS",
        "no",
        "people whom an admin added sign in with a name and a password of their own",
    ),
    Setting(
        "AIRLOCK_APPROVALS",
        "1",
        "how many different people must approve the same change set; more in single projects as "
        "NUMBER@PROJECT, comma-separated, such as 1,2@PAY: of several projects the most counts",
    ),
    Setting(
        "AIRLOCK_SELF_APPROVAL",
        "harmless",
        "what the person an agent worked for may approve of it. harmless: what no flag was raised "
        "on, an undo puts back, and is about issues assigned to them. yes: everything, for an "
        "installation of one person. no: nothing",
    ),
    Setting(
        "AIRLOCK_REVIEWER_JIRA",
        "",
        "require (default): people see here only the issues that Jira shows them, and approve only "
        "what they could do there; without a known account or an answer nothing is shown. ask "
        "(default in the demo and with AIRLOCK_TEST_UPSTREAM): where no account is known or Jira "
        "will not tell, roles decide. off: roles decide",
    ),
    Setting(
        "AIRLOCK_OIDC_ISSUER",
        "",
        "people sign in at this OpenID Connect issuer (https; its address as in its tokens)",
    ),
    Setting("AIRLOCK_OIDC_CLIENT_ID", "", "the gateway's client id at the issuer"),
    Setting("AIRLOCK_OIDC_CLIENT_SECRET", "", "the gateway's client secret there", secret=True),
    Setting("AIRLOCK_OIDC_SCOPE", "openid profile email", "scopes that are asked for"),
    Setting("AIRLOCK_OIDC_GROUPS_CLAIM", "groups", "claim that lists a person's groups"),
    Setting(
        "AIRLOCK_OIDC_ROLES",
        "",
        "role=group or role@PROJECT=group, comma-separated, such as "
        "approver@WEB=web-leads,admin=jira-admins,viewer=*; the highest that fits is taken, "
        "in a project or everywhere, and who is in none cannot sign in",
    ),
)


class JiraSays(StrEnum):
    """How much of what Jira allows people counts here."""

    OFF = "off"
    ASK = "ask"
    REQUIRE = "require"


#: Other ways to write yes and no, as in every setting that is one of the two.
_TRUTH = {"": "no", "true": "yes", "1": "yes", "on": "yes", "false": "no", "0": "no", "off": "no"}
_MOST_APPROVALS = 9
#: Group that everybody of the issuer is in.
EVERYBODY = "*"


class GroupRole(NamedTuple):
    """What a group of the issuer may do here."""

    role: Role
    group: str
    #: Project key; ``EVERY``: in every project.
    project: str = EVERY


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How people come in, besides one-time links and an identity provider."""

    #: By name and password.
    local_accounts: bool = False
    #: How many must approve, and project key to how many there.
    approvals: int = 1
    approvals_in: tuple[tuple[str, int], ...] = ()
    #: What the person an agent worked for may approve of it.
    self_approval: SelfApproval = SelfApproval.HARMLESS
    #: What Jira allows them, beside their roles.
    jira: JiraSays = JiraSays.REQUIRE


@dataclass(frozen=True, slots=True)
class Oidc:
    """One issuer, and what its groups mean here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid profile email"
    groups_claim: str = "groups"
    #: What each group means, as it was written.
    roles: tuple[GroupRole, ...] = ()


class PeopleSettingsError(PartSettingsError):
    """A setting about people cannot be used; has its name and what is wrong with it."""


def people_of(names: Mapping[str, str], *, make_believe: bool) -> PeopleRules:
    """Return the rules that are set; raises PeopleSettingsError.

    Where Jira is ``make_believe`` its people are too, so that roles may decide by default.
    """
    default = JiraSays.ASK if make_believe else JiraSays.REQUIRE
    name = "AIRLOCK_REVIEWER_JIRA"
    says = one_of({name: names[name] or default}, name, tuple(JiraSays))
    everywhere, single = _approvals(names["AIRLOCK_APPROVALS"])
    return PeopleRules(
        approvals=everywhere,
        approvals_in=single,
        local_accounts=one_of(names, "AIRLOCK_LOCAL_ACCOUNTS", ("no", "yes")) == "yes",
        self_approval=_self_approval(names),
        jira=JiraSays(says),
    )


def _self_approval(names: Mapping[str, str]) -> SelfApproval:
    name = "AIRLOCK_SELF_APPROVAL"
    given = _TRUTH.get(names[name].lower(), names[name])
    return SelfApproval(one_of({name: given}, name, tuple(SelfApproval)))


def _approvals(text: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    found: dict[str, int] = {}
    for one in (part.strip() for part in text.split(",") if part.strip()):
        number, _, project = (word.strip() for word in one.partition("@"))
        good = number.isascii() and number.isdigit() and 1 <= int(number) <= _MOST_APPROVALS
        if not good or ("@" in one and not project) or project in found:
            raise PeopleSettingsError(
                "AIRLOCK_APPROVALS",
                f"has '{one}'; it has to be a number from 1 to {_MOST_APPROVALS} or "
                "NUMBER@PROJECT, each project once.",
            )
        found[project] = int(number)
    everywhere = found.pop("", 1)
    return everywhere, tuple(sorted(found.items()))


def oidc_of(names: Mapping[str, str]) -> Oidc | None:
    """Return the issuer that is set, or None; raises PeopleSettingsError."""
    issuer = names["AIRLOCK_OIDC_ISSUER"]
    if not issuer:
        return None
    parts = urlsplit(issuer)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise PeopleSettingsError("AIRLOCK_OIDC_ISSUER", "has to be an https address.")
    if not names["AIRLOCK_OIDC_CLIENT_ID"]:
        raise PeopleSettingsError("AIRLOCK_OIDC_CLIENT_ID", "must be set with AIRLOCK_OIDC_ISSUER.")
    roles = _roles(names["AIRLOCK_OIDC_ROLES"])
    if not roles:
        raise PeopleSettingsError(
            "AIRLOCK_OIDC_ROLES", "must be set with AIRLOCK_OIDC_ISSUER: nobody could sign in."
        )
    return Oidc(
        issuer=issuer,
        client_id=names["AIRLOCK_OIDC_CLIENT_ID"],
        client_secret=names["AIRLOCK_OIDC_CLIENT_SECRET"],
        scope=names["AIRLOCK_OIDC_SCOPE"],
        groups_claim=names["AIRLOCK_OIDC_GROUPS_CLAIM"],
        roles=roles,
    )


def _roles(text: str) -> tuple[GroupRole, ...]:
    found = []
    for one in (part.strip() for part in text.split(",") if part.strip()):
        left, separator, group = (word.strip() for word in one.partition("="))
        given = role_at(left)
        if not separator or not group or given is None:
            known = ", ".join(LADDER)
            raise PeopleSettingsError(
                "AIRLOCK_OIDC_ROLES",
                f"has '{one}'; it has to be role=group or role@PROJECT=group, a role of {known}.",
            )
        role, project = given
        found.append(GroupRole(role, group, project))
    return tuple(found)
