"""A site's metadata as a scope shows it: other projects do not exist. Pure."""

import re
from collections.abc import Collection

from sandbox.contract.shapes import SiteBaseline
from sandbox.domain.jql.catalogue import Catalogue
from sandbox.domain.jql.checker import check
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.parser import parse
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.site import Site

_KEY = re.compile(r"\b([A-Z][A-Z0-9_]+)-\d+\b", re.IGNORECASE)


def scoped_site(known: SiteBaseline, keys: Collection[str]) -> Site:
    """Return the metadata without other projects than those of the keys.

    A board belongs to the project where it is, a sprint to its board. A saved filter is there
    if all that it names is.
    """
    boards = [
        one
        for one in known.boards
        if text_of(object_of(one.get("location")).get("projectKey")) in keys
    ]
    own = {text_of(one.get("id")) for one in boards}
    seen = {
        "projects": [one for one in known.projects if text_of(one.get("key")) in keys],
        "boards": boards,
        "sprints": [one for one in known.sprints if text_of(one.get("originBoardId")) in own],
        "filters": [],
    }
    bare = Site.of(known.model_copy(update=seen))
    filters = [one for one in known.filters if _is_inside(text_of(one.get("jql")), bare, keys)]
    return Site.of(known.model_copy(update={**seen, "filters": filters})) if filters else bare


def _is_inside(jql: str, site: Site, keys: Collection[str]) -> bool:
    if any(key.upper() not in keys for key in _KEY.findall(jql)):
        return False
    try:
        check(parse(jql), Catalogue.of(site, person="", now_us=0))
    except JqlError:
        return False
    return True
