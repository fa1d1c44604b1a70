"""Roles everywhere and in projects: what somebody may do is the least of what they may do."""

import itertools

import pytest

from gateway.review.people import (
    EVERY,
    LADDER,
    Person,
    ProjectRole,
    Role,
    at_least,
    role_at,
    role_in,
    sees,
    within,
)

ROLES = (Role.NONE, *LADDER)


def somebody(role: Role = Role.NONE, *roles: tuple[str, str, Role]) -> Person:
    given = tuple(ProjectRole(site=one[0], project=one[1], role=one[2]) for one in roles)
    return Person(person="kim", name="김지우", role=role, roles=given)


def test_a_set_of_several_projects_takes_the_role_in_each() -> None:
    rank = ROLES.index
    for everywhere, web, pay, site in itertools.product(ROLES, repeat=4):
        kim = somebody(
            everywhere,
            ("shop", "WEB", web),
            ("shop", "PAY", pay),
            ("shop", EVERY, site),
            ("bank", "WEB", Role.ADMIN),
            ("bank", EVERY, Role.ADMIN),
        )
        wide = max(rank(everywhere), rank(site))
        in_web, in_pay = max(wide, rank(web)), max(wide, rank(pay))
        assert rank(role_in(kim, "shop", {"WEB"})) == in_web
        assert rank(role_in(kim, "shop", {"WEB", "PAY"})) == min(in_web, in_pay)
        assert rank(role_in(kim, "shop", {"WEB", "OPS"})) == wide
        assert rank(role_in(kim, "shop", ())) == wide
        assert sees(kim, "shop", {"WEB", "PAY"}) is (min(in_web, in_pay) > 0)
        # Asking again of somebody who was looked at in projects cannot widen what they may.
        for first, then in itertools.product(((), {"WEB"}, {"PAY"}, {"WEB", "PAY"}), repeat=2):
            again = within(within(kim, "shop", first), "shop", then)
            assert again.role is role_in(kim, "shop", then)


def test_who_was_taken_out_has_no_role_anywhere() -> None:
    kim = somebody(Role.ADMIN, ("shop", "WEB", Role.ADMIN)).model_copy(update={"disabled": True})
    assert role_in(kim, "shop", ()) is role_in(kim, "shop", {"WEB"}) is Role.NONE


@pytest.mark.parametrize(("low", "high"), list(itertools.combinations(ROLES, 2)))
def test_roles_rise(low: Role, high: Role) -> None:
    assert at_least(high, low)
    assert at_least(low, low)
    assert not at_least(low, high)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("viewer", (Role.VIEWER, EVERY)),
        (" approver@WEB ", (Role.APPROVER, "WEB")),
        ("admin@*", (Role.ADMIN, EVERY)),
        ("none", None),
        ("boss", None),
        ("", None),
        ("viewer@", None),
        ("@WEB", None),
    ],
)
def test_a_role_is_written_with_or_without_its_project(
    text: str, found: tuple[Role, str] | None
) -> None:
    assert role_at(text) == found
