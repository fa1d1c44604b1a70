"""Whom a set is for: whoever looks after it, else who follows its projects and may decide."""

import pytest

from gateway.review.people import Person, ProjectRole, Role
from gateway.review.routing import Desk, Whose, chosen, routed_to, why_not_assigned
from gateway.review.states import TURNS, State, Turn
from tests.gateway.review.test_triage import row

SITE = "demo"


def somebody(name: str, role: Role = Role.REVIEWER, project: str = "") -> Person:
    roles = (ProjectRole(site=SITE, project=project, role=role),) if project else ()
    return Person(person=name, name=name, role=Role.NONE if project else role, roles=roles)


PEOPLE = {
    one.person: one
    for one in (
        somebody("mina"),
        somebody("rob"),
        somebody("web", project="WEB"),
        somebody("view", Role.VIEWER),
        somebody("gone").model_copy(update={"disabled": True}),
    )
}
AIR, WEB, BOTH = row(1), row(2, projects=("WEB",)), row(3, projects=("AIR", "WEB"))
ROWS = (BOTH, WEB, AIR)


def ids(me: str, whose: Whose, assigned: dict[int, str] | None = None, **follows: str) -> list[int]:
    desk = Desk(
        site=SITE,
        me=me,
        people=PEOPLE,
        follows={name: frozenset(keys.split()) for name, keys in follows.items()},
        assigned=assigned or {},
    )
    return [one.id for one in chosen(ROWS, desk, whose)]


def test_without_followers_a_set_is_for_everybody_who_may_decide() -> None:
    assert ids("mina", Whose.PROJECTS) == [3, 2, 1]
    # A role in WEB alone is none in a set that is about AIR too.
    assert ids("web", Whose.PROJECTS) == [2]
    assert ids("view", Whose.PROJECTS) == []


def test_a_set_is_for_those_who_follow_one_of_its_projects_and_may_decide() -> None:
    assert ids("mina", Whose.PROJECTS, mina="AIR", rob="WEB") == [3, 1]
    assert ids("rob", Whose.PROJECTS, mina="AIR", rob="WEB") == [3, 2]
    # Who may not decide, or was taken out, takes nothing away from the others.
    assert ids("mina", Whose.PROJECTS, view="AIR", gone="AIR WEB", web="AIR") == [3, 2, 1]
    assert ids("mina", Whose.ALL, rob="AIR WEB") == [3, 2, 1]


def test_what_somebody_looks_after_is_theirs_alone_as_long_as_they_may_decide() -> None:
    held = {1: "mina", 2: "rob", 3: "gone"}
    assert ids("mina", Whose.MINE, held) == [1]
    assert ids("mina", Whose.PROJECTS, held, rob="AIR") == [1]
    assert ids("mina", Whose.PROJECTS, held) == [3, 1]
    assert ids("rob", Whose.PROJECTS, held, mina="AIR WEB") == [2]


def test_what_is_usual_is_ones_projects_once_there_are_some() -> None:
    assert Desk(me="mina").usual is Whose.ALL
    assert Desk(me="mina", follows={"mina": frozenset({"AIR"})}).usual is Whose.PROJECTS
    assert routed_to(Desk(), ("AIR",)) == frozenset()


@pytest.mark.parametrize("state", State)
def test_a_set_is_given_by_and_to_those_who_may_decide_while_there_is_something_to_do(
    state: State,
) -> None:
    mina, rob, view = (PEOPLE[name] for name in ("mina", "rob", "view"))

    def code(by: Person, to: Person | None, shown: str = "", holder: str = "") -> str:
        refusal = why_not_assigned(by, to, state, shown=shown, holder=holder)
        return "" if refusal is None else refusal.code

    closed = "closed" if TURNS[state] is Turn.NOBODY else ""
    assert code(mina, rob) == code(mina, mina) == code(mina, None, "rob", "rob") == closed
    assert code(view, mina) == "role"
    assert code(mina, view) == closed or "not_able"
    assert code(mina, mina, "", "rob") == (closed or "taken")
