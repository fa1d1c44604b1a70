"""The site file: what a sandbox plays, as TOML that a person can read and write."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import ChangeKind, Flavour, JsonObject, Scope, SiteBaseline
from sandbox.domain.automation import Rule
from sandbox.domain.default_site import ProjectWish, default_site
from sandbox.domain.faults import Faults
from sandbox.jira_api.accounts import Account, Accounts
from sandbox.operations.context import Role

#: What each flavour reports when the file names no version. 8.17.1: below 9 clients use
#: ``issue/createmeta``, from 8.4 on ``createmeta/{}/issuetypes`` too: both are answered.
DEFAULT_VERSIONS: Mapping[Flavour, str] = {
    Flavour.CLOUD: "1001.0.0-SNAPSHOT",
    Flavour.SERVER: "8.17.1",
}

Name = Annotated[str, Field(min_length=1, max_length=255)]


class SiteFileError(Exception):
    """The site file cannot be used; the sentence says why and where."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteUser(_Part):
    """A person of the site. Password and tokens let them sign in at a role upstream."""

    name: Name
    display_name: str = ""
    key: str = ""
    account_id: str = ""
    email: str = ""
    password: str | None = None
    tokens: tuple[Name, ...] = ()
    groups: tuple[Name, ...] = ()
    admin: bool = False
    #: At a role upstream: projects that they may browse; none named: all.
    projects: tuple[Name, ...] = ()
    #: At a role upstream: kinds of change that they may make; unset: all.
    kinds: tuple[ChangeKind, ...] | None = None

    def identity(self, flavour: Flavour) -> str:
        """Return the Jira user id: accountId on Cloud, key on Server."""
        return (self.account_id if flavour is Flavour.CLOUD else self.key) or self.name

    def json_for(self, flavour: Flavour) -> JsonObject:
        """Return the user as Jira shows it."""
        found = self.identity(flavour)
        common: JsonObject = {
            "emailAddress": self.email,
            "displayName": self.display_name or self.name,
            "active": True,
            "timeZone": "UTC",
            "avatarUrls": {
                size: f"{PLACEHOLDER}/secure/useravatar?size={size}"
                for size in ("16x16", "24x24", "32x32", "48x48")
            },
        }
        if flavour is Flavour.CLOUD:
            address = f"{PLACEHOLDER}/rest/api/3/user?accountId={found}"
            return {"self": address, "accountId": found, "accountType": "atlassian", **common}
        address = f"{PLACEHOLDER}/rest/api/2/user?username={self.name}"
        return {"self": address, "key": found, "name": self.name, **common}


class SiteProject(_Part):
    """A project of a site that starts from this file alone."""

    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,9}$")]
    name: str = ""
    lead: str | None = None
    #: ``software``, ``business``, or ``service_desk``: then comments are for customers.
    type: Literal["software", "business", "service_desk"] = "software"
    components: tuple[Name, ...] = ()
    versions: tuple[Name, ...] = ()


class SiteFile(_Part):
    """A whole site file."""

    site: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    role: Role = Role.SHADOW
    flavour: Flavour = Flavour.CLOUD
    version: str = ""
    #: Public address with context path, as clients see it; empty: what the server binds.
    base_url: str = ""
    title: str = "Jira"
    users: tuple[SiteUser, ...] = ()
    #: Group name to names of its members; users may also name their groups.
    groups: dict[Name, tuple[Name, ...]] = {}
    projects: tuple[SiteProject, ...] = ()
    #: What an upstream does by itself after a write: post-functions and automation.
    automation: tuple[Rule, ...] = ()
    #: How an upstream misbehaves from the start.
    faults: Faults = Faults()

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError("must start with http:// or https:// and name a host")
        if parts.query or parts.fragment:
            raise ValueError("must not have a query or a fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [user.name for user in self.users]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two users are named {twice[0]!r}")
        if self.role is Role.SHADOW and any(one.password or one.tokens for one in self.users):
            raise ValueError(
                'users may not have a password or tokens when role = "shadow": agents sign in'
                " with the tokens that the gateway issues"
            )
        if self.role is Role.SHADOW and (self.automation or self.faults.any):
            raise ValueError(
                'automation and faults are for role = "upstream": a shadow changes only what its'
                " agent changes, and does not misbehave"
            )
        foreign = [name for name in self._named_people() if name not in names]
        if foreign:
            raise ValueError(f"{foreign[0]!r} is named as a member or lead, but is no user")
        return self

    def _named_people(self) -> list[str]:
        leads = [project.lead for project in self.projects if project.lead is not None]
        return [*leads, *(name for members in self.groups.values() for name in members)]

    @property
    def jira_version(self) -> str:
        """The version that serverInfo reports."""
        return self.version or DEFAULT_VERSIONS[self.flavour]

    def members(self) -> dict[str, list[str]]:
        """Return every group with the ids of its members."""
        by_name = {user.name: user for user in self.users}
        found: dict[str, list[str]] = {name: [] for name in self.groups}
        for group, names in self.groups.items():
            found[group] += [by_name[name].identity(self.flavour) for name in names]
        for user in self.users:
            for group in user.groups:
                people = found.setdefault(group, [])
                if (one := user.identity(self.flavour)) not in people:
                    people.append(one)
        return found

    def accounts(self) -> Accounts:
        """Return who may sign in, and how."""
        return Accounts(tuple(self._account(user) for user in self.users))

    def _account(self, user: SiteUser) -> Account:
        return Account(
            person=user.identity(self.flavour),
            name=user.name,
            email=user.email,
            password=user.password,
            tokens=user.tokens,
            admin=user.admin,
            scope=self._scope(user),
        )

    def _scope(self, user: SiteUser) -> Scope | None:
        """Return what somebody may do at an upstream; None: everything."""
        if not user.projects and user.kinds is None:
            return None
        every = tuple(project.key for project in self.projects)
        kinds = tuple(ChangeKind) if user.kinds is None else user.kinds
        return Scope(projects=user.projects or every, mine_only=False, kinds=kinds)

    def baseline(self, now: int) -> SiteBaseline | None:
        """Return the site this file describes, or None when it names no project."""
        if not self.projects:
            return None
        by_name = {user.name: user.identity(self.flavour) for user in self.users}
        wishes = [
            ProjectWish(
                one.key,
                one.name or one.key,
                by_name.get(one.lead or ""),
                one.components,
                one.versions,
                one.type,
            )
            for one in self.projects
        ]
        people = [user.json_for(self.flavour) for user in self.users]
        return default_site(self.site, self.flavour, people, self.members(), wishes, now)


def parse(text: str) -> SiteFile:
    """Return the site file in a TOML text; raise SiteFileError with one clear sentence."""
    try:
        return SiteFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SiteFileError(f"It is not TOML: {error}.") from error
    except ValidationError as error:
        raise SiteFileError(_sentence(error)) from error


def load(path: Path) -> SiteFile:
    """Return the site file at a path."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFileError(f"The site file {path} cannot be read: {error}.") from error
    try:
        return parse(text)
    except SiteFileError as error:
        raise SiteFileError(f"The site file {path} cannot be used. {error}") from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(SiteFile.model_fields)) if len(first["loc"]) == 1 else ""
        what = "is not a known setting" + (f"; known are: {known}" if known else "")
    return f"{where}: {what}." if where else f"{what[:1].upper()}{what[1:]}."
