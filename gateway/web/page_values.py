"""What templates get: finished values. Frozen, translated, escaped where they are HTML."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from gateway.web.claims import Quoted, SourceLine
from gateway.web.glance_values import GlanceLink, SafePart
from gateway.web.settle_box import SettleBox
from gateway.web.why import ReasonChip, Why


@dataclass(frozen=True, slots=True)
class Chip:
    """A short word in a coloured frame."""

    text: str
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Panel:
    """A labelled piece of a change: what is there now, what it becomes."""

    label: str
    html: Markup
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag as a sentence with its evidence."""

    look: str
    word: str
    sentence: Markup
    evidence: tuple[tuple[str, Markup], ...] = ()
    #: Anchor of the change it is about; empty for the whole set.
    anchor: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """What somebody said about a change."""

    by: Markup
    agent: bool
    when: str
    text: Markup


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with its two buttons."""

    id: str
    anchor: str
    #: ``+`` something new, ``~`` something changed.
    sign: str
    sign_look: str
    title: str
    #: Jira's field id; empty for other kinds.
    field_id: str
    chips: tuple[Chip, ...]
    panels: tuple[Panel, ...]
    notes: tuple[str, ...]
    flags: tuple[FlagLine, ...]
    kept: bool
    why: Why
    conflict: bool
    #: What ``n`` goes to: conflicts and flagged changes.
    attention: bool
    #: How its value can be settled; None where it cannot.
    settle: SettleBox | None = None
    #: Stands for what is shown of it, in the form that marks it as viewed; empty: no such form.
    content: str = ""
    viewed: bool = False
    #: Whether a person decided about it; what nobody decided about is kept.
    decided: bool = False
    #: How long before its write the agent read the issue; empty: nothing says so.
    read: str = ""
    #: What was said about it, oldest first.
    thread: tuple[RemarkLine, ...] = ()
    #: Of spaces alone, and whoever looks wants such changes folded.
    muted: bool = False
    #: Jira has it already: folded, and counted.
    idle: bool = False
    #: What the agent says that it comes from.
    sources: tuple[SourceLine, ...] = ()

    @property
    def path(self) -> str:
        """The id as one part of an address: it comes from the sandbox, and may have slashes."""
        return quote(self.id, safe="")


@dataclass(frozen=True, slots=True)
class LookChoice:
    """One way to show changed texts, as a button."""

    value: str
    label: str
    chosen: bool
    #: Where the key ``t`` leads.
    next: bool = False


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One thing that can be chosen about one's pages."""

    name: str
    label: str
    options: tuple[LookChoice, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class GroupIssue:
    """One issue of a group, as a link to its own change."""

    key: str
    anchor: str
    #: ``ok``, ``warn``, ``bad`` or ``out``.
    look: str


@dataclass(frozen=True, slots=True)
class GroupCard:
    """The same change on several issues."""

    anchor: str
    title: str
    panels: tuple[Panel, ...]
    issues: tuple[GroupIssue, ...]
    #: How many of them are in conflict, flagged or left out.
    exceptions: int
    rows: tuple[ChangeRow, ...]
    #: Whether any of them is kept.
    kept: bool
    viewed: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be marked as viewed in one go, and what that leaves."""

    #: Not viewed yet, and nothing was seen in them; empty: too few for a button.
    rows: tuple[ChangeRow, ...]
    #: Not viewed yet, with a conflict or a flag, or not compared with Jira.
    left: tuple[GlanceLink, ...]


@dataclass(frozen=True, slots=True)
class IssueCard:
    """One issue with its changes."""

    anchor: str
    key: str
    summary: Markup
    url: str
    new: bool
    rows: tuple[ChangeRow, ...]
    #: How many of its fields no change touches.
    unchanged: int = 0
    #: Where our own pages show it; empty for a new one that will not come.
    inside: str = ""
    #: True as long as its changes may still come to Jira: shown there as it would be then.
    coming: bool = False
    #: Whom Jira may tell of it, by name.
    told: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The issue's id as one part of an address."""
        return quote(self.anchor.removeprefix("i-"), safe="")

    @property
    def shown(self) -> tuple[ChangeRow, ...]:
        """What is to be looked at."""
        return tuple(row for row in self.rows if not row.idle)

    @property
    def idle(self) -> tuple[ChangeRow, ...]:
        """What Jira has already, for whoever asks."""
        return tuple(row for row in self.rows if row.idle)

    @property
    def kept(self) -> bool:
        """Whether any of its changes is kept."""
        return any(row.kept for row in self.rows)

    @property
    def viewed(self) -> bool:
        """Whether all that is shown of it was marked as viewed."""
        return bool(self.rows) and all(row.viewed for row in self.rows)


@dataclass(frozen=True, slots=True)
class RequestBlock:
    """One upstream request, every leaf of it, and what became of it."""

    anchor: str
    #: Place in the plan, and the number people read.
    position: int
    number: int
    kind: str
    issue: str
    url: str
    #: Method, path and query in one line.
    line: Markup
    facts: tuple[tuple[str, Markup], ...]
    parts: tuple[Panel, ...]
    state: Chip
    trouble: str
    receipt: tuple[tuple[str, Markup], ...]
    side_effects: tuple[Markup, ...]
    overwrote: bool


@dataclass(frozen=True, slots=True)
class Actions:
    """Which buttons the reader has. The rules are asked again when one is pressed."""

    decide: bool = False
    approve: bool = False
    reject: bool = False
    send_back: bool = False
    promote: bool = False
    withdraw: bool = False
    retry: bool = False
    stop: bool = False
    #: To say something about a change.
    remark: bool = False
    #: To draft a setting from a change.
    draft: bool = False

    @property
    def any(self) -> bool:
        """Whether there is a button at all."""
        return self.decide or self.reject or self.send_back or self.promote or self.retry


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is said before promotion."""

    title: str
    lines: tuple[str, ...]
    cannot_undo: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfirmLine:
    """A box to tick beside the approval."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One thing that the agent read."""

    issue: str
    fields: str
    when: str
    by: str


@dataclass(frozen=True, slots=True)
class RoundLine:
    """What is said of the round before."""

    review: int
    name: str
    number: int
    words: Markup
    by: str
    #: How many changes are new or other than before.
    fresh: str
    #: What the round before had and this one has no more.
    gone: tuple[str, ...]
    #: Whether only what is new is shown.
    only: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another open change set on the same issues."""

    id: int
    name: str
    title: Markup
    issues: str


#: Stands in forms for an empty digest (nothing can be approved); an empty form field
#: would count as missing.
NO_DIGEST = "-"


@dataclass(frozen=True, slots=True)
class ChangeSetPage:
    """The change-set page and the run page."""

    id: int
    name: str
    title: Markup
    #: ``review.states.State``, for programs that read the page.
    state_id: str
    state: Chip
    turn: str
    agent: Markup
    person: Markup
    round: int
    received: str
    received_ago: str
    checked: str
    plan: tuple[Chip, ...]
    #: How many flags of each severity stand on what is kept.
    seen: tuple[Chip, ...]
    flags: tuple[FlagLine, ...]
    reason: Markup
    #: What the agent says that it was asked; None where no agent was asked.
    quoted: Quoted | None
    reads: tuple[ReadLine, ...]
    #: How many readings the reader may not know of, in a sentence; empty: none.
    hidden_reads: str
    issues: tuple[IssueCard, ...]
    requests: tuple[RequestBlock, ...]
    digest: str
    obstacles: tuple[str, ...]
    #: Who approved it and how many more have to; empty where one is enough.
    approvals: str
    tally: str
    actions: Actions
    confirmation: Confirmation | None
    #: What an undo would leave, to be read before it is approved.
    cannot_undo: tuple[str, ...]
    #: What has to be ticked for an approval.
    confirm: tuple[ConfirmLine, ...]
    words: Markup
    decided_by: str
    #: What Jira contradicted when the last approval lapsed; empty: none did.
    lapsed: Markup
    #: Being promoted: the page asks again by itself.
    running: bool
    ran: bool
    refused: bool
    #: Whether some requests ask Jira for no mails; None where nothing can be chosen.
    quiet: bool | None = None
    before: RoundLine | None = None
    neighbours: tuple[Neighbour, ...] = ()
    #: How much of it the reader has marked as viewed, in the plan line; empty: nothing can be.
    viewed: str = ""
    #: What is wanted alike on several issues.
    groups: tuple[GroupCard, ...] = ()
    #: What can be marked as viewed in one go; None where that saves nothing.
    glance: Glance | None = None
    #: What can be kept in one go; None where nothing would be left, or nobody decides here.
    safe: SafePart | None = None
    #: Short name and temporary key of new issues that Jira has no key for.
    new_names: tuple[tuple[str, str], ...] = ()
    #: Whether somebody called the reader by name in a remark.
    called: bool = False
    #: Why it waits, or would wait, and until when; empty: for nothing.
    delayed: str = ""
    #: Why it can be refused, in a word.
    reasons: tuple[ReasonChip, ...] = ()
    #: Ways to show changed texts; empty where there are none.
    looks: tuple[LookChoice, ...] = ()
    #: Whether spaces that change are shown like all else.
    spaces: bool = False
    #: Whether a viewed mark leads on to the next.
    advance: bool = True
    #: Whether it has what changes, why, and two buttons; all else is folded.
    plain: bool = False

    @property
    def shown(self) -> str:
        """The digest as every decision form sends it back."""
        return self.digest or NO_DIGEST
