"""What a reviewer should know of a change: things seen, each with its evidence.

A flag says what was seen, never "suspicious". ``block`` flags on kept changes stop an
approval; ``warn`` and ``info`` only tell. Evidence names: ``key``, ``name``, ``when``,
``lost``, ``percent``, ``count``, ``status``, ``found``, ``keys``, ``what``, and ``elsewhere``
for issues that the set does not touch (``review.around`` keeps them from who may not know them).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.policy import texts
from gateway.policy.asking import NOTHING, Asked
from gateway.policy.facts import user_id
from gateway.policy.policy import Policy
from gateway.policy.steering import hosts, speaks_to_agents
from gateway.promotion.drift import ARCHIVED
from gateway.promotion.fields import Fields, fields_of, listed, part
from gateway.promotion.screens import transition_lacks
from gateway.promotion.service import is_service_issue, wants_customers
from gateway.promotion.values import SECURITY
from gateway.review.sources import Cited, Proof
from gateway.review.values import ChangeView, Flag
from sandbox.contract.compare import Three, equal
from sandbox.contract.shapes import ChangeKind, ChangeSet, JsonObject, Read, SiteBaseline

#: Texts shorter than this shrink or change wholly without it meaning much.
_WORTH = 120
#: Fields of an issue that anybody may write into, and that agents read.
_READ_BY_AGENTS = ("summary", "description", "environment", "comment")


@dataclass(frozen=True, slots=True)
class Seen:
    """One change with everything that flags are judged by."""

    view: ChangeView
    change_set: ChangeSet
    #: Reads the sandbox reported; ``None`` when it had none to give.
    reads: tuple[Read, ...] | None
    #: The issue in the gateway's own baseline; ``None`` for a new one.
    base: JsonObject | None
    #: The issue in Jira now, if it was read.
    now: JsonObject | None
    person_name: str
    site: SiteBaseline
    policy: Policy
    #: Digests of the files that the gateway holds.
    held: frozenset[str] = frozenset()
    #: Every word of what is wanted; several rules look at it. Empty: not looked up yet.
    words: str = ""
    #: What kept edits of the same set put into the issue's fields.
    edits: Mapping[str, JsonValue] = field(default_factory=dict)
    #: The set in which people refused the very same change; empty: none.
    refused_in: str = ""
    #: The set adds the very same before.
    twice: bool = False
    #: What the agent says that it comes from.
    sources: tuple[Cited, ...] = ()
    #: What the request names that the agent quotes.
    asked: Asked = NOTHING

    @property
    def new(self) -> bool:
        """Whether the issue is made by this very set."""
        return self.view.change.issue_id in self.change_set.temporary_keys.values()

    @property
    def key(self) -> str:
        """The issue's key."""
        return self.view.change.issue_key


def change_flags(seen: Seen) -> tuple[Flag, ...]:
    """Return the flags of one change."""
    return tuple(flag for rule in _RULES for flag in rule(seen))


def _flag(seen: Seen, flag_id: str, severity: str, **evidence: str) -> Flag:
    return Flag(id=flag_id, severity=severity, evidence=evidence, change_id=seen.view.change.id)


def _file_missing(seen: Seen) -> Iterable[Flag]:
    change = seen.view.change
    if change.kind is ChangeKind.ATTACHMENT and part(change.after, "sha256") not in seen.held:
        yield _flag(seen, "file_missing", "block", name=str(part(change.after, "filename")))


def _deletes(seen: Seen) -> Iterable[Flag]:
    if seen.view.change.kind is ChangeKind.DELETE:
        name = str(part(seen.view.change.after, "name") or "")
        if seen.policy.deletes:
            yield _flag(seen, "deletes", "warn", key=seen.key, what=name)
        else:
            yield _flag(seen, "delete_off", "block", key=seen.key, what=name)


def _for_customers(seen: Seen) -> Iterable[Flag]:
    change = seen.view.change
    if change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT):
        asked = wants_customers(seen.view.wants)
        if asked and is_service_issue(seen.now or seen.base):
            yield _flag(seen, "external_visible", "warn", key=seen.key)


def _conflict(seen: Seen) -> Iterable[Flag]:
    if seen.view.three is Three.CONFLICT:
        yield _flag(seen, "conflict", "block", key=seen.key, by=_last_editor(seen))


def _unread_write(seen: Seen) -> Iterable[Flag]:
    change = seen.view.change
    if change.kind is ChangeKind.CREATE or seen.new:
        return
    # Evidence can only raise a risk: every sign of a read must be there.
    reads = seen.reads or ()
    read = change.read_at is not None and any(
        one.issue_key == change.issue_key and one.at <= change.written_at for one in reads
    )
    if not read or seen.change_set.tainted:
        yield _flag(seen, "unread_write", "warn", key=seen.key)


