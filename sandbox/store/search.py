"""Checked JQL to one SELECT over what a view sees.

Each workspace level and the base is a branch of a UNION. A branch leaves out what a
nearer level has a version of *before* it is asked whether the rest matches; so an edit
may move an issue out of the result as well as into it. Each branch sorts and cuts by
itself, so that the union has at most a page of each.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select, union_all
from sqlalchemy.sql.selectable import Select

from sandbox.domain.issue import IssueState
from sandbox.domain.jql.checked import Checked, FieldRef, Sort
from sandbox.store import versions
from sandbox.store.conditions import condition, sort_keys
from sandbox.store.versions import VERSION
from sandbox.store.views import (
    Shape,
    View,
    allowed_in_base,
    allowed_in_overlay,
    at_base,
    at_level,
    hidden_ids,
    parameters_of,
    shape_of,
    with_base,
)

#: As Jira sorts when a query does not say: by key, newest first.
_BY_KEY = (Sort(FieldRef("issuekey", "key"), descending=True),)


@dataclass(frozen=True, slots=True)
class _Branch:
    """Rows of one level or of the base, with nothing chosen yet."""

    rows: Any
    matching: Select[Any]


def find(
    conn: Connection, view: View, checked: Checked, *, offset: int = 0, limit: int = 50
) -> list[IssueState]:
    """Return one page of the issues that match, in order; ties by issue id."""
    query = _find_query(shape_of(view), checked, offset, limit)
    return [versions.state(row) for row in conn.execute(query, parameters_of(view))]


@lru_cache(maxsize=256)
def _find_query(shape: Shape, checked: Checked, offset: int, limit: int) -> Select[Any]:
    order = checked.order or _BY_KEY
    pages = [_page(branch, order, offset + limit) for branch in _branches(shape, checked)]
    merged = pages[0] if len(pages) == 1 else _union(pages)
    found = merged.subquery("found")
    return (
        select(*(VERSION.c[name] for name in versions.STATE_COLUMNS))
        .join(found, found.c.vid == VERSION.c.vid)
        .order_by(*_order(order, found))
        .limit(limit)
        .offset(offset)
    )


def total(conn: Connection, view: View, checked: Checked) -> int:
    """Return how many issues match."""
    query = _total_query(shape_of(view), checked)
    return sum(conn.execute(query, parameters_of(view)).one())


@lru_cache(maxsize=256)
def _total_query(shape: Shape, checked: Checked) -> Select[Any]:
    counts = [
        branch.matching.with_only_columns(func.count()).scalar_subquery()
        for branch in _branches(shape, checked)
    ]
    return select(*counts)


def _branches(shape: Shape, checked: Checked) -> list[_Branch]:
    levels = [_overlay_branch(shape, level) for level in range(shape.levels)]
    return [_that_match(branch, checked) for branch in (*levels, _base_branch(shape))]


def _that_match(every: _Branch, checked: Checked) -> _Branch:
    return _Branch(every.rows, every.matching.where(condition(checked.where, every.rows)))


@lru_cache(maxsize=256)
def _base_branch(shape: Shape) -> _Branch:
    """Return everything that a view sees of the base; making it takes long."""
    rows = VERSION.alias("base")
    seen = select(rows.c.vid).where(at_base(rows))
    allowed = allowed_in_base(rows, shape)
    if allowed is not None:
        seen = seen.where(allowed)
    if shape.levels:
        seen = seen.where(rows.c.issue_id.not_in(hidden_ids(shape.levels)))
    return _Branch(rows, seen)


@lru_cache(maxsize=256)
def _overlay_branch(shape: Shape, level: int) -> _Branch:
    """Return everything that a view sees of one workspace's level."""
    rows = VERSION.alias(f"level_{level}")
    source, judged = with_base(rows)
    seen = select(rows.c.vid).select_from(source).where(at_level(rows, level), ~rows.c.deleted)
    allowed = allowed_in_overlay(rows, judged, shape)
    if allowed is not None:
        seen = seen.where(allowed)
    if level:
        seen = seen.where(rows.c.issue_id.not_in(hidden_ids(level)))
    return _Branch(rows, seen)


def _page(branch: _Branch, order: tuple[Sort, ...], count: int) -> Select[Any]:
    keys = [
        key.label(f"sort_{place}_{part}")
        for place, sort in enumerate(order)
        for part, key in enumerate(sort_keys(sort, branch.rows))
    ]
    chosen = branch.matching.with_only_columns(branch.rows.c.vid, branch.rows.c.issue_id, *keys)
    return chosen.order_by(*_order_in_branch(order, branch.rows)).limit(count)


def _union(pages: list[Select[Any]]) -> Select[Any]:
    # SQLite wants each sorted and cut branch inside a SELECT of its own.
    return select(union_all(*(select(page.subquery()) for page in pages)).subquery())


def _order_in_branch(order: tuple[Sort, ...], rows: Any) -> list[ColumnElement[Any]]:
    keys = [_directed(key, sort) for sort in order for key in sort_keys(sort, rows)]
    return [*keys, rows.c.issue_id.asc()]


def _order(order: tuple[Sort, ...], found: Any) -> list[ColumnElement[Any]]:
    keys = [
        _directed(found.c[f"sort_{place}_{part}"], sort)
        for place, sort in enumerate(order)
        for part in range(len(sort_keys(sort, VERSION)))
    ]
    return [*keys, found.c.issue_id.asc()]


def _directed(key: ColumnElement[Any], sort: Sort) -> ColumnElement[Any]:
    if isinstance(key, Column) and not key.nullable:
        # Said of a column that is never empty, NULLS LAST keeps PostgreSQL off its index.
        return key.desc() if sort.descending else key.asc()
    # An empty value comes last either way; the two databases disagree unless told.
    return key.desc().nulls_last() if sort.descending else key.asc().nulls_last()
