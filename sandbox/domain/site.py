"""A site's metadata, indexed once so that every question is one look-up.

Lists hold raw Jira JSON and are handed out as they are: treat them as frozen.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.contract.shapes import Dialect, Flavour, JsonObject, SiteBaseline
from sandbox.domain.parts import object_of, objects_of, text_of

#: System fields whose value is rich text: ADF in dialect 3, wiki text in dialect 2.
RICH_SYSTEM_FIELDS = frozenset({"description", "environment"})

_SPRINT = "gh-sprint"
_EPIC_LINK = "gh-epic-link"
_EPIC_NAME = "gh-epic-label"
_RANK = "gh-lexo-rank"
#: Company-managed projects call it so on both flavours; team-managed ones have a type.
_STORY_POINT_NAMES = frozenset({"story points", "story point estimate", "스토리 포인트"})

Index = Mapping[str, JsonObject]


@dataclass(frozen=True, slots=True)
class Site:
    """The parsed view over one ``SiteBaseline``."""

    baseline: SiteBaseline
    rich_fields: frozenset[str]
    sprint_field: str | None
    epic_link_field: str | None
    epic_name_field: str | None
    story_points_field: str | None
    rank_field: str | None
    _fields: Index
    _projects: Index
    _types: Index
    _project_types: Mapping[str, Index]
    _statuses: Index
    _priorities: Index
    _ranks: Mapping[str, int]
    _resolutions: Index
    _link_types: Index
    _users: Index
    _found_by: tuple[tuple[str, JsonObject], ...]
    _versions: Mapping[str, Index]
    _components: Mapping[str, Index]
    _sprints: Index
    _transitions: Mapping[tuple[str, str, str], tuple[JsonObject, ...]]

    @staticmethod
    def of(baseline: SiteBaseline) -> "Site":
        """Index a site's metadata."""
        customs = _by_custom(baseline.fields)
        return Site(
            baseline=baseline,
            rich_fields=_rich(baseline.fields),
            sprint_field=customs.get(_SPRINT),
            epic_link_field=customs.get(_EPIC_LINK),
            epic_name_field=customs.get(_EPIC_NAME),
            story_points_field=_story_points(baseline.fields, customs),
            rank_field=customs.get(_RANK),
            _fields=_index(baseline.fields, "name", "key", "id"),
            _projects=_index(baseline.projects, "name", "key", "id"),
            _types=_index(_all_types(baseline), "name", "id"),
            _project_types=_parts(baseline.projects, "issueTypes"),
            _statuses=_index(_all_statuses(baseline), "name", "id"),
            _priorities=_index(baseline.priorities, "name", "id"),
            _ranks={text_of(one.get("id")): n for n, one in enumerate(baseline.priorities)},
            _resolutions=_index(baseline.resolutions, "name", "id"),
            _link_types=_index(baseline.link_types, "outward", "inward", "name", "id"),
            _users=_index(baseline.users, "emailAddress", "name", "key", "accountId"),
            _found_by=tuple((_searchable(one), one) for one in baseline.users),
            _versions=_parts(baseline.projects, "versions"),
            _components=_parts(baseline.projects, "components"),
            _sprints=_index(baseline.sprints, "name", "id"),
            _transitions=_by_status(baseline),
        )

    @property
    def flavour(self) -> Flavour:
        """Which Jira this site is."""
        return self.baseline.flavour

    @property
    def native(self) -> Dialect:
        """The dialect that new issues are stored in."""
        return Dialect.V3 if self.flavour is Flavour.CLOUD else Dialect.V2

    def field(self, id_or_name: str) -> JsonObject | None:
        """Return a field's description by its id, key or name."""
        return _get(self._fields, id_or_name)

    def is_rich(self, field_id: str) -> bool:
        """Return whether the field holds rich text."""
        return field_id in self.rich_fields

    def project(self, key_or_id: str) -> JsonObject | None:
        """Return a project by its key, id or name."""
        return _get(self._projects, key_or_id)

    def issue_type(self, id_or_name: str, project_key: str | None = None) -> JsonObject | None:
        """Return an issue type, of one project or of the whole site.

        A project whose types nobody observed may have every type of the site.
        """
        project = self.project(project_key) if project_key is not None else None
        if project_key is not None and project is None:
            return None
        own = self._project_types.get(text_of((project or {}).get("id")))
        return _get(own or self._types, id_or_name)

    def status(self, id_or_name: str) -> JsonObject | None:
        """Return a status."""
        return _get(self._statuses, id_or_name)

    def priority(self, id_or_name: str) -> JsonObject | None:
        """Return a priority."""
        return _get(self._priorities, id_or_name)

    def priority_rank(self, priority_id: str) -> int | None:
        """Return the place of a priority in the site's order, highest first."""
        return self._ranks.get(priority_id)

    def resolution(self, id_or_name: str) -> JsonObject | None:
        """Return a resolution."""
        return _get(self._resolutions, id_or_name)

    def link_type(self, id_or_name: str) -> JsonObject | None:
        """Return a link type by id, name or either of its directions."""
        return _get(self._link_types, id_or_name)

    def user(self, id_or_ref: str | JsonObject) -> JsonObject | None:
        """Return a user by accountId, key, name or e-mail address, or by an object with one."""
        if isinstance(id_or_ref, str):
            return _get(self._users, id_or_ref)
        for name in ("accountId", "key", "name", "id", "emailAddress"):
            written = text_of(id_or_ref.get(name))
            if written:
                return _get(self._users, written)
        return None

    def find_users(self, text: str) -> list[JsonObject]:
        """Return the users whose name or address contains a text, all for an empty one."""
        wanted = _folded(text)
        return [one for found_by, one in self._found_by if wanted in found_by]

    def version(self, project_key: str, id_or_name: str) -> JsonObject | None:
        """Return a version of a project."""
        return self._part(self._versions, project_key, id_or_name)

    def component(self, project_key: str, id_or_name: str) -> JsonObject | None:
        """Return a component of a project."""
        return self._part(self._components, project_key, id_or_name)

    def sprint(self, id_or_name: str) -> JsonObject | None:
        """Return a sprint."""
        return _get(self._sprints, id_or_name)

    def create_meta(self, project_id: str, type_id: str) -> dict[str, JsonObject] | None:
        """Return the observed fields of the create screen, None when it was not observed."""
        return self.baseline.create_meta.get(f"{project_id}:{type_id}")

    def edit_meta(self, project_id: str, type_id: str) -> dict[str, JsonObject] | None:
        """Return the observed fields of the edit screen, None when it was not observed."""
        return self.baseline.edit_meta.get(f"{project_id}:{type_id}")

    def transitions(self, project_id: str, type_id: str, status_id: str) -> list[JsonObject]:
        """Return the transitions that upstream offered in a status."""
        return list(self._transitions.get((project_id, type_id, status_id), ()))

    def _part(
        self, parts: Mapping[str, Index], project_key: str, id_or_name: str
    ) -> JsonObject | None:
        project = self.project(project_key)
        if project is None:
            return None
        return _get(parts.get(text_of(project.get("id")), {}), id_or_name)


