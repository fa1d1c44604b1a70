"""What a caller sees: own versions first, then the parents', then the pinned base.

The scope is a WHERE clause of every SELECT made here. It is judged on the *base* row at
the pinned revision, never on a version that the agent wrote, except for issues that were
created in a workspace and so have no base row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    false,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.selectable import Join, NamedFromClause, Select

from sandbox.contract.shapes import Scope
from sandbox.store.index import SCOPE_WATCHER
from sandbox.store.tables import ValueRow, table
from sandbox.store.versions import NOW, VERSION
from sandbox.store.workspaces import Workspace

#: An alias of the version table.
Rows: TypeAlias = NamedFromClause[Any]

#: Written out, so that planners know which part of an index it is.
_NO_WORKSPACE: ColumnElement[str] = literal_column("''")

_VALUE = table(ValueRow)


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, by whom. Without a workspace: the base at its newest."""

    site: str
    ws: Workspace | None
    #: Jira user id of the person the caller works for.
    person: str
    #: None: everything (role upstream, and the sandbox itself).
    scope: Scope | None
    #: The base as it was at this revision, where there is no workspace; None: its newest.
    pin: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of a statement, apart from the values in it."""

    #: Number of workspaces that are read through.
    levels: int
    #: Numbers of projects and types in the scope; None without a scope, or for all types.
    projects: int | None
    types: int | None
    mine_only: bool


def shape_of(view: View) -> Shape:
    """Return the shape of the statements for a view."""
    scope = view.scope
    return Shape(
        levels=0 if view.ws is None else 1 + len(view.ws.lineage),
        projects=None if scope is None else len(scope.projects),
        types=None if scope is None or scope.issue_types is None else len(scope.issue_types),
        mine_only=scope is not None and scope.mine_only,
    )


def parameters_of(view: View) -> dict[str, Any]:
    """Return the values that statements for a view are run with."""
    found: dict[str, Any] = {"site": view.site, "pin": NOW if view.pin is None else view.pin}
    if view.ws is not None:
        found["pin"] = view.ws.base_rev
        for level, (ws_id, seq) in enumerate([(view.ws.id, NOW), *view.ws.lineage]):
            found[f"ws_{level}"] = ws_id
            found[f"seq_{level}"] = seq
    if view.scope is not None:
        found["person"] = view.person
        found.update({f"project_{n}": name for n, name in enumerate(view.scope.projects)})
        found.update({f"type_{n}": name for n, name in enumerate(view.scope.issue_types or ())})
    return found


def asked_site() -> BindParameter[str]:
    """Return the parameter that holds the view's site."""
    return _text("site")


def at_base(rows: Any) -> ColumnElement[bool]:
    """Return that a row is the base's version at the pinned revision."""
    return and_(_here(rows), rows.c.ws == _NO_WORKSPACE, _in_force(rows, "pin"))


def at_level(rows: Any, level: int) -> ColumnElement[bool]:
    """Return that a row is a version of the workspace at one level, at its moment."""
    return and_(_here(rows), rows.c.ws == _text(f"ws_{level}"), _in_force(rows, f"seq_{level}"))


def visible_places(rows: Any, shape: Shape) -> ColumnElement[bool]:
    """Return that a row is at any place the view reads."""
    if not shape.levels:
        return at_base(rows)
    # Site and workspaces are said twice, outside OR, for the planners to use an index.
    names = [_text(f"ws_{level}") for level in range(shape.levels)]
    levels = [at_level(rows, level) for level in range(shape.levels)]
    return and_(_here(rows), rows.c.ws.in_([*names, _NO_WORKSPACE]), or_(*levels, at_base(rows)))


def nearness(rows: Any, shape: Shape) -> ColumnElement[int]:
    """Return a number that is smallest for the version that hides the others."""
    if not shape.levels:
        return literal_column("0")
    levels = [(rows.c.ws == _text(f"ws_{level}"), level) for level in range(shape.levels)]
    return case(*levels, else_=shape.levels)


def hidden_ids(below: int) -> Select[Any]:
    """Return the ids that workspaces nearer than level ``below`` have versions of."""
    rows = VERSION.alias("upper")
    return select(rows.c.issue_id).where(or_(*(at_level(rows, n) for n in range(below))))


def with_base(rows: Rows) -> tuple[Join, Rows]:
    """Return rows joined with the base's version of the same issue, where there is one."""
    judged = VERSION.alias("judged")
    same = and_(judged.c.issue_id == rows.c.issue_id, at_base(judged))
    return rows.outerjoin(judged, same), judged


def allowed_in_base(judged: Any, shape: Shape) -> ColumnElement[bool] | None:
    """Return that the scope lets the view see an issue by its base row; None: all."""
    if shape.projects is None:
        return None
    return and_(*_kinds_allowed(judged, shape), *_person_allowed(judged, shape))


def allowed_in_overlay(rows: Any, judged: Any, shape: Shape) -> ColumnElement[bool] | None:
    """Return the same for a workspace's version, which `with_base` has joined."""
    by_base = allowed_in_base(judged, shape)
    if by_base is None:
        return None
    own = and_(rows.c.created_here, judged.c.vid.is_(None), *_kinds_allowed(rows, shape))
    return or_(by_base, own)


def _kinds_allowed(rows: Any, shape: Shape) -> Sequence[ColumnElement[bool]]:
    if not shape.projects:
        return [false()]
    conditions = [rows.c.project_key.in_(_texts("project", shape.projects))]
    if shape.types is not None:
        if not shape.types:
            return [false()]
        names = _texts("type", shape.types)
        conditions.append(or_(rows.c.type_id.in_(names), rows.c.type_name.in_(names)))
    return conditions


def _person_allowed(rows: Any, shape: Shape) -> Sequence[ColumnElement[bool]]:
    if not shape.mine_only:
        return []
    person = _text("person")
    watched = select(_VALUE.c.vid).where(_VALUE.c.field == SCOPE_WATCHER, _VALUE.c.txt == person)
    return [or_(rows.c.assignee == person, rows.c.reporter == person, rows.c.vid.in_(watched))]


def _in_force(rows: Any, moment: str) -> ColumnElement[bool]:
    return and_(rows.c.from_rev <= _number(moment), rows.c.to_rev > _number(moment))


def _here(rows: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = rows.c.site == asked_site()
    return found


def _texts(name: str, count: int) -> list[BindParameter[str]]:
    # Single parameters, not one list: the statement's text is compiled once and kept.
    return [_text(f"{name}_{number}") for number in range(count)]


def _text(name: str) -> BindParameter[str]:
    return bindparam(name, type_=VERSION.c.key.type)


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=VERSION.c.from_rev.type)
