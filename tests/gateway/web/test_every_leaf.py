"""The page shows what the approval digest covers: no leaf can change unseen."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.promotion.authors import AuthorKind
from gateway.promotion.confirming import CODES
from gateway.promotion.states import OpState
from gateway.promotion.values import Confirmation, PlannedOperation, Stays
from gateway.review.states import State
from gateway.review.values import OperationView
from gateway.web.language import Lang, Tongue
from gateway.web.presenting import present
from gateway.web.templating import Shell, render
from tests.gateway.web.samples import ADMIN, NOW, operation, review

TONGUE = Tongue(Lang.EN)
SHELL = Shell(
    lang="en",
    other="ko",
    other_name="한국어",
    path="/cs/1",
    host="jira.example.com",
    paused="",
    demo=False,
    rehearsal=False,
    other_href="",
    person="Jiwoo Kim",
    role="admin",
    keys=(),
)
Path = tuple[str | int, ...]


def shown(planned: PlannedOperation, **more: Any) -> str:
    """Return the change-set page's HTML with this one operation."""
    view = OperationView(planned=planned, state=OpState.HELD)
    page = present(review(operations=(view,), **more), ADMIN, TONGUE, NOW)
    return render("change_set.html", TONGUE, shell=SHELL, page=page, box=None, opened=())


def plan_of(planned: PlannedOperation) -> str:
    """Return the page of a set that shows nothing but its plan: it is made by the hundred."""
    return shown(planned, issues=(), flags=(), reads=())


def leaves(value: Any, path: Path = ()) -> list[Path]:
    """Return the paths of all leaves, and of every key's name."""
    if isinstance(value, dict) and value:
        return [deeper for key, one in value.items() for deeper in leaves(one, (*path, key))]
    if isinstance(value, list) and value:
        return [deeper for at, one in enumerate(value) for deeper in leaves(one, (*path, at))]
    return [path]


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with one leaf replaced."""
    made = copy.deepcopy(value)
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return made


def mutated(old: Any, noise: str) -> Any:
    """Return another value of the same kind."""
    if isinstance(old, bool) or old is None:
        return noise
    if isinstance(old, int):
        return old + 1 + len(noise)
    if isinstance(old, str):
        return old + noise
    return [noise]


def test_every_leaf_of_every_operation_is_on_the_page() -> None:
    upload = {"sha256": "a" * 64, "filename": "표.png", "size": 3, "media_type": "image/png"}
    whole = operation(2, customers=True).model_dump(mode="json")
    whole["request"]["upload"] = upload
    paths = [path for path in leaves(whole) if path not in {("kind",), ("author", "kind")}]
    assert len(paths) > 20
    before = shown(PlannedOperation(**whole))
    for path in paths:
        old: Any = whole
        for step in path:
            old = old[step]
        new = not old if path == ("customers",) else mutated(old, "x")
        planned = PlannedOperation(**changed(whole, path, new))
        assert shown(planned) != before, path
    author = {"kind": "requester", "account": "acc-1", "name": "민아"}
    pages = {shown(operation(2, author={**author, "kind": kind})) for kind in AuthorKind}
    assert len(pages) == len(AuthorKind)
    assert shown(PlannedOperation(**{**whole, "kind": "worklog"})) != before


def test_what_cannot_be_undone_and_what_to_confirm_are_on_the_page() -> None:
    bare = page_of()
    stays = page_of(stays=(Stays(code="comment", keys=("WEB-7",)),))
    assert "WEB-7: A comment is not deleted by an undo." in stays
    assert page_of(stays=(Stays(code="comment", keys=("WEB-8",)),)) != stays != bare
    for code in CODES:
        asked = page_of(confirmations=(Confirmation(code=code, keys=("WEB-7",)),))
        assert f'name="confirmed" value="{code}" required' in asked
        assert page_of(confirmations=(Confirmation(code=code, keys=("WEB-8",)),)) != asked
    assert 'name="confirmed"' not in bare


def page_of(**given: Any) -> str:
    """Return the change-set page of a review that can be approved."""
    view = review().model_copy(update={"obstacles": (), "state": State.REVIEW, **given})
    page = present(view, ADMIN, TONGUE, NOW)
    return render("change_set.html", TONGUE, shell=SHELL, page=page, box=None, opened=())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(JSON, JSON)
def test_two_bodies_that_differ_make_two_pages(one: Any, other: Any) -> None:
    first, second = (
        operation(0, request={"method": "PUT", "path": "/x", "body": body}) for body in (one, other)
    )
    same = repr(first.request.body) == repr(second.request.body)
    assert (plan_of(first) == plan_of(second)) == same


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=3))
def test_even_an_invisible_addition_changes_the_page(noise: str) -> None:
    whole = operation(0).model_dump(mode="json")
    path = ("request", "body", "fields", "priority", "id")
    assert plan_of(PlannedOperation(**changed(whole, path, "2" + noise))) != plan_of(operation(0))
