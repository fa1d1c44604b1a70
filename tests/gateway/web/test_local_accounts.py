"""Local accounts: a password set by a link, guesses that cost time, nothing that tells tales."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2
import pytest

from gateway.identity import admitting, passwords
from gateway.identity.passwords import PasswordError
from gateway.identity.people import UnknownPersonError
from gateway.people_settings import JiraSays, PeopleRules
from gateway.store import audit_reading
from gateway.store import passwords as stored
from gateway.store.audit_reading import Wanted
from tests.gateway.web.conftest import SAME, Visit
from tests.once import HASHER

GOOD = "하늘이 맑은 날에는 산책"
OTHER = "another long sentence"
SECOND = 1_000_000


@pytest.fixture
def local(visit: Visit) -> Visit:
    """Lend a house with local accounts, in which Eve has set a password."""
    gateway = visit.house.gateway
    gateway.settings = replace(
        gateway.settings, people=PeopleRules(local_accounts=True, jira=JiraSays.ASK)
    )
    assert set_password(visit, "eve").status_code == 303
    visit.http.cookies.clear()
    return visit


def set_password(visit: Visit, person: str, password: str = GOOD) -> httpx2.Response:
    secret = secret_of(passwords.new_link(visit.house.gateway, person))
    return visit.post("/sign-in/password", link=secret, password=password, again=password)


def secret_of(link: str) -> str:
    return urlsplit(link).query.removeprefix("link=")


def sign_in(visit: Visit, password: str = GOOD, name: str = "eve") -> httpx2.Response:
    return visit.post("/sign-in/account", name=name, password=password)


def later(visit: Visit, seconds: float) -> None:
    now = visit.house.gateway.clock()
    visit.house.gateway.clock = lambda: now + round(seconds * SECOND)


def test_off_unless_switched_on(visit: Visit) -> None:
    assert 'name="password"' not in visit.get("/sign-in").text
    for method, path in (
        ("POST", "/sign-in/account"),
        ("GET", "/sign-in/password"),
        ("POST", "/sign-in/password"),
        ("GET", "/account/password"),
    ):
        assert visit.http.request(method, path, headers=SAME).status_code == 404
    with pytest.raises(PasswordError, match="AIRLOCK_LOCAL_ACCOUNTS"):
        passwords.new_link(visit.house.gateway, "eve")


def test_a_name_and_a_password_open_an_ordinary_session(local: Visit) -> None:
    assert 'action="/sign-in/account"' in local.get("/sign-in").text
    answer = sign_in(local)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "Eve" in local.get("/").text


def test_hangul_typed_in_parts_is_the_same_password(local: Visit) -> None:
    in_parts = "하늘이 맑은 날에는 산책"
    assert sign_in(local, in_parts).status_code == 303


def test_a_link_sets_a_password_once_and_opening_it_uses_nothing_up(local: Visit) -> None:
    link = passwords.new_link(local.house.gateway, "max")
    secret = secret_of(link)
    for _ in range(2):
        assert secret in local.get(f"/sign-in/password?link={secret}").text
    form = {"link": secret, "password": GOOD, "again": GOOD}
    assert local.post("/sign-in/password", **form).status_code == 303
    again = local.post("/sign-in/password", **form)
    assert again.status_code == 400
    assert "used before" in again.text


def test_a_newer_link_makes_the_older_worthless_and_a_day_ends_both(local: Visit) -> None:
    first, second = (passwords.new_link(local.house.gateway, "max") for _ in range(2))
    form = {"password": GOOD, "again": GOOD}
    assert local.post("/sign-in/password", link=secret_of(first), **form).status_code == 400
    later(local, passwords.LINK_LIFETIME_S)
    assert local.post("/sign-in/password", link=secret_of(second), **form).status_code == 400


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("tiny-one!", "tiny-one!", "at least 12"),
        (GOOD, OTHER, "differ"),
        ("x" * 201, "x" * 201, "at most 200"),
        ("ababababababab", "ababababababab", "different characters"),
    ],
)
def test_what_cannot_be_a_password_is_said_and_the_link_stays_good(
    local: Visit, password: str, again: str, said: str
) -> None:
    secret = secret_of(passwords.new_link(local.house.gateway, "max"))
    answer = local.post("/sign-in/password", link=secret, password=password, again=again)
    assert answer.status_code == 400
    assert said in answer.text
    assert password not in answer.text
    form = {"link": secret, "password": GOOD, "again": GOOD}
    assert local.post("/sign-in/password", **form).status_code == 303


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(local: Visit) -> None:
    answers = [
        sign_in(local, "wrong wrong wrong", name) for name in ("eve", "ann", "nobody", "admin")
    ]
    assert {one.status_code for one in answers} == {403}
    pages = {
        one.text.replace(f'value="{name}"', "")
        for name, one in zip(("eve", "ann", "nobody", "admin"), answers, strict=True)
    }
    assert len(pages) == 1
    assert "wrong wrong wrong" not in pages.pop()


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash passwords as the program does: other tests hash as cheaply as Argon2 can."""
    monkeypatch.setattr(passwords, "_HASHER", HASHER)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