def _unread_source(seen: Seen) -> Iterable[Flag]:
    """Flag what the agent says that a change comes from, and never read."""
    keys = dict.fromkeys(one.issue_key for one in seen.sources if one.proof is not Proof.READ)
    if keys:
        yield _flag(seen, "unread_source", "warn", elsewhere=", ".join(keys))


def _not_asked(seen: Seen) -> Iterable[Flag]:
    """Flag an issue that the quoted request neither names nor is linked to, by our reading."""
    if not seen.new and not seen.asked.covers(seen.key, seen.base):
        keys = ", ".join(sorted(seen.asked.issues)[:5])
        yield _flag(seen, "not_asked", "warn", key=seen.key, asked=keys)


def _stale_read(seen: Seen) -> Iterable[Flag]:
    before, after = fields_of(seen.base).get("updated"), fields_of(seen.now).get("updated")
    if seen.base is not None and seen.now is not None and not equal(before, after):
        yield _flag(seen, "stale_read", "warn", key=seen.key, when=str(after))


def _not_assignee(seen: Seen) -> Iterable[Flag]:
    if seen.new or seen.base is None:
        return
    assignee = user_id(fields_of(seen.now or seen.base).get("assignee"))
    if assignee != seen.change_set.person:
        yield _flag(seen, "not_assignee", "warn", key=seen.key, name=seen.person_name)


def _rich_loss(seen: Seen) -> Iterable[Flag]:
    for before, after in _rich_pairs(seen):
        lost = texts.lost_parts(before, after)
        if lost:
            names = ", ".join(f"{count} × {name}" for name, count in lost.items())
            yield _flag(seen, "rich_loss", "warn", lost=names)


def _shrink(seen: Seen) -> Iterable[Flag]:
    for before, after in _text_pairs(seen):
        if not before.strip():
            continue
        emptied = not after.strip()
        less = 1 - len(after) / len(before)
        if emptied or (len(before) >= _WORTH and less > seen.policy.shrink_share):
            yield _flag(seen, "shrink", "warn", percent=str(round(less * 100)))


def _big_rewrite(seen: Seen) -> Iterable[Flag]:
    for before, after in _text_pairs(seen):
        if len(before) < _WORTH or not after.strip():
            continue
        share = texts.replaced_share(before, after)
        if share > seen.policy.rewrite_share:
            yield _flag(seen, "big_rewrite", "warn", percent=str(round(share * 100)))


def _transition_done(seen: Seen) -> Iterable[Flag]:
    if seen.view.change.kind is not ChangeKind.TRANSITION:
        return
    wanted = part(seen.view.change.after, "status")
    for status in seen.site.statuses:
        if str(status.get("id")) == str(part(wanted, "id")):
            if part(status, "statusCategory", "key") == "done":
                yield _flag(seen, "transition_done", "info", status=str(status.get("name")))
            return


def _out_of_reach(seen: Seen) -> Iterable[Flag]:
    """Flag what was archived, and what others may see now than when it was read."""
    if seen.new or seen.base is None or seen.now is None:
        return
    before, after = fields_of(seen.base), fields_of(seen.now)
    if after.get(ARCHIVED):
        yield _flag(seen, "archived", "block", key=seen.key)
    own = seen.view.change.field == SECURITY
    if SECURITY in before and not own and not equal(before[SECURITY], after.get(SECURITY)):
        yield _flag(seen, "security_changed", "block", key=seen.key)


def _screen_lacks(seen: Seen) -> Iterable[Flag]:
    change = seen.view.change
    if change.kind is not ChangeKind.TRANSITION or seen.base is None:
        return
    filled = {**fields_of(seen.now), **seen.edits}
    lacks = transition_lacks(change, seen.base, filled, seen.site)
    status = str(part(change.after, "status", "name") or "")
    for certain in (True, False):
        names = ", ".join(one.name for one in lacks if one.certain is certain)
        if names and certain:
            yield _flag(seen, "screen_required", "block", found=names, status=status)
        elif names:
            yield _flag(seen, "screen_asks", "warn", found=names, status=status)


def _closed_ticket(seen: Seen) -> Iterable[Flag]:
    change = seen.view.change
    if change.kind is ChangeKind.EDIT and fields_of(seen.now or seen.base).get("resolution"):
        yield _flag(seen, "closed_ticket", "warn", key=seen.key)


def _irreversible(seen: Seen) -> Iterable[Flag]:
    if seen.view.change.kind in (ChangeKind.WORKLOG, ChangeKind.CREATE):
        yield _flag(seen, "irreversible", "info", what=seen.view.change.kind.value)


def _secret(seen: Seen) -> Iterable[Flag]:
    known = set(texts.secrets_in(texts.strings(seen.view.base)))
    found = [one for one in texts.secrets_in(_wanted_text(seen)) if one not in known]
    if found:
        yield _flag(seen, "secret", "block", found=", ".join(found))


def _personal(seen: Seen) -> Iterable[Flag]:
    count = texts.resident_numbers(_wanted_text(seen))
    if count > texts.resident_numbers(texts.strings(seen.view.base)):
        yield _flag(seen, "personal_data", "warn", count=str(count))


