"""What crosses the control door: frozen values that both sandbox and gateway know.

This is the only part of the sandbox that the gateway may import. Nothing here does I/O.
All times are integer microseconds since 1970 in UTC. All URLs of the upstream are in
*placeholder form* (see ``sandbox.contract.addresses``) inside everything that is pushed
to or fetched from a sandbox.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import JsonValue

from sandbox.contract.frozen import Frozen, Growing

JsonObject = dict[str, JsonValue]


class Flavour(StrEnum):
    """Which Jira is played: it decides dialects, user references and error bodies."""

    CLOUD = "cloud"
    SERVER = "server"


class Dialect(StrEnum):
    """The REST dialect a text was written in: 2 has wiki text, 3 has ADF documents."""

    V2 = "2"
    V3 = "3"


class ChangeKind(StrEnum):
    """What one change does. The gateway plans one or more upstream requests from it."""

    CREATE = "create"
    EDIT = "edit"
    TRANSITION = "transition"
    COMMENT = "comment"
    COMMENT_EDIT = "comment_edit"
    WORKLOG = "worklog"
    LINK = "link"
    REMOTE_LINK = "remote_link"
    WATCHER = "watcher"
    SPRINT = "sprint"
    ATTACHMENT = "attachment"
    #: No agent can stage it: only a person's undo in the gateway makes one.
    DELETE = "delete"


#: Kinds that an agent may be allowed to stage: all but deleting.
AGENT_KINDS = tuple(kind for kind in ChangeKind if kind is not ChangeKind.DELETE)


class ObservedTransition(Frozen):
    """A transition as upstream offered it for one project, issue type and status."""

    project_id: str
    type_id: str
    status_id: str
    #: As in ``GET issue/{key}/transitions?expand=transitions.fields``.
    transition: JsonObject
    #: True when no issue of this kind was seen in this status and we assumed it.
    inferred: bool = False


class SiteBaseline(Frozen):
    """A site's metadata as upstream answered it; lists hold raw Jira JSON."""

    site: str
    flavour: Flavour
    fetched_at: int
    server_info: JsonObject = {}
    #: Where people see issues: the upstream's own address, in clear, where the gateway's
    #: settings allow it; empty keeps it from the sandbox.
    browse_url: str = ""
    fields: list[JsonObject] = []
    #: ``GET project/{key}`` each, with ``issueTypes``, ``components`` and ``versions``.
    projects: list[JsonObject] = []
    issue_types: list[JsonObject] = []
    statuses: list[JsonObject] = []
    priorities: list[JsonObject] = []
    resolutions: list[JsonObject] = []
    link_types: list[JsonObject] = []
    users: list[JsonObject] = []
    #: Group name to the ids of its members.
    groups: dict[str, list[str]] = {}
    #: ``"{project id}:{type id}"`` to field id to field metadata, as in createmeta.
    create_meta: dict[str, dict[str, JsonObject]] = {}
    #: ``"{project id}:{type id}"`` to field id to field metadata, as in editmeta.
    edit_meta: dict[str, dict[str, JsonObject]] = {}
    #: Keys of ``edit_meta`` whose screen upstream did not show: it was assumed.
    assumed_edit: list[str] = []
    transitions: list[ObservedTransition] = []
    boards: list[JsonObject] = []
    sprints: list[JsonObject] = []
    filters: list[JsonObject] = []
    #: One sentence for each thing that was assumed because upstream did not tell.
    inferred: list[str] = []


class IssueBaseline(Frozen):
    """One issue as it was read upstream. ``doc`` is Jira's own JSON, whole."""

    site: str
    issue_id: str
    key: str
    #: Grows with every intake of a site; the gateway gives it.
    revision: int
    fetched_at: int
    #: The dialect ``doc`` was read in.
    dialect: Dialect
    #: ``GET issue/{id}?fields=*all&expand=changelog``: ``fields``, ``changelog``, …
    doc: JsonObject
    #: What Jira keeps outside the issue's JSON: ``remote_links`` (list), ``watchers``
    #: (list of users), ``worklogs`` (list), ``properties`` (key to value).
    extra: JsonObject = {}


