"""Builds what a reviewer is shown from the review, the plan, baselines and Jira now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import JsonValue

from gateway.policy.asking import NOTHING, Asked, asked
from gateway.policy.flags import Seen, change_flags
from gateway.policy.mailed import Known, mailed
from gateway.policy.policy import Policy
from gateway.policy.projects import project_of
from gateway.policy.set_flags import set_flags
from gateway.policy.texts import strings
from gateway.promotion.deleting import Thing, found_in, still_is, thing_of
from gateway.promotion.drift import Now, set_three
from gateway.promotion.fields import Fields, fields_of, listed, part, project_key, sprint_id
from gateway.promotion.plan import KEEP, effective, wanted_value
from gateway.promotion.references import is_temporary_key
from gateway.promotion.screens import transition_asks
from gateway.promotion.service import is_service, made_internal, wants_customers
from gateway.promotion.settled import Settled, settle
from gateway.promotion.values import SiteIdentity
from gateway.review.around import Around
from gateway.review.earlier import Earlier
from gateway.review.editing import editable
from gateway.review.unchanged import unchanged
from gateway.review.values import ChangeView, Flag, IssueView
from sandbox.contract.compare import Three, equal, three_way
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject, Read, SiteBaseline
from sandbox.contract.wishes import doubles


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the views of one set's changes are made of."""

    change_set: ChangeSet
    identity: SiteIdentity
    site: SiteBaseline
    policy: Policy
    person_name: str
    #: Change id to the gateway's own baseline document at the claimed revision.
    docs: Mapping[str, JsonObject]
    #: Issue id to Jira now; what could not be read is missing.
    now: Mapping[str, Now] = field(default_factory=dict)
    reads: tuple[Read, ...] | None = None
    #: Change id to ``keep`` or ``reject``, as people decided.
    decided: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    #: Digests of the attached files that the gateway holds.
    held: frozenset[str] = frozenset()
    #: Change id to what a person put in place of the agent's value.
    settled: Mapping[str, Settled] = field(default_factory=dict)
    #: Person to display name.
    names: Mapping[str, str] = field(default_factory=dict)
    #: Change id to the review in which people refused the very same.
    repeats: Mapping[str, int] = field(default_factory=dict)
    #: Change id to what a transition did the last times.
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    #: Issue id to who watched it when we read it.
    watchers: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    around: Around = field(default_factory=Around)

    @property
    def new_issues(self) -> frozenset[str]:
        """Ids of the issues that this set creates."""
        return frozenset(self.change_set.temporary_keys.values())

    @property
    def going(self) -> frozenset[str]:
        """Ids of the issues that this set deletes."""
        return frozenset(
            one.issue_id
            for one in self.change_set.changes
            if one.kind is ChangeKind.DELETE and thing_of(one.after) is Thing.ISSUE
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A set's changes and flags, finished."""

    issues: tuple[IssueView, ...]
    flags: tuple[Flag, ...]

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        """All changes, in the order shown."""
        return tuple(change for issue in self.issues for change in issue.changes)


def show(scene: Scene) -> Shown:
    """Return all changes beside Jira as it is now, with their flags."""
    verdicts = effective(scene.change_set, scene.decided)
    fields = Fields.of(scene.site)
    wants = {one.id: one.after for one in scene.change_set.changes}
    kept = (one for one in scene.change_set.changes if verdicts[one.id] == KEEP)
    agent = _Agent(wants, scene.docs, _asked(scene), doubles(kept))
    change_set, based = settle(scene.change_set, scene.docs, scene.settled)
    scene = replace(scene, change_set=change_set, docs=based)
    views = [_change(one, verdicts, fields, scene, agent) for one in change_set.changes]
    by_issue: dict[str, list[ChangeView]] = {}
    for view in views:
        by_issue.setdefault(view.change.issue_id, []).append(view)
    known = Known(
        {one: now.doc for one, now in scene.now.items() if now.doc is not None},
        scene.watchers,
        scene.site.users,
    )
    told = {one: mailed(one, group, known) for one, group in by_issue.items()}
    issues = tuple(
        _issue(issue_id, group, fields, scene, tuple(sorted(told[issue_id].values())))
        for issue_id, group in by_issue.items()
    )
    everybody = {account: name for some in told.values() for account, name in some.items()}
    flags = set_flags(
        scene.change_set,
        views,
        everybody.values(),
        scene.policy,
        around=scene.around,
        person_name=scene.person_name,
    )
    return Shown(issues, flags)


@dataclass(frozen=True, slots=True)
class _Agent:
    """What the agent sealed, before people settled values."""

    wants: Mapping[str, JsonValue]
    docs: Mapping[str, JsonObject]
    #: What the quoted request names of this site's projects.
    asked: Asked
    #: Kept changes that add the very same as an earlier one.
    doubles: frozenset[str]


def _asked(scene: Scene) -> Asked:
    if not scene.change_set.request:
        return NOTHING
    known = {str(one.get("key")) for one in scene.site.projects}
    known |= {project_of(one.issue_key) for one in scene.change_set.changes}
    return asked(scene.change_set.request, frozenset(known))


def _agents(change: Change, agent: _Agent, fields: Fields, scene: Scene) -> dict[str, Any]:
    """Return what a view knows of the agent's own value, and of how to edit it."""
    settled = scene.settled.get(change.id)
    by = "" if settled is None else settled.by
    return {
        "agent_wants": agent.wants[change.id],
        "agent_base": _value(change, agent.docs.get(change.id), fields),
        "pick": "" if settled is None else str(settled.pick),
        "picked_by": scene.names.get(by, by),
        "editable": editable(change, scene.docs.get(change.id), scene.site),
        "earlier": scene.earlier.get(change.id),
        "sources": scene.around.cited.get(change.id, ()),
        "screen_asks": transition_asks(change, scene.docs.get(change.id), scene.site)
        if change.kind is ChangeKind.TRANSITION
        else (),
    }


def _issue(
    issue_id: str, views: list[ChangeView], known: Fields, scene: Scene, told: tuple[str, ...]
) -> IssueView:
    first = views[0].change
    now = scene.now.get(issue_id)
    doc = (now.doc if now else None) or scene.docs.get(first.id)
    key = str((doc or {}).get("key") or first.issue_key)
    new = issue_id in scene.new_issues
    summary = fields_of(doc).get("summary")
    return IssueView(
        issue_id=issue_id,
        key=key,
        summary=summary if isinstance(summary, str) else "",
        url="" if new else f"{scene.identity.base_url}/browse/{key}",
        new=new,
        changes=tuple(views),
        unchanged=0 if new else _unchanged(views, known, scene),
        told=told,
    )


def _unchanged(views: list[ChangeView], known: Fields, scene: Scene) -> int:
    changes = [one.change for one in views]
    doc = scene.docs.get(changes[0].id)
    return len(unchanged(fields_of(doc), changes, known))


def _change(
    change: Change, verdicts: Mapping[str, str], fields: Fields, scene: Scene, agent: _Agent
) -> ChangeView:
    now = scene.now.get(change.issue_id)
    known = now is not None or change.issue_id in scene.new_issues
    base_doc = scene.docs.get(change.id)
    base = _value(change, base_doc, fields)
    current = _value(change, now.doc if now else None, fields)
    # Every part of it was checked where it came in; deep texts take long to check again.
    view = ChangeView.model_construct(
        change=change,
        field_name=fields.name(change.field or ""),
        field_type=_type(change, fields),
        rich=fields.is_rich(change.field or ""),
        base=base,
        now=current,
        now_known=known,
        wants=_wants(change, base_doc, scene),
        three=_three(change, base, now, current, scene, fields),
        verdict=verdicts[change.id],
        decided=change.id in scene.decided,
        words=scene.words.get(change.id, ""),
    )
    own = None if change.issue_id in scene.new_issues else base_doc
    seen = Seen(
        view=view,
        words=strings(change.after),
        change_set=scene.change_set,
        reads=scene.reads,
        base=own,
        now=now.doc if now else None,
        person_name=scene.person_name,
        site=scene.site,
        policy=scene.policy,
        held=scene.held,
        edits=_edits_beside(change, verdicts, scene),
        sources=scene.around.cited.get(change.id, ()),
        asked=agent.asked,
        twice=change.id in agent.doubles,
        refused_in=f"CS-{scene.repeats[change.id]}" if change.id in scene.repeats else "",
    )
    own_value = _agents(change, agent, fields, scene)
    return view.model_copy(update={"flags": change_flags(seen), **own_value})


def _edits_beside(
    change: Change, verdicts: Mapping[str, str], scene: Scene
) -> dict[str, JsonValue]:
    """Return what kept edits put into the issue that a transition moves."""
    if change.kind is not ChangeKind.TRANSITION:
        return {}
    return {
        one.field: one.after
        for one in scene.change_set.changes
        if one.kind is ChangeKind.EDIT and one.field is not None
        if one.issue_id == change.issue_id and verdicts[one.id] == KEEP
    }


def _wants(change: Change, base: JsonObject | None, scene: Scene) -> JsonValue:
    """Return what would be written: comments of a service project are internal by default."""
    after = change.after
    key = project_key(base, change.issue_key)
    if change.kind is not ChangeKind.COMMENT or not isinstance(after, dict):
        return after
    if not is_service(scene.site, key) or wants_customers(after):
        return after
    return made_internal(after)


def _value(change: Change, doc: JsonObject | None, fields: Fields) -> JsonValue:
    """Return what an issue has where a change writes, in the shape of ``change.after``."""
    found = fields_of(doc)
    match change.kind:
        case ChangeKind.EDIT:
            return found.get(change.field or "")
        case ChangeKind.TRANSITION:
            return {"status": found["status"]} if "status" in found else None
        case ChangeKind.SPRINT:
            return found.get(fields.sprint or "")
        case ChangeKind.COMMENT_EDIT:
            return _comment(found, str(part(change.after, "id")))
        case _:
            return None


def _comment(found: JsonObject, comment_id: str) -> JsonValue:
    for one in listed(part(found, "comment", "comments")):
        if str(one.get("id")) == comment_id:
            return {name: one[name] for name in ("id", "body", "visibility") if name in one}
    return None


def _three(
    change: Change,
    base: JsonValue,
    now: Now | None,
    current: JsonValue,
    scene: Scene,
    fields: Fields,
) -> Three:
    if now is None:
        return Three.OURS
    if change.kind is ChangeKind.DELETE:
        return _deletion_three(change, now, scene.going)
    if now.doc is None or _moved(change, now.doc):
        return Three.CONFLICT
    return _value_three(change, base, current, fields)


def _value_three(change: Change, base: JsonValue, current: JsonValue, fields: Fields) -> Three:
    if change.kind is ChangeKind.COMMENT_EDIT:
        return _comment_three(base, change.after, current)
    if change.kind is ChangeKind.EDIT and fields.is_set(change.field or "", base, change.after):
        return set_three(wanted_value(change, base, fields), current)
    reduce = _COMPARED.get(change.kind)
    if reduce is None:
        return Three.OURS
    return three_way(*(reduce(one) for one in (base, change.after, current)))


def _deletion_three(change: Change, now: Now, going: frozenset[str]) -> Three:
    """Return whether what is to go is still what it was, as far as the issue's JSON tells."""
    thing = thing_of(change.after)
    if now.doc is None or thing is None:
        return Three.BOTH
    found = found_in(thing, str(part(change.after, "id")), now.doc)
    changed = found is not None and not still_is(thing, part(change.after, "was"), found, going)
    return Three.CONFLICT if changed else Three.OURS


def _moved(change: Change, doc: JsonObject) -> bool:
    """Return whether the issue is in another project now than the change says."""
    if is_temporary_key(change.issue_key):
        return False
    here = change.issue_key.rsplit("-", 1)[0]
    return project_key(doc, str(doc.get("key") or "")) != here


#: Kinds that replace one value, with what of it is compared.
_COMPARED: dict[ChangeKind, Callable[[JsonValue], JsonValue]] = {
    ChangeKind.EDIT: lambda value: value,
    ChangeKind.TRANSITION: lambda value: part(value, "status"),
    ChangeKind.SPRINT: sprint_id,
}


def _comment_three(base: JsonValue, after: JsonValue, current: JsonValue) -> Three:
    if current is None:
        return Three.CONFLICT
    bodies = three_way(*(part(one, "body") for one in (base, after, current)))
    visible = "visibility"
    if bodies is Three.SAME and not equal(part(base, visible), part(after, visible)):
        return three_way(*(part(one, visible) for one in (base, after, current)))
    return bodies


def _type(change: Change, fields: Fields) -> str:
    schema = fields.schema(change.field or "")
    kind, items = str(schema.get("type") or ""), schema.get("items")
    return f"{kind}:{items}" if items else kind
