"""Where a value is written: what every parser of field values needs to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.issue import IssueState
from sandbox.domain.site import Site


@dataclass(frozen=True, slots=True)
class Place:
    """The site, the dialects in and out, and the project that names are looked up in."""

    site: Site
    #: The dialect that the value was sent in.
    dialect: Dialect
    #: The dialect that it is stored in.
    native: Dialect
    #: Project key; empty when it is not known.
    project: str = ""
    #: Issues that the request mentions (parents, epics), by the id or key it used.
    #: ``None``: nobody looked them up, take them as they are.
    related: Mapping[str, IssueState] | None = None
    #: The values that stand there now, by field; a comment's text is ``comment``.
    held: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def on_cloud(self) -> bool:
        """Whether Jira Cloud is played here."""
        return self.site.flavour is Flavour.CLOUD


#: Turns a non-null REST value of one field into its stored form, or raises InvalidError.
Parser = Callable[[Place, JsonObject, str, JsonValue], JsonValue]
