"""Who looks after which change sets: follow projects, take a set, hand it over, let it go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.identity.people import UnknownPersonError
from gateway.operations import grounds, marking, standing
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.resting import FollowUp, Rest
from gateway.review.routing import Desk, may_decide, routed_to, why_not_assigned
from gateway.review.states import TURNS, Turn
from gateway.review.values import InboxRow
from gateway.store import audit, desk, marks, people, reviews, sites
from gateway.store.reviews import Review
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject

#: Projects that a form offers to follow; an installation with more names them in its roles.
_MOST = 500


@dataclass(frozen=True, slots=True)
class Care:
    """Who looks after one set, to whom it can be given, and what marks there are."""

    #: Whoever looks.
    me: str
    #: Empty: nobody.
    holder: str
    holder_name: str
    #: Person and name of everybody who may decide about it; empty where nobody else is.
    able: tuple[tuple[str, str], ...]
    #: Whether whoever looks may give it to somebody, and note what is still to do.
    may_assign: bool
    #: Whether there is something left to decide.
    open: bool
    rest: Rest | None
    follow_up: FollowUp | None
    #: Who wrote that.
    noted_by: str


def desk_of(gateway: Gateway, person: Person, rows: Iterable[InboxRow] = ()) -> Desk:
    """Return who follows and looks after what, for one person's inbox with these lines."""
    with gateway.database.read() as conn:
        return Desk(
            site=gateway.site,
            me=person.person,
            people={one.person: one for one in people.listed(conn)},
            follows=desk.follows(conn, gateway.site),
            assigned=desk.assigned(conn, gateway.site),
            resting=marking.resting(conn, gateway, person.person, rows),
            follow_ups=marks.follow_ups(conn, gateway.site),
        )


def projects(gateway: Gateway) -> tuple[tuple[str, str], ...]:
    """Return key and name of the site's projects."""
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    found = () if metadata is None else metadata.projects
    named = ((str(one.get("key") or ""), str(one.get("name") or "")) for one in found)
    return tuple(one for one in named if one[0])


def offered(gateway: Gateway, person: Person) -> tuple[tuple[str, str], ...]:
    """Return key and name of the projects that somebody may decide in: these they can follow."""
    return tuple(one for one in projects(gateway) if _decides(gateway, person, one[0]))[:_MOST]


def follow(gateway: Gateway, person: Person, projects: Collection[str]) -> None:
    """Have somebody follow exactly these projects; raises RefusedError."""
    if not all(_decides(gateway, person, one) for one in projects):
        raise RefusedError(
            Refusal(
                "project",
                "You may decide nothing in one of these projects.",
                "Follow those in which you are a reviewer.",
            )
        )
    with gateway.database.write() as conn:
        desk.follow(conn, gateway.site, person.person, projects)


def have_follow(gateway: Gateway, who: str, projects: Collection[str], *, by: str) -> None:
    """Have somebody else follow exactly these projects, as an admin says.

    Raises UnknownPersonError, or RefusedError where they could decide nothing.
    """
    wanted = sorted(set(projects))
    with gateway.database.write() as conn:
        person = people.get(conn, who)
        if person is None:
            raise UnknownPersonError(who)
        for one in wanted:
            if not _decides(gateway, person, one):
                raise RefusedError(
                    Refusal(
                        "project",
                        f"In {one}, {person.name} may decide nothing.",
                        "Give them a role there first, or leave it out.",
                    )
                )
        before = desk.follows(conn, gateway.site).get(who, frozenset())
        if before == set(wanted):
            return
        desk.follow(conn, gateway.site, who, wanted)
        body: JsonObject = {"person": who, "projects": ", ".join(wanted)}
        audit.append(conn, at=gateway.clock(), actor=by, kind="follows_set", body=body)


def assign(gateway: Gateway, person: Person, review_id: int, to: str, shown: str) -> None:
    """Give a set to somebody, oneself included; empty ``to``: to nobody.

    ``person`` as they stand in its projects. ``shown`` is who looked after it when the page
    was made. Raises RefusedError, UnknownReviewError.
    """
    taker = _taker(gateway, review_id, to) if to else None
    with gateway.database.write() as conn:
        review = _locked(conn, gateway, review_id)
        holder = desk.assignee(conn, review_id)
        refusal = why_not_assigned(person, taker, review.state, shown=shown, holder=holder)
        if refusal is not None:
            raise RefusedError(refusal)
        if to == holder:
            return
        now = gateway.clock()
        desk.assign(conn, gateway.site, review_id, to, person.person, now)
        kind = "review_assigned" if to else "review_let_go"
        body: JsonObject = {"review": review_id, "person": to or holder}
        audit.append(conn, at=now, actor=person.person, kind=kind, body=body)


def care(
    gateway: Gateway, person: Person, review_id: int, projects: Collection[str] | None = None
) -> Care | None:
    """Return who looks after a set, for a person as they stand in its projects.

    ``projects`` are those, where they are known already.
    """
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        if review is None:
            return None
        everybody = {one.person: one for one in people.listed(conn)}
        holder = desk.assignee(conn, review_id)
        if projects is None:
            projects = grounds.projects(conn, review.change_set)
        note = marks.follow_ups(conn, gateway.site, [review_id]).get(review_id)
    alone = Desk(people=everybody).alone
    able = tuple(
        (one.person, one.name)
        for one in everybody.values()
        if not alone and may_decide(one, review.site, projects)
    )
    names = {one.person: one.name for one in everybody.values()}
    return Care(
        me=person.person,
        holder=holder,
        holder_name=names.get(holder, holder),
        able=able,
        may_assign=at_least(person.role, Role.REVIEWER),
        open=TURNS[review.state] is not Turn.NOBODY,
        rest=marking.rest_of(gateway, person, review_id),
        follow_up=note,
        noted_by="" if note is None else names.get(note.by, note.by),
    )


def names_for(gateway: Gateway, review_id: int) -> tuple[str, ...]:
    """Return the names of those whom a set is for, in order; none: for whoever may decide."""
    with gateway.database.read() as conn:
        found = for_whom(conn, gateway, review_id)
        names = [people.name_of(conn, one) or one for one in found]
    return tuple(sorted(names))


def for_whom(conn: Connection, gateway: Gateway, review_id: int) -> tuple[str, ...]:
    """Return those whom a set is for; none: whoever may decide."""
    review = reviews.get(conn, review_id)
    if review is None:
        return ()
    keys = grounds.projects(conn, review.change_set)
    everybody = {one.person: one for one in people.listed(conn)}
    found = Desk(gateway.site, "", everybody, desk.follows(conn, gateway.site))
    holder = everybody.get(desk.assignee(conn, review_id))
    if holder is not None and may_decide(holder, gateway.site, keys):
        return (holder.person,)
    return tuple(sorted(routed_to(found, keys)))


def _taker(gateway: Gateway, review_id: int, to: str) -> Person:
    """Return whom a set is given to, as they stand in its projects and as Jira lets them see."""
    with gateway.database.read() as conn:
        found = people.get(conn, to)
    if found is not None:
        try:
            return standing.party(gateway, found, review_id)
        except UnknownReviewError:
            pass
    return Person(person=to, name=to, role=Role.NONE)


def _locked(conn: Connection, gateway: Gateway, review_id: int) -> Review:
    if reviews.lock(conn, review_id) is None:
        raise UnknownReviewError(review_id)
    found = reviews.get(conn, review_id)
    if found is None or found.site != gateway.site:
        raise UnknownReviewError(review_id)
    return found


def _decides(gateway: Gateway, person: Person, project: str) -> bool:
    return bool(project) and may_decide(person, gateway.site, (project,))