def _odd_chars(seen: Seen) -> Iterable[Flag]:
    known = set(texts.odd_characters(texts.strings(seen.view.base)))
    found = [one for one in texts.odd_characters(_wanted_text(seen)) if one not in known]
    if found:
        yield _flag(seen, "odd_chars", "warn", found=", ".join(found))


def _duplicate(seen: Seen) -> Iterable[Flag]:
    if seen.view.change.kind is not ChangeKind.COMMENT:
        return
    body = part(seen.view.change.after, "body")
    comments = listed(part(fields_of(seen.now or seen.base), "comment", "comments"))
    if any(equal(one.get("body"), body) for one in comments):
        yield _flag(seen, "duplicate", "info", key=seen.key)


def _link_host(seen: Seen) -> Iterable[Flag]:
    found = hosts(_wanted_text(seen))
    if not found:
        return
    known = hosts(texts.strings(fields_of(seen.base))) | hosts(seen.site.browse_url or "")
    fresh = sorted(found - known)
    if fresh:
        yield _flag(seen, "link_host", "info", hosts=", ".join(fresh[:5]))


def _injection(seen: Seen) -> Iterable[Flag]:
    """Flag what follows an issue whose text speaks to agents, as we read it ourselves."""
    words = "" if seen.base is None else steering_words(seen.base)
    if words:
        yield _flag(seen, "injection", "warn", key=seen.key, found=words)


def steering_words(doc: JsonObject) -> str:
    """Return the first words of an issue that speak to agents, cut short; empty: none do."""
    fields = fields_of(doc)
    said = (speaks_to_agents(texts.strings(fields.get(name))) for name in _READ_BY_AGENTS)
    return next((one for one in said if one), "")


def _active_sprint(seen: Seen) -> Iterable[Flag]:
    """Flag what goes into a running sprint, or out of one."""
    change, fields = seen.view.change, Fields.of(seen.site)
    if change.kind is ChangeKind.SPRINT:
        asked = change.after
    elif change.field is not None and fields.is_sprint(change.field):
        asked = seen.view.wants
    else:
        return
    running = {str(one.get("id")) for one in seen.site.sprints if one.get("state") == "active"}
    held = listed(fields_of(seen.now or seen.base).get(change.field or fields.sprint or ""))
    leaves = any(one.get("state") == "active" for one in held)
    wanted = asked if isinstance(asked, list) else [asked]
    ids = {str(part(one, "id") or one) for one in wanted}
    if leaves or ids & running:
        yield _flag(seen, "active_sprint", "info", key=seen.key)


def _repeat(seen: Seen) -> Iterable[Flag]:
    if seen.refused_in:
        yield _flag(seen, "repeat", "warn", set=seen.refused_in)


def _twice(seen: Seen) -> Iterable[Flag]:
    if seen.twice:
        yield _flag(seen, "twice", "warn", key=seen.key)


_RULES: tuple[Callable[[Seen], Iterable[Flag]], ...] = (
    _file_missing,
    _deletes,
    _for_customers,
    _conflict,
    _secret,
    _repeat,
    _twice,
    _unread_write,
    _unread_source,
    _not_asked,
    _stale_read,
    _not_assignee,
    _rich_loss,
    _shrink,
    _big_rewrite,
    _odd_chars,
    _personal,
    _closed_ticket,
    _injection,
    _link_host,
    _active_sprint,
    _duplicate,
    _out_of_reach,
    _screen_lacks,
    _transition_done,
    _irreversible,
)


def _rich_pairs(seen: Seen) -> Iterable[tuple[JsonValue, JsonValue]]:
    """Yield the rich texts that a change replaces, with what replaces them."""
    view = seen.view
    if view.change.kind is ChangeKind.EDIT and view.rich:
        yield view.base, view.wants
    if view.change.kind is ChangeKind.COMMENT_EDIT:
        yield part(view.base, "body"), part(view.wants, "body")


def _text_pairs(seen: Seen) -> Iterable[tuple[str, str]]:
    view = seen.view
    for before, after in _rich_pairs(seen):
        yield texts.plain(before), texts.plain(after)
    if view.change.kind is ChangeKind.EDIT and not view.rich and isinstance(view.base, str):
        yield view.base, texts.plain(view.wants)


def _wanted_text(seen: Seen) -> str:
    return seen.words or texts.strings(seen.view.change.after)


def _last_editor(seen: Seen) -> str:
    """Return who last wrote this field upstream, if the changelog says so."""
    name = seen.view.change.field or "status"
    histories = listed(part(seen.now, "changelog", "histories"))
    for history in sorted(histories, key=lambda one: str(one.get("created")), reverse=True):
        items = listed(history.get("items"))
        if any(name in (str(one.get("fieldId")), str(one.get("field"))) for one in items):
            return str(part(history, "author", "displayName") or "")
    return ""