def test_a_password_is_hashed_as_owasp_advises(dear: None, local: Visit) -> None:
    with local.house.gateway.database.read() as conn:
        kept = stored.get(conn, "eve") or ""
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_unknown_name_takes_as_long_as_a_wrong_password(dear: None, local: Visit) -> None:
    took = dict.fromkeys(("eve", "nobody"), 1e9)
    for _ in range(3):
        for name in took:
            began = time.process_time()
            with pytest.raises(PasswordError):
                passwords.sign_in(local.house.gateway, name, "wrong wrong wrong", "192.0.2.1")
            took[name] = min(took[name], time.process_time() - began)
    assert 0.5 < took["nobody"] / took["eve"] < 2


def test_wrong_guesses_stop_an_account_even_for_the_right_password(local: Visit) -> None:
    for _ in range(5):
        assert "wrong" in sign_in(local, "wrong wrong wrong").text
    assert "too many wrong guesses" in sign_in(local).text
    # Others are not stopped, and time lets her in again.
    assert set_password(local, "max").status_code == 303
    assert sign_in(local, name="max").status_code == 303
    later(local, 31)
    assert sign_in(local).status_code == 303
    # The right password has them forgotten.
    assert "The name or the password is wrong." in sign_in(local, "wrong wrong wrong").text
    assert sign_in(local).status_code == 303


def test_the_wait_doubles_up_to_an_hour(local: Visit) -> None:
    gateway = local.house.gateway
    waits = []
    for _ in range(14):
        with pytest.raises(PasswordError):
            passwords.sign_in(gateway, "nobody", "wrong wrong wrong", "192.0.2.1")
        with gateway.database.read() as conn:
            who = passwords._counter("nobody")
            until = stored.blocked(conn, stored.Counter.ACCOUNT, who)
        waits.append(max(0, until - gateway.clock()) // SECOND)
        later(local, waits[-1])
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:9] == [30, 60, 120, 240, 480]
    assert waits[-1] == 3600


def test_one_address_that_tries_many_names_is_stopped(local: Visit) -> None:
    gateway = local.house.gateway
    address = passwords._counter("192.0.2.7")
    with gateway.database.write() as conn:
        for _ in range(49):
            stored.count(conn, stored.Counter.ADDRESS, address, now=gateway.clock(), forgotten=0)
    with pytest.raises(PasswordError, match="is wrong"):
        passwords.sign_in(gateway, "name-50", "x", "192.0.2.7")
    with pytest.raises(PasswordError, match="too many"):
        passwords.sign_in(gateway, "eve", GOOD, "192.0.2.7")
    assert passwords.sign_in(gateway, "eve", GOOD, "192.0.2.8")


def test_changing_takes_the_old_one_and_signs_every_other_browser_out(local: Visit) -> None:
    gateway = local.house.gateway
    elsewhere = passwords.sign_in(gateway, "eve", GOOD, "192.0.2.9")
    sign_in(local)
    assert 'href="/account/password"' in local.get("/jira").text
    form = {"password": OTHER, "again": OTHER}
    wrong = local.post("/account/password", old="wrong wrong wrong", **form)
    assert (wrong.status_code, "another one" in wrong.text) == (400, True)
    assert local.post("/account/password", old=GOOD, **form).status_code == 303
    assert local.get("/").status_code == 200
    local.http.cookies.clear()
    local.http.cookies.set("airlock", elsewhere)
    assert local.get("/").headers["location"] == "/sign-in"
    local.http.cookies.clear()
    assert sign_in(local).status_code == 403
    assert sign_in(local, OTHER).status_code == 303


def test_who_is_taken_out_is_signed_out_and_stays_out(local: Visit) -> None:
    gateway = local.house.gateway
    sign_in(local)
    link = passwords.new_link(gateway, "eve")
    admitting.disable(gateway, "eve", by="ann")
    assert local.get("/").headers["location"] == "/sign-in"
    assert sign_in(local).status_code == 403
    form = {"link": secret_of(link), "password": OTHER, "again": OTHER}
    assert local.post("/sign-in/password", **form).status_code == 400
    with pytest.raises(UnknownPersonError):
        passwords.new_link(gateway, "eve")
    admitting.enable(gateway, "eve", by="ann")
    assert sign_in(local).status_code == 303


def test_no_password_is_kept_written_or_shown(
    local: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sign_in(local, OTHER)
        sign_in(local)
    gateway = local.house.gateway
    with gateway.database.read() as conn:
        kept = stored.get(conn, "eve")
        facts = audit_reading.newest(conn, Wanted(), limit=100)
    assert kept is not None
    assert kept.startswith("$argon2id$")
    everything = caplog.text + repr(facts) + kept
    assert GOOD not in everything
    assert OTHER not in everything
    assert {"password_set", "signed_in"} <= {one.kind for one in facts}


def test_both_languages_and_a_label_for_every_field(local: Visit) -> None:
    for path in ("/sign-in", "/sign-in/password?link=x"):
        page = local.get(f"{path}{'&' if '?' in path else '?'}lang=ko").text
        assert "비밀번호" in page
        for name in ("password",):
            assert f'for="f-{name}"' in page
            assert f'id="f-{name}"' in page
