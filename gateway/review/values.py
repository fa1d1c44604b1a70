"""What a reviewer is shown: finished values, made by pure functions in this room."""

from pydantic import JsonValue

from gateway.promotion.states import OpState
from gateway.promotion.values import Confirmation, Look, PlannedOperation, Receipt, Stays
from gateway.review.earlier import Earlier
from gateway.review.editing import Editable
from gateway.review.sources import Cited
from gateway.review.states import State, Turn
from sandbox.contract.compare import Three
from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import Change, Read


class Flag(Frozen):
    """A thing seen that a reviewer should know, with its evidence."""

    #: One of the ids in review-pages.md 4.3: ``unread_write``, ``rich_loss`` …
    id: str
    #: ``block``, ``warn`` or ``info``.
    severity: str
    #: Values for the sentence in ``gateway.web`` (texts are translated there).
    evidence: dict[str, str] = {}
    change_id: str | None = None


class ChangeView(Frozen):
    """One change beside Jira as it is now."""

    change: Change
    #: The field's own name on this site ("Story Points", "우선순위").
    field_name: str
    #: Schema type of the field (``string``, ``user``, ``array`` …) and its custom type.
    field_type: str
    rich: bool
    #: Value in the baseline that the gateway stored itself.
    base: JsonValue = None
    #: Value in Jira now; ``None`` also when it could not be read (see ``now_known``).
    now: JsonValue = None
    now_known: bool = True
    wants: JsonValue = None
    three: Three
    #: ``keep`` or ``reject``.
    verdict: str
    #: Whether a person said so: what nobody decided about is kept.
    decided: bool = False
    words: str = ""
    #: The agent's own value and what it started from, also where a person settled another.
    agent_wants: JsonValue = None
    agent_base: JsonValue = None
    #: ``promotion.settled.Pick`` when a person settled the value, and that person's name.
    pick: str = ""
    picked_by: str = ""
    #: How a person may edit the value; None when it cannot be edited here.
    editable: Editable | None = None
    #: Names of the fields that the screens on the way of a transition require.
    screen_asks: tuple[str, ...] = ()
    #: What a transition did the last times; None when no receipt tells.
    earlier: Earlier | None = None
    #: What the agent says that it comes from.
    sources: tuple[Cited, ...] = ()
    flags: tuple[Flag, ...] = ()


class IssueView(Frozen):
    """All changes of one issue."""

    issue_id: str
    key: str
    summary: str
    #: Browse URL upstream; empty for a new issue.
    url: str
    #: True for an issue that does not exist upstream yet.
    new: bool
    changes: tuple[ChangeView, ...]
    #: How many of its fields no change touches.
    unchanged: int = 0
    #: Names of whom Jira may tell of it, as far as we know them.
    told: tuple[str, ...] = ()


class OperationView(Frozen):
    """One operation with its progress."""

    planned: PlannedOperation
    state: OpState
    receipt: Receipt | None = None
    trouble: str = ""
    #: When it is tried or looked up next, if it rests now.
    until: int | None = None
    #: What probes looked at and found, oldest first.
    evidence: tuple[Look, ...] = ()


class Round(Frozen):
    """The round before: what it wanted, and what people said of it."""

    review_id: int
    number: int
    words: str
    decided_by: str
    changes: tuple[Change, ...]
    decided_by_name: str = ""
    #: What the agent said then that it was asked.
    request: str = ""


class Remark(Frozen):
    """What somebody said about a change: words, and nothing else."""

    change: str
    #: A person's name, or the agent's.
    by: str
    agent: bool
    text: str
    at: int
    #: Who is called in it by ``@``, as it is written there.
    called: tuple[str, ...] = ()


class Delayed(Frozen):
    """What a set waits for once it is released, though nothing is wrong with it."""

    #: The first moment at which it may be written; None: no end is in sight.
    until: int | None
    #: The time zone in which that was set.
    zone: str
    #: Why nothing is promoted now, of each freeze window.
    reasons: tuple[str, ...] = ()
    #: The time that a person chose, while it is to come, and who that is.
    not_before: int | None = None
    chosen_by: str = ""


class ReviewView(Frozen):
    """A change set as the page shows it."""

    id: int
    state: State
    turn: Turn
    #: The agent's task, whose workspace it came from; empty: it named none.
    task: str = ""
    title: str
    reason: str
    #: What a person asked for, as the agent quotes it; empty: it quotes nobody. None: no agent
    #: was asked.
    request: str | None = ""
    agent: str
    #: Jira account and display name of the person the agent worked for.
    person: str
    person_name: str
    site_url: str
    demo: bool
    round: int
    received_at: int
    #: When Jira was read for this view; ``None`` if it could not be.
    checked_at: int | None
    issues: tuple[IssueView, ...]
    flags: tuple[Flag, ...]
    reads: tuple[Read, ...]
    #: The digest that approve and promote must name; empty when nothing can be approved.
    digest: str
    #: The exact requests, in order.
    operations: tuple[OperationView, ...]
    #: What could not be undone afterwards, and what takes a second confirmation.
    stays: tuple[Stays, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    #: Why it cannot be approved now, as sentences; empty when it can.
    obstacles: tuple[str, ...] = ()
    #: Names of who approved this very digest, and how many different people have to.
    approved_by: tuple[str, ...] = ()
    approvals: int = 1
    words: str = ""
    decided_by: str = ""
    #: The name of whoever that is: an identity provider's ids are long.
    decided_by_name: str = ""
    #: What Jira contradicted when its last approval lapsed, as issue and field; empty: nothing.
    lapsed: str = ""
    #: Why nothing of this site is written now; empty when it is.
    paused: str = ""
    #: Why what is released would wait now, or waits; None: it would not.
    delayed: Delayed | None = None
    #: The round that this one replaces; None for a first one.
    before: Round | None = None
    #: Change id to what is seen of it (``review.viewing``), and which of them whoever looks
    #: has marked as viewed.
    contents: dict[str, str] = {}
    #: Readings of issues that whoever looks may not know of; not among ``reads``.
    hidden_reads: int = 0
    viewed: frozenset[str] = frozenset()
    #: What was said about its changes, oldest first.
    remarks: tuple[Remark, ...] = ()
    #: Keys of the projects that it is about.
    projects: tuple[str, ...] = ()
    #: Field id to the site's name of it, of what stands beside the changes (receipts, new issues).
    field_names: dict[str, str] = {}


class InboxRow(Frozen):
    """One line of the inbox."""

    id: int
    state: State
    turn: Turn
    title: str
    agent: str
    person_name: str
    issue_keys: tuple[str, ...]
    created: int
    changed: int
    flags: tuple[Flag, ...]
    round: int
    received_at: int
    #: How many changes delete something.
    removed: int = 0
    #: How much there is to look at; what blocks weighs most.
    risk: int = 0
    #: What it does, each ``ChangeKind`` once; plain texts, of which thousands are counted.
    kinds: tuple[str, ...] = ()
    #: Of an open set: how many changes there are to decide about, as its page counts them by
    #: what we last read of Jira, and about how many of them a person decided.
    changes: int = 0
    decided: int = 0
    #: Keys of the projects that one needs a role in to see it.
    projects: tuple[str, ...] = ()
    #: Id and key of the issues that are there already: Jira has to show them to whoever looks.
    issues: tuple[tuple[str, str], ...] = ()
