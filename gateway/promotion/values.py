"""What promotion works on: requests, operations, plans, receipts. Frozen values."""

from enum import StrEnum
from functools import lru_cache

from pydantic import JsonValue

from gateway.promotion.authors import Author
from gateway.promotion.settled import Settled
from sandbox.contract.digest import digest
from sandbox.contract.frozen import Frozen
from sandbox.contract.sameness import Same
from sandbox.contract.shapes import ChangeKind, Dialect, Flavour, JsonObject

#: Stands in a request's body where the marker's value will be (see ``markers.py``).
MARKER_KEY = "airlock.last"


#: Who may see an issue: what every write to it assumes, where Jira shows it.
SECURITY = "security"
#: Where a comment stands among the wants of the request that it travels with …
RIDER = "comment"
#: … and the kinds that can take one along.
CARRIERS = frozenset({ChangeKind.EDIT, ChangeKind.TRANSITION})


class SiteIdentity(Frozen):
    """Which Jira this is: part of every approval digest."""

    site: str
    #: Where people open issues, and what texts name.
    base_url: str
    flavour: Flavour
    #: Where requests go when that is another place (``api.atlassian.com``); else empty.
    api_url: str = ""

    @property
    def dialect(self) -> Dialect:
        """The REST dialect the gateway speaks to it."""
        return Dialect.V3 if self.flavour is Flavour.CLOUD else Dialect.V2


class Upload(Frozen):
    """A file that a request carries: its bytes are known by their digest alone."""

    #: Hex SHA-256 of the bytes.
    sha256: str
    filename: str
    #: Bytes.
    size: int
    media_type: str


class Request(Frozen):
    """One upstream request. The path is relative to the site's base URL."""

    method: str
    path: str
    query: dict[str, str] = {}
    body: JsonValue = None
    upload: Upload | None = None


class PlannedOperation(Frozen):
    """One upstream request with everything it assumes and everything it must achieve."""

    position: int
    kind: ChangeKind
    #: The changes of the set that this request carries.
    change_ids: tuple[str, ...]
    #: Upstream issue id; the temporary id for a new issue.
    issue_id: str
    issue_key: str
    project_key: str
    request: Request
    #: Field id to the value the write assumes upstream (the approved *before*).
    #: Transition: ``{"status": {"id", "name"}}``. Comment and create: empty.
    base: dict[str, JsonValue] = {}
    #: Field id to the value that read-back must show. For set fields
    #: ``{"add": […], "remove": […]}``. Comment: ``{"body", "visibility"}``; a comment that
    #: travels with an edit or a transition stands under ``RIDER``.
    wants: dict[str, JsonValue] = {}
    #: Set fields among ``wants``.
    set_fields: tuple[str, ...] = ()
    #: Positions of operations that must be applied first.
    depends_on: tuple[int, ...] = ()
    #: As whom it is written.
    author: Author = Author()
    #: Whether customers of a service project would read it.
    customers: bool = False

    @property
    def values(self) -> dict[str, JsonValue]:
        """The wanted values, without a comment that travels along."""
        if self.said is None:
            return self.wants
        return {name: one for name, one in self.wants.items() if name != RIDER}

    @property
    def said(self) -> JsonObject | None:
        """The comment that travels with this edit or transition, or None."""
        found = self.wants.get(RIDER) if self.kind in CARRIERS else None
        return found if isinstance(found, dict) else None


class Stays(Frozen):
    """Something that an undo would leave, by the code of its sentence in ``lasting``."""

    code: str
    #: The issues that it is about; empty when it is about all of them.
    keys: tuple[str, ...] = ()


class Confirmation(Frozen):
    """Something that every approver has to confirm separately (see ``confirming``)."""

    code: str
    keys: tuple[str, ...] = ()


class Plan(Frozen):
    """Everything an approval covers: what the page shows and what will be sent."""

    seal: str
    identity: SiteIdentity
    policy_version: str
    #: Change id to ``keep`` or ``reject``, for every change of the set.
    decisions: dict[str, str]
    #: Change id to what a person put in place of the agent's value.
    settled: dict[str, Settled] = {}
    operations: tuple[PlannedOperation, ...]
    #: What could not be undone afterwards: read before it is approved.
    stays: tuple[Stays, ...] = ()
    #: What needs a second confirmation.
    confirmations: tuple[Confirmation, ...] = ()

    def digest(self) -> str:
        """Return the approval digest: over every leaf of this plan."""
        return _digest(Same(self))


@lru_cache(maxsize=64)
def _digest(same: Same) -> str:
    # Every look at a page makes its plan anew, mostly the very same one. What was stored has no
    # number that JSON does not know, the only thing that two plans written alike could differ in.
    return digest(same.value)


class Place(StrEnum):
    """Where a probe looked."""

    ISSUE = "issue"
    COMMENTS = "comments"
    WORKLOGS = "worklogs"
    #: New issues by their number, which no search index can hide.
    KEYS = "keys"
    SEARCH = "search"
    #: Jira could not be read.
    NOWHERE = "nowhere"


class Look(Frozen):
    """One thing that a probe looked at: the evidence behind a finding."""

    at: int
    place: Place
    #: How many things were looked at there.
    seen: int
    #: Names of those that carry our mark.
    marked: tuple[str, ...] = ()
    #: Fields that do not show what was wanted.
    missing: tuple[str, ...] = ()


class SideEffect(Frozen):
    """A field that changed upstream although our request did not name it."""

    field: str
    before: JsonValue = None
    after: JsonValue = None
    by: str = ""
    #: ``WORKFLOW``, ``APP`` or ``SOMEBODY``.
    how: str = ""
    #: Key and id of the other issue that it is on; empty: on the written one itself.
    issue: str = ""
    issue_id: str = ""


#: In our own history entry: Jira did it together with our write.
WORKFLOW = "workflow"
#: An app's account: an automation rule or an add-on.
APP = "app"
#: Anybody else's account.
SOMEBODY = "somebody"


class Receipt(Frozen):
    """The recorded, read-back answer of one operation."""

    status: int
    at: int
    #: How we know: ``answer`` (Jira answered and it was read back), ``probe`` or ``person``.
    known_by: str
    upstream_key: str | None = None
    upstream_id: str | None = None
    #: Id of the comment that travelled along.
    comment_id: str | None = None
    url: str = ""
    #: Field id to what our write really replaced and what is there now.
    replaced: dict[str, tuple[JsonValue, JsonValue]] = {}
    #: Those of them of which Jira's own history says what was replaced.
    traced: tuple[str, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    #: Keys of parents and linked issues that could not be looked at for side effects.
    unseen: tuple[str, ...] = ()
    #: True when somebody else's edit fell between our read and our write.
    overwrote: bool = False
    #: Jira's answer, without what could be long.
    answer: JsonObject = {}

    def tells(self, field: str) -> bool:
        """Return whether it is known what was replaced in a field."""
        return self.known_by == "answer" or field in self.replaced

    def saying(self, comment_id: str | None) -> "Receipt":
        """Return this receipt with the comment that travelled along, if one was found."""
        if comment_id is None:
            return self
        url = f"{self.url}?focusedCommentId={comment_id}"
        return self.model_copy(update={"comment_id": comment_id, "url": url})
