"""One function decides every approval, and nothing that is only opened decides anything."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.notify_settings import Event
from gateway.operations import reviewing
from gateway.review.states import State
from gateway.store import reviews
from gateway.store.tables import GatewayTable
from sandbox.contract.scope import Refusal
from tests.gateway.web.conftest import SAME, Visit

GATEWAY = Path(reviewing.__file__).resolve().parent.parent
NO = Refusal("test", "Nobody may do anything.", "Wait.")


def calls(name: str) -> set[str]:
    """Return ``file:function`` of all places in the gateway that call something of this name."""
    found: set[str] = set()
    for path in GATEWAY.rglob("*.py"):
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(outer):
                if isinstance(node, ast.Call):
                    called = node.func
                    own = getattr(called, "attr", getattr(called, "id", ""))
                    found |= {f"{path.name}:{outer.name}"} if own == name else set()
    return found


def state(visit: Visit, review: int) -> State:
    with visit.house.gateway.database.read() as conn:
        found = reviews.get(conn, review)
    assert found is not None
    return found.state


def test_an_approval_is_stored_by_one_function_that_asks_the_rules_first() -> None:
    # The inner function is the transaction of the outer one; the other file signs and stores.
    assert calls("add_approval") == {
        "reviewing.py:approve",
        "reviewing.py:store",
        "vouching.py:add_approval",
    }
    assert calls("approve") == {
        # The page's form, and several sets at a time, one by one.
        "change_set_pages.py:approve",
        "together.py:approve",
        "together.py:one",
        "together_pages.py:approve",
    }


@pytest.mark.parametrize("door", ["page", "together"])
def test_what_the_function_refuses_no_door_lets_through(
    eve: Visit, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    monkeypatch.setattr(reviewing, "may", lambda *_, **__: NO)

    def knock() -> str:
        if door == "page":
            return eve.post(f"/cs/{review}/approve", digest=digest).text
        form = {"pick": [f"{review}:{digest}"]}
        return eve.http.post("/together", data=form, headers=SAME).text

    assert "Nobody may do anything." in knock()
    assert state(eve, review) is State.REVIEW
    monkeypatch.undo()
    knock()
    assert state(eve, review) is State.APPROVED


def test_opening_what_a_notification_links_to_decides_nothing(eve: Visit) -> None:
    """A mail scanner opens every link it sees, even as somebody who is signed in."""
    review = eve.arrive()
    audit = GatewayTable.metadata.tables["audit"]

    def rows() -> int:
        with eve.house.gateway.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(audit)).scalar_one())

    before = rows()
    assert len(Event) > 1
    for path in (f"/cs/{review}", f"/cs/{review}/run", f"/cs/{review}/promote", "/"):
        assert eve.get(path).status_code in (200, 303)
    for verb in ("approve", "promote", "reject", "send-back", "withdraw", "stop"):
        answer = eve.get(f"/cs/{review}/{verb}?digest={eve.digest(review)}&words=x")
        assert verb == "promote" or answer.status_code in (404, 405), verb
    assert (state(eve, review), rows()) == (State.REVIEW, before)
