"""What a plan stands on besides the change set: all of it the gateway's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.promotion.authors import Writers
from gateway.promotion.fields import Fields, fields_of, part, project_key
from gateway.promotion.naming import Naming
from gateway.promotion.values import SiteIdentity
from sandbox.contract.shapes import Change, JsonObject, SiteBaseline


@dataclass(frozen=True, slots=True)
class Ground:
    """Baselines, site and policy."""

    identity: SiteIdentity
    site: SiteBaseline
    policy_version: str
    #: Change id to the issue document that its ``before`` is taken from.
    docs: Mapping[str, JsonObject]
    #: Issue id to who watches it, as we read it.
    watchers: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    #: Whether an administrator switched deleting on.
    deletes: bool = False
    #: Who could write.
    writers: Writers = field(default_factory=Writers)
    #: Who is named in Jira beside the change.
    naming: Naming = field(default_factory=Naming)
    #: Whether the reviewer wants no mails where Jira lets itself be told.
    quiet: bool = False

    @property
    def fields(self) -> Fields:
        """The site's fields."""
        return Fields.of(self.site)

    def base(self, change: Change) -> JsonObject:
        """Return the fields that a change's issue had in the gateway's own baseline."""
        return fields_of(self.docs.get(change.id))

    def project(self, change: Change) -> str:
        """Return the key of the project that a change's issue is in."""
        return project_key(self.docs.get(change.id), change.issue_key)

    def required(self, change: Change) -> frozenset[str]:
        """Return the fields without which a new issue cannot be made."""
        fields = self.base(change)
        names = (part(fields, "project", "id"), part(fields, "issuetype", "id"))
        meta = self.site.create_meta.get(":".join(str(one) for one in names), {})
        needed = {name for name, one in meta.items() if one.get("required") is True}
        return frozenset(needed | {"project", "issuetype", "summary"})
