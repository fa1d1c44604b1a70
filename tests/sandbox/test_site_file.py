"""The site file: what it says becomes a site, and what is wrong with it is said clearly."""

from pathlib import Path

import pytest

from sandbox.contract.shapes import Flavour
from sandbox.operations.context import Role
from sandbox.site_file import SiteFileError, load, parse

UPSTREAM = """
site = "shop"
role = "upstream"
flavour = "server"
base_url = "https://jira.example.com/jira/"

[groups]
developers = ["mina"]

[[users]]
name = "mina"
key = "JIRAUSER10100"
display_name = "Mina Park"
email = "mina@example.com"
password = "first"
tokens = ["second"]
groups = ["jira-users", "developers"]

[[projects]]
key = "WEB"
name = "Web shop"
lead = "mina"
components = ["cart"]
versions = ["1.0", "2.0"]
"""


def test_a_file_describes_a_whole_upstream() -> None:
    found = parse(UPSTREAM)
    assert (found.site, found.role, found.flavour) == ("shop", Role.UPSTREAM, Flavour.SERVER)
    assert found.base_url == "https://jira.example.com/jira"
    assert found.jira_version == "8.17.1"
    assert found.members() == {"developers": ["JIRAUSER10100"], "jira-users": ["JIRAUSER10100"]}


@pytest.mark.parametrize(
    ("name", "secret", "known"),
    [
        ("mina", "first", True),
        ("MINA@example.com", "second", True),
        ("mina", "third", False),
        ("jonas", "first", False),
        ("", "", False),
    ],
)
def test_people_sign_in_by_name_or_address_with_password_or_token(
    name: str, secret: str, known: bool
) -> None:
    account = parse(UPSTREAM).accounts().by_password(name, secret)
    assert (account is not None) is known


def test_a_password_is_no_bearer_token() -> None:
    accounts = parse(UPSTREAM).accounts()
    assert accounts.by_token("first") is None
    found = accounts.by_token("second")
    assert found is not None
    assert found.person == "JIRAUSER10100"


def test_projects_in_the_file_become_a_site_with_types_statuses_and_a_workflow() -> None:
    found = parse(UPSTREAM).baseline(5)
    assert found is not None
    assert [one["key"] for one in found.projects] == ["WEB"]
    assert {one["name"] for one in found.issue_types} >= {"Bug", "Task", "Epic", "Sub-task"}
    assert [one["name"] for one in found.statuses] == ["To Do", "In Progress", "In Review", "Done"]
    assert len(found.transitions) == 5 * 4 * 3
    assert found.fetched_at == 5


def test_a_file_without_projects_waits_for_its_site() -> None:
    assert parse('site = "shop"').baseline(5) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("site =", "It is not TOML"),
        ('flavour = "cloud"', "site: Field required"),
        ('site = "shop"\ncolour = "red"', "colour: is not a known setting; known are: automation"),
        (
            'site = "shop"\n[[automation]]\nname = "x"\non = "created"\nmove = "Done"',
            'automation and faults are for role = "upstream"',
        ),
        ('site = "shop"\nrole = "both"', "role: Input should be 'upstream' or 'shadow'"),
        ('site = "shop"\nbase_url = "jira"', "base_url: must start with http"),
        ('site = "shop"\n[[users]]\nname = "a"\n[[users]]\nname = "a"', "two users are named 'a'"),
        ('site = "shop"\n[[users]]\nname = "a"\npassword = "b"', "may not have a password"),
        ('site = "shop"\n[groups]\ng = ["nobody"]', "'nobody' is named as a member"),
        ('site = "shop"\n[[projects]]\nkey = "web"', "projects.0.key"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SiteFileError) as caught:
        parse(text)
    assert sentence.casefold() in str(caught.value).casefold()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match=r"nowhere\.toml cannot be read"):
        load(tmp_path / "nowhere.toml")