class Scope(Frozen):
    """What an agent's token may touch. Deny by default: no project, no issue."""

    #: Project keys.
    projects: tuple[str, ...] = ()
    #: Only issues whose assignee, reporter or watcher in the *baseline* is the person.
    mine_only: bool = True
    #: Issue type names or ids; ``None`` is every type.
    issue_types: tuple[str, ...] | None = None
    #: Field ids that may be read and written; ``None`` is every field.
    fields: tuple[str, ...] | None = None
    #: Kinds of change that may be staged; empty is a token that only reads.
    kinds: tuple[ChangeKind, ...] = AGENT_KINDS


class Grant(Frozen):
    """One agent's token as the gateway pushes it. The token itself never travels."""

    token_id: str
    #: Hex SHA-256 of the token; with a colon it is what access tokens refer to (``GRANT_OF``,
    #: ``TrustedIssuer.clients``): no token hashes to that.
    token_hash: str
    site: str
    agent: str
    #: The Jira account the agent works for: accountId on Cloud, user key on Server.
    #: ``EVERY_PERSON``: whom the issuer's access token names.
    person: str
    scope: Scope
    expires_at: int


class OAuthScope(StrEnum):
    """What an access token may be asked for and be good for."""

    #: Reading, inside the grant's own scope.
    READ = "jira:read"
    #: Staging changes for review, inside the grant's own scope.
    STAGE = "jira:stage"


#: What ``Grant.token_hash`` is for an access token with the claim ``grant``.
GRANT_OF = "oauth:{grant}"
#: ``Grant.person`` where an identity provider names the person in each token.
EVERY_PERSON = "*"
#: How access tokens may be signed: with a public key, never with a shared secret.
TOKEN_ALGORITHMS = (
    "EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
)  # fmt: skip


class TrustedIssuer(Frozen):
    """Who signs access tokens for this sandbox, and how to read them; checked offline."""

    #: ``iss``, and where clients are sent to ask for a token.
    issuer: str
    #: ``aud``: whom a token has to be for.
    audience: str
    #: Public keys as JWKs.
    keys: list[JsonObject]
    #: Claim that names a grant of this registry; empty: an identity provider's tokens, with
    #: a person and a client.
    grant_claim: str = ""
    #: Claim that names the person: an account id, key, name or e-mail address.
    person_claim: str = ""
    #: An e-mail address counts only in a token that says ``email_verified``; False: the
    #: issuer gives every address to its owner alone, and does not say so in its tokens.
    email_verified: bool = True
    #: Client id to the ``token_hash`` of its grant.
    clients: dict[str, str] = {}
    #: Our scope to the issuer's word for it, where it has another one.
    scopes: dict[OAuthScope, str] = {}

    def word(self, scope: OAuthScope) -> str:
        """Return what the issuer calls a scope."""
        return self.scopes.get(scope, scope.value)


class Registry(Frozen):
    """All grants of a site. What is missing is revoked. Older than 60 s refuses."""

    site: str
    pushed_at: int
    #: From then on the sandbox refuses every token until a newer registry arrives.
    valid_until: int
    grants: list[Grant] = []
    #: None: only tokens that the gateway made are good.
    issuer: TrustedIssuer | None = None


class Change(Frozen):
    """One thing an agent wants, with what it saw before.

    ``before`` is the sandbox's claim; the gateway believes ``after`` alone.
    """

    #: ``c1``, ``c2`` … in the order of writing; unique in its change set.
    id: str
    kind: ChangeKind
    issue_id: str
    issue_key: str
    #: Field id of an edit, else ``None``.
    field: str | None = None
    before: JsonValue = None
    #: The wanted value. EDIT: the field's Jira JSON in the site's own dialect.
    #: CREATE: ``{"fields": {…}}``. TRANSITION: ``{"status": {"id", "name"},
    #: "transition": {"id", "name"}, "fields": {…}}`` with ``before`` ``{"status": …}``.
    #: COMMENT: ``{"id", "body", "visibility"?, "properties"?}``. COMMENT_EDIT: as
    #: COMMENT with ``before`` the same shape. WORKLOG: ``{"id", "timeSpentSeconds",
    #: "started", "comment"?}``. LINK: ``{"type": {"id", "name"}, "inwardIssue":
    #: {"id", "key"}, "outwardIssue": {"id", "key"}}``. REMOTE_LINK: ``{"globalId"?,
    #: "object": {…}, …}``. WATCHER: ``{"add": user} | {"remove": user}``. SPRINT:
    #: ``{"id"}`` or null. ATTACHMENT: ``{"id", "filename", "size", "sha256",
    #: "mimeType"}``. DELETE: ``{"thing", "id", "name"}``, see ``gateway.promotion.deleting``.
    after: JsonValue = None
    #: The baseline revision the shadow had when this was written; 0 for a new issue.
    base_revision: int = 0
    #: Ids of changes of this set (new issues) that must exist first.
    depends_on: tuple[str, ...] = ()
    written_at: int = 0
    #: When the agent last read this issue before the write; ``None`` is never.
    read_at: int | None = None
    door: str = ""


