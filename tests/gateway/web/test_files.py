"""A file that an agent attaches is handed out to be saved; no page shows it, and nothing runs."""

import hashlib
from urllib.parse import quote

from gateway.store import files
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.promotion.world import SITE, change, change_set
from tests.gateway.web.conftest import Visit

PAGE = b"<script>alert(document.cookie)</script>"
NAME = '보고서 "1"; <b>.html\r\nX-Evil: 1'


def attaching(content: bytes = PAGE, name: str = NAME) -> Change:
    digest = hashlib.sha256(content).hexdigest()
    after = {"id": "f1", "filename": name, "size": len(content), "sha256": digest}
    return change(ChangeKind.ATTACHMENT, {**after, "mimeType": "text/html"}, id="a1")


def arrive(visit: Visit, *, held: bool = True) -> int:
    if held:
        with visit.house.gateway.database.write() as conn:
            files.put(conn, SITE, PAGE, 1)
    return visit.house.arrive(change_set(attaching()))


def test_whoever_sees_the_set_saves_the_file_and_no_browser_shows_it(visit: Visit) -> None:
    review = arrive(visit)
    where = f"/cs/{review}/files/a1"
    assert visit.get(where).headers["location"].startswith("/sign-in")
    visit.sign_in("rob")
    assert f'href="{where}" download' in visit.get(f"/cs/{review}?lang=en").text
    assert "파일 내려받기" in visit.get(f"/cs/{review}?lang=ko").text
    answer = visit.get(where)
    assert (answer.status_code, answer.content) == (200, PAGE)
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    saved_as = f"attachment; filename*=UTF-8''{quote(NAME, safe='')}"
    assert headers["content-disposition"] == saved_as
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "x-evil" not in headers


def test_what_is_not_here_or_no_file_is_a_sentence(eve: Visit) -> None:
    review = arrive(eve, held=False)
    page = eve.get(f"/cs/{review}").text
    assert "/files/" not in page
    for one in ("a1", "c1", "nothing"):
        answer = eve.get(f"/cs/{review}/files/{one}")
        assert answer.status_code == 409
        assert "There is no such file here." in answer.text
