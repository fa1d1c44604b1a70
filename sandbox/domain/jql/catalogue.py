"""What a checker must know of a site, of the person who asks, and of the moment."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import user_id
from sandbox.domain.jql.moments import in_zone
from sandbox.domain.parts import flat, object_of, objects_of, text_of
from sandbox.domain.site import Site


def _nothing(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A site seen by one person at one moment.

    Lists are given as they are; an empty one means that upstream did not tell, so that
    nothing can be said to be missing from it.
    """

    site: Site
    person: str
    now_us: int
    #: Fields that the scope hides behave as if they did not exist.
    hidden_fields: Callable[[str], bool] = _nothing
    #: The same for projects, by key.
    hidden_projects: Callable[[str], bool] = _nothing
    #: Dates without an offset are meant here.
    zone: tzinfo = UTC

    @staticmethod
    def of(
        site: Site,
        *,
        person: str,
        now_us: int,
        hidden_fields: Callable[[str], bool] = _nothing,
        hidden_projects: Callable[[str], bool] = _nothing,
        zone: tzinfo | None = None,
    ) -> "Catalogue":
        """Return the catalogue of a site for one person, in that person's time zone."""
        return Catalogue(
            site=site,
            person=person,
            now_us=now_us,
            hidden_fields=hidden_fields,
            hidden_projects=hidden_projects,
            zone=zone or _zone_of(site.user(person)),
        )

    @property
    def now(self) -> datetime:
        """The moment, where the person is."""
        return in_zone(self.now_us, self.zone)

    @property
    def projects(self) -> list[JsonObject]:
        """The projects that exist for the person."""
        listed = self.site.baseline.projects
        return [one for one in listed if not self.hidden_projects(text_of(one.get("key")))]

    @property
    def statuses(self) -> list[JsonObject]:
        """Every status known, from its list and from observed transitions."""
        reached = [object_of(one.transition.get("to")) for one in self.site.baseline.transitions]
        return [*self.site.baseline.statuses, *reached]

    @property
    def issue_types(self) -> list[JsonObject]:
        """Every issue type known, the site's and the projects' own."""
        return [*self.site.baseline.issue_types, *self.of_projects("issueTypes")]

    def of_projects(self, part: str) -> list[JsonObject]:
        """Return the ``versions``, ``components`` or ``issueTypes`` of all projects."""
        return [one for project in self.projects for one in objects_of(project.get(part))]

    def options(self, field_id: str) -> list[JsonObject]:
        """Return what a select field offers, children of cascading ones too."""
        base = self.site.baseline
        metas = [*base.create_meta.values(), *base.edit_meta.values()]
        found: list[JsonObject] = []
        for meta in metas:
            offered = flat(object_of(meta.get(field_id)).get("allowedValues"))
            found += offered
            found += [child for one in offered for child in objects_of(one.get("children"))]
        return found

    def users(self, ref: str) -> list[str]:
        """Return the ids of the users whom an id, name, address or display name means."""
        user = self.site.user(ref)
        if user is None:
            listed = self.site.baseline.users
            shown = [
                one for one in listed if folded(text_of(one.get("displayName"))) == folded(ref)
            ]
            return [found for found in map(user_id, shown) if found]
        found = user_id(user)
        return [found] if found else []


def folded(text: str) -> str:
    """Return a text as the index holds it: NFKC, case-folded, trimmed."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def named(things: Iterable[JsonObject], ref: str, *names: str) -> list[JsonObject]:
    """Return the things that one of their attributes calls ``ref``; ids last."""
    wanted, listed = folded(ref), list(things)
    for name in names:
        found = [one for one in listed if folded(text_of(one.get(name))) == wanted]
        if found:
            return found
    return []


def _zone_of(user: JsonObject | None) -> tzinfo:
    name = text_of((user or {}).get("timeZone"))
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