def _get(index: Index, ref: str) -> JsonObject | None:
    return index.get(ref) or index.get(_folded(ref))


def _index(things: Iterable[JsonObject], *names: str) -> dict[str, JsonObject]:
    """Index things by some of their attributes; later attributes win, earlier things do."""
    found: dict[str, JsonObject] = {}
    listed = list(things)
    for name in names:
        own: dict[str, JsonObject] = {}
        for thing in listed:
            key = _folded(text_of(thing.get(name)))
            if key:
                own.setdefault(key, thing)
        found |= own
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _searchable(user: JsonObject) -> str:
    names = ("displayName", "name", "key", "emailAddress", "accountId")
    return _folded("\n".join(text_of(user.get(name)) for name in names))


def _custom(field: JsonObject) -> str:
    return text_of(object_of(field.get("schema")).get("custom")).rpartition(":")[2]


def _by_custom(fields: Iterable[JsonObject]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields:
        found.setdefault(_custom(field), text_of(field.get("id")))
    return found


def _rich(fields: Iterable[JsonObject]) -> frozenset[str]:
    areas = {text_of(one.get("id")) for one in fields if _custom(one) == "textarea"}
    return RICH_SYSTEM_FIELDS | areas


def _story_points(fields: Iterable[JsonObject], customs: Mapping[str, str]) -> str | None:
    named = [
        text_of(one.get("id"))
        for one in fields
        if _folded(text_of(one.get("name"))) in _STORY_POINT_NAMES
        and object_of(one.get("schema")).get("type") == "number"
    ]
    return named[0] if named else customs.get("jsw-story-points")


def _all_types(baseline: SiteBaseline) -> list[JsonObject]:
    own = [one for each in baseline.projects for one in objects_of(each.get("issueTypes"))]
    return [*baseline.issue_types, *own]


def _all_statuses(baseline: SiteBaseline) -> list[JsonObject]:
    reached = [object_of(one.transition.get("to")) for one in baseline.transitions]
    return [*baseline.statuses, *reached]


def _parts(projects: Iterable[JsonObject], name: str) -> dict[str, dict[str, JsonObject]]:
    """Return, by project id, an index of the project's types, versions or components."""
    return {
        text_of(one.get("id")): _index(objects_of(one.get(name)), "name", "id") for one in projects
    }


def _by_status(baseline: SiteBaseline) -> dict[tuple[str, str, str], tuple[JsonObject, ...]]:
    found: dict[tuple[str, str, str], dict[str, JsonObject]] = {}
    for one in baseline.transitions:
        place = (one.project_id, one.type_id, one.status_id)
        found.setdefault(place, {})[text_of(one.transition.get("id"))] = one.transition
    return {place: tuple(offered.values()) for place, offered in found.items()}
