import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.contract.addresses import (
    PLACEHOLDER,
    Address,
    from_placeholder,
    own_to_placeholder,
    to_placeholder,
)

CLOUD = Address("https://jira.example.com")
SERVER = Address("http://Jira.example.com:8080/jira")
WORD = Address("http://jira")
UPSTREAMS = (CLOUD, SERVER, WORD)
OWN = Address("http://127.0.0.1:8643")
OWN_HOST = "u0h.airlock.invalid"

PIECES = (
    CLOUD.url, CLOUD.quoted, CLOUD.host, CLOUD.host.upper(), "Jira.Example.com",
    SERVER.url, SERVER.quoted, SERVER.host, SERVER.host.casefold(), "http://jira", "//JIRA/",
    "https%3a%2f%2fjira.example.com", "%2F%2f", "/browse/A-1", "/t/one", "에서", "_", "-", ".", ":",
    "8", "x", "jira", "\n", "\\n", " ", "(", ")", '"', "//",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map("".join)


@pytest.mark.parametrize("upstream", UPSTREAMS)
@given(text=texts)
@example(text="")
def test_hiding_and_showing_an_upstream_is_the_identity(upstream: Address, text: str) -> None:
    assert from_placeholder(to_placeholder(text, upstream), upstream) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://jira.example.com/browse/A-1",
        "https://jira.example.com",
        "http://jira.example.com/x",
        "?to=https%3A%2F%2Fjira.example.com%2Fbrowse",
        "?to=https%3a%2f%2fjira.example.com%2fbrowse",
        "JIRA.example.COM",
        "jira.example.com에서 확인",
        "주소는jira.example.com입니다",
        "_jira.example.com_",
        "the jira.example.com-based board",
        '{"body": "first\\njira.example.com"}',
        "ends with jira.example.com.",
    ],
)
def test_no_spelling_of_the_upstream_is_left(text: str) -> None:
    hidden = to_placeholder(text, CLOUD)
    assert "jira.example.com" not in hidden.casefold()
    assert "jira.example.com" not in from_placeholder(hidden, OWN).casefold()


@pytest.mark.parametrize(
    "text",
    [
        "myjira.example.com",
        "old-jira.example.com",
        "www.jira.example.com",
        "https://jira.example.com.au/browse/A-1",
        "https://jira.example.com-evil.org/x",
        "https://jira.example.community",
        "jira.example.com:8080",
    ],
)
def test_a_longer_host_that_contains_the_upstream_is_untouched(text: str) -> None:
    assert to_placeholder(text, CLOUD) == text


def test_a_host_of_one_word_is_hidden_in_urls_and_left_alone_in_prose() -> None:
    text = "Jira is slow, see http://jira/browse/A-1 and //jira/x"
    hidden = to_placeholder(text, WORD)
    assert hidden == f"Jira is slow, see {PLACEHOLDER}/browse/A-1 and //{OWN_HOST}/x"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("http://127.0.0.1:8643/browse/A-1", f"{PLACEHOLDER}/browse/A-1"),
        ("http://127.0.0.1:8643/t/task/browse/A-1", f"{PLACEHOLDER}/browse/A-1"),
        ("http://127.0.0.1:8643/t/my.task-1~x/rest/api/2/", f"{PLACEHOLDER}/rest/api/2/"),
        ("see http://127.0.0.1:8643/t/task", f"see {PLACEHOLDER}"),
        ("[x](http://127.0.0.1:8643/t/task)", f"[x]({PLACEHOLDER})"),
        ('{"self":"http://127.0.0.1:8643/t/task"}', f'{{"self":"{PLACEHOLDER}"}}'),
        ("http://127.0.0.1:8643/test/x", f"{PLACEHOLDER}/test/x"),
        ("?to=http%3A%2F%2F127.0.0.1%3A8643%2Fx", "?to=https%3A%2F%2Fu0.airlock.invalid%2Fx"),
        ("host 127.0.0.1:8643에서", f"host {OWN_HOST}에서"),
    ],
)
def test_a_sandboxs_own_address_becomes_the_placeholder(text: str, inside: str) -> None:
    assert own_to_placeholder(text, OWN) == inside


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1:86430/x", "http://127.0.0.1:8643.example.com", "10.127.0.0.1:8643", "plain"],
)
def test_a_longer_host_that_contains_the_sandbox_is_untouched(text: str) -> None:
    assert own_to_placeholder(text, OWN) == text


@given(text=texts.filter(lambda text: "/t/" not in text))
def test_what_an_agent_copies_from_an_answer_means_the_same_afterwards(text: str) -> None:
    shown = from_placeholder(to_placeholder(text, CLOUD), OWN)
    assert from_placeholder(own_to_placeholder(shown, OWN), OWN) == shown


def test_text_without_any_address_costs_nothing_and_stays() -> None:
    text = "결제창에서 취소 버튼이 두 번 눌립니다."
    assert from_placeholder(text, OWN) is text
    assert own_to_placeholder(text, OWN) == to_placeholder(text, CLOUD) == text
