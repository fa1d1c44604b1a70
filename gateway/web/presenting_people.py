"""From people to their page: pure, translated, escaped."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from gateway.operations.crew import Member, roles_text
from gateway.review.people import EVERY, Role
from gateway.web.language import Tongue
from gateway.web.page_values import Chip
from gateway.web.reveal import reveal
from gateway.web.sentences import ROLES


@dataclass(frozen=True, slots=True)
class NewMember:
    """The form to let somebody in, as it was filled, with what is wrong with it."""

    name: str = ""
    shown: str = ""
    roles: str = "reviewer"
    jira: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One person."""

    #: As they sign in.
    id: str
    anchor: str
    name: Markup
    roles: tuple[Chip, ...]
    #: As an admin writes them.
    roles_text: str
    account: str
    account_name: Markup
    #: How many browsers, in words; empty: none.
    sessions: str
    #: Keys of the projects that they follow, as they are written.
    follows: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everybody."""

    lines: tuple[MemberLine, ...]
    form: NewMember
    trouble: str


def present_people(
    members: Iterable[Member], site: str, tongue: Tongue, form: NewMember, *, trouble: str
) -> PeoplePage:
    """Return the page of people."""
    lines = (_line(one, number, site, tongue) for number, one in enumerate(members, start=1))
    return PeoplePage(tuple(lines), form, trouble)


def _line(member: Member, number: int, site: str, tongue: Tongue) -> MemberLine:
    person = member.person
    roles = [] if person.role is Role.NONE else [Chip(tongue.gettext(ROLES[person.role]), "info")]
    for one in person.roles:
        if one.site == site:
            where = "" if one.project == EVERY else f" @{one.project}"
            roles.append(Chip(tongue.gettext(ROLES[one.role]) + where))
    if person.disabled:
        roles = [Chip(tongue.gettext("taken out"), "bad")]
    sessions = tongue.ngettext(
        "%(num)d browser is signed in", "%(num)d browsers are signed in", member.sessions
    )
    return MemberLine(
        id=person.person,
        anchor=f"p-{number}",
        name=reveal(person.name),
        roles=tuple(roles) or (Chip(tongue.gettext("no role"), "mute"),),
        roles_text=roles_text(person, site),
        account=person.jira_account or "",
        account_name=reveal(member.account_name),
        sessions=sessions if member.sessions else "",
        follows=", ".join(member.follows),
        disabled=person.disabled,
    )
