"""The inbox narrowed by everything a line has, and views of it saved under a name."""

import re

from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, change_set, edit, text
from tests.gateway.web.conftest import Visit
from tests.gateway.web.test_desk import shown


def test_a_view_is_narrowed_saved_opened_and_removed(eve: Visit) -> None:
    first = eve.house.arrive(change_set(edit("summary", "New")))
    said = change(ChangeKind.COMMENT, {"id": "1", "body": text("안녕")})
    second = eve.house.arrive(change_set(said, number=2))
    assert shown(eve) == [str(second), str(first)]
    assert shown(eve, "/?kind=comment&person=Ann&level=calm") == [str(second)]
    assert shown(eve, "/?level=block") == []
    # What is unknown is left out.
    assert shown(eve, "/?kind=nonsense&level=x&whose=y") == [str(second), str(first)]
    html = eve.get("/?kind=comment&lang=en").text
    assert '<option value="comment" selected>Comment</option>' in html
    assert 'name="query" value="kind=comment"' in html
    assert (
        '<option value="comment" selected>댓글</option>' in eve.get("/?kind=comment&lang=ko").text
    )
    answer = eve.post("/inbox/views", name="댓글 <b>", query="kind=comment")
    assert answer.headers["location"] == "/?kind=comment"
    html = eve.get("/?kind=comment").text
    assert '<a href="/?kind=comment" aria-current="page">댓글 &lt;b&gt;</a>' in html
    eve.post("/inbox/views/remove", name="댓글 <b>")
    assert 'class="chips saved"' not in eve.get("/").text


def test_a_view_that_leads_elsewhere_or_has_no_name_is_refused(eve: Visit) -> None:
    for query in ("a\nb", "//evil.example", 'x"><b>', "x" * 1001):
        assert eve.post("/inbox/views", name="x", query=query).status_code == 400
    refused = eve.post("/inbox/views", name=" ", query="sort=risk")
    assert "A saved view needs a name." in refused.text
    assert not re.search("saved", eve.get("/").text)