class Source(Growing):
    """What an agent says that a change rests on: a claim."""

    LATER: ClassVar[frozenset[str]] = frozenset({"words"})

    issue_key: str
    #: Empty: the issue itself.
    comment_id: str = ""
    #: The words of the change that come from there; empty: all of it.
    words: str = ""


class ChangeSet(Growing):
    """All changes of a workspace since its last seal: numbered and immutable."""

    LATER: ClassVar[frozenset[str]] = frozenset({"request", "sources"})

    #: ``{workspace}.{number}``.
    id: str
    site: str
    agent: str
    person: str
    workspace: str
    task: str
    number: int
    #: 1, or one more than the set that this replaces after it was sent back.
    round: int = 1
    #: The id of the set that this one replaces, if it is a later round.
    replaces: str | None = None
    title: str
    #: The agent's own words.
    reason: str
    #: What a person asked for, as the agent quotes it: a claim. Empty: it quotes nobody.
    request: str = ""
    #: Change id to what the agent says that it rests on.
    sources: dict[str, tuple[Source, ...]] = {}
    sealed_at: int
    #: True when reads may be missing from the journal: treat everything as unread.
    tainted: bool = False
    changes: tuple[Change, ...]
    #: Temporary key to the issue id it stands for, for every new issue of this set.
    temporary_keys: dict[str, str] = {}
    #: Hex SHA-256 over the canonical JSON of all of the above, by ``digest.seal``.
    seal: str = ""


class Shadow(Frozen):
    """One issue as a workspace has it, for people to look at: a claim, like all it wrote."""

    workspace: str
    agent: str
    task: str
    issue_id: str
    key: str
    #: The issue's JSON in the site's own dialect, in placeholder form.
    doc: JsonObject
    #: True: it was made in the workspace, and Jira does not know it.
    created_here: bool = False
    deleted: bool = False


class Read(Frozen):
    """One issue (or search) that an agent read."""

    issue_key: str
    fields: tuple[str, ...] = ()
    at: int
    door: str
    client: str = ""


class Wanted(Frozen):
    """An issue that an agent asked for and the sandbox has not, or may not show: a claim."""

    key: str
    agent: str
    person: str


class Verdict(StrEnum):
    """What became of one change, by people's decisions or in Jira."""

    PROMOTED = "promoted"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    #: Approved, but somebody changed the same thing in Jira meanwhile: not written.
    CONFLICT = "conflict"
    #: Approved, but not written: Jira refused it, or what it needs, or nobody can tell.
    FAILED = "failed"
    #: Written, and taken back later.
    UNDONE = "undone"


#: What nobody wants any more, or is there already: the agent's shadow lets go of it.
SETTLED = frozenset({Verdict.PROMOTED, Verdict.REJECTED, Verdict.UNDONE})


class ChangeOutcome(Frozen):
    """The decision on one change, with the reviewer's words."""

    change_id: str
    verdict: Verdict
    words: str = ""
    #: The key that a new issue got upstream, the id that a comment got.
    upstream_key: str | None = None
    upstream_id: str | None = None
    #: Who decided that, when it was not the one who decided about the set.
    by: str = ""


class Told(Frozen):
    """What somebody said about a change, as the agent reads it: words, and nothing else."""

    change: str
    by: str
    #: Whether the agent itself said it.
    agent: bool = False
    text: str
    at: int


class Answer(Frozen):
    """What an agent answered to people, on its way to the gateway: a claim."""

    position: int
    change_set: str
    change: str
    text: str
    at: int


class Outcome(Frozen):
    """What became of a change set; pushed to the sandbox for the agent to read."""

    change_set: str
    state: str
    decided_by: str
    decided_at: int
    words: str = ""
    changes: tuple[ChangeOutcome, ...] = ()
