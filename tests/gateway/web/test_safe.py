"""One press keeps what nothing was seen in and says what it leaves; the inbox counts decisions."""

import re

import httpx2

from gateway.operations import deciding, reviewing
from gateway.review.safe import parted
from gateway.review.states import State
from gateway.store import audit
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.conftest import Visit
from tests.gateway.web.samples import change, review
from tests.gateway.web.visit import SAME


def mixed(visit: Visit) -> int:
    """Have a set arrive of which two changes are plain and one is flagged (a hidden sign)."""
    return visit.house.arrive(
        change_set(
            edit("labels", ["x"], id="c1"),
            edit("priority", {"id": "2", "name": "High"}, id="c2"),
            edit("summary", "paste\u200bd", id="c3"),
        )
    )


def press(visit: Visit, number: int, *names: str, digest: str = "") -> httpx2.Response:
    body = {"digest": digest or visit.digest(number), "change": list(names)}
    return visit.http.post(f"/cs/{number}/safe", data=body, headers=SAME)


def decided(visit: Visit, number: int) -> set[str]:
    view = reviewing.view(visit.house.gateway, number)
    return {one.change.id for issue in view.issues for one in issue.changes if one.decided}


def test_what_is_in_conflict_flagged_unread_or_decided_is_never_safe() -> None:
    conflict = change("c1", ChangeKind.EDIT, field="labels", wants=["x"], three=Three.CONFLICT)
    unread = change("c2", ChangeKind.EDIT, field="labels", wants=["x"], now_known=False)
    plain = change("c3", ChangeKind.EDIT, field="labels", wants=["x"])
    kept = plain.model_copy(update={"decided": True})
    out = plain.model_copy(update={"decided": True, "verdict": "reject"})
    found = parted([conflict, unread, plain, kept, out])
    assert (found.safe, found.kept, found.left) == ((plain,), (kept,), (conflict, unread))
    # To keep a conflict settles nothing; to leave it out does.
    held = conflict.model_copy(update={"decided": True})
    assert parted([held]).left == (held,)
    assert parted([held.model_copy(update={"verdict": "reject"})]).left == ()
    every = parted(one for issue in review().issues for one in issue.changes)
    assert not {one.change.id for one in every.safe} & {one.change.id for one in every.left}


def test_the_button_keeps_the_plain_ones_and_the_page_says_what_is_left(visit: Visit) -> None:
    number = mixed(visit)
    visit.sign_in("eve")
    page = visit.get(f"/cs/{number}").text
    form = page.split(f'action="/cs/{number}/safe"')[1].split("</form>")[0]
    names = re.findall(r'name="change" value="([^"]+)"', form)
    assert names == ["c1", "c2"]
    assert "Keep all safe (2)" in form
    assert "0/3 decided" in page
    answer = press(visit, number, *names)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cs/{number}#decide")
    assert decided(visit, number) == {"c1", "c2"}
    after = visit.get(f"/cs/{number}?lang=ko").text
    report = after.split("data-safe")[1].split("</details>")[0]
    assert report.startswith(' id="safe-kept" open>')
    assert "안전한 변경 2개 유지" in report
    assert "따로 결정할 변경 1개" in report
    assert 'href="#c-c3"' in report
    assert f'action="/cs/{number}/safe"' not in after
    # It approved nothing, and who did it stands in the audit.
    assert reviewing.view(visit.house.gateway, number).state is State.REVIEW
    with visit.house.gateway.database.read() as conn:
        last = list(audit.entries(conn, after=0))[-1]
    assert (last.kind, last.actor, last.body["count"]) == ("review_keep_safe", "eve", 2)


def test_a_form_that_names_more_keeps_no_more(visit: Visit) -> None:
    number = mixed(visit)
    visit.sign_in("eve")
    press(visit, number, "c1", "c3", "unheard-of")
    assert decided(visit, number) == {"c1"}
    # What somebody left out stays left out, and what is pressed again does nothing more.
    reviewing.decide(visit.house.gateway, "eve", number, "c2", "reject", "", visit.digest(number))
    press(visit, number, "c1", "c2")
    view = reviewing.view(visit.house.gateway, number)
    verdicts = {one.change.id: one.verdict for issue in view.issues for one in issue.changes}
    assert verdicts == {"c1": "keep", "c2": "reject", "c3": "keep"}


def test_what_jira_changed_since_the_page_was_made_is_left(visit: Visit) -> None:
    number = mixed(visit)
    visit.sign_in("eve")
    digest = visit.digest(number)
    visit.house.jira.edit("10001", "bob", priority={"id": "1", "name": "Highest"})
    press(visit, number, "c1", "c2", digest=digest)
    assert "c2" not in decided(visit, number)
    left = visit.get(f"/cs/{number}").text.split("data-safe")[1].split("</details>")[0]
    assert 'href="#c-c2"' in left


def test_of_a_set_without_a_flag_nothing_is_left_so_there_is_no_button(visit: Visit) -> None:
    number = visit.arrive()
    visit.sign_in("eve")
    page = visit.get(f"/cs/{number}").text
    assert "/safe" not in page
    assert "data-safe" not in page
    assert "0/2 decided" in page


def test_an_old_digest_is_refused_and_nothing_is_kept(visit: Visit) -> None:
    number = mixed(visit)
    visit.sign_in("eve")
    assert press(visit, number, "c1", "c2", digest="0" * 64).status_code == 409
    assert decided(visit, number) == set()


def test_the_inbox_counts_what_is_decided_until_the_set_is(visit: Visit) -> None:
    number, gateway = mixed(visit), visit.house.gateway
    visit.sign_in("eve")
    assert "0/3 decided" in visit.get("/").text
    deciding.keep_safe(gateway, "eve", number, ["c1", "c2"], visit.digest(number))
    assert "2/3 decided" in visit.get("/").text
    assert "2/3 결정" in visit.get("/?lang=ko").text
    reviewing.reject(gateway, "eve", number, visit.digest(number), "not asked for")
    assert "data-progress" not in visit.get("/").text
