"""Names of fields, in the reader's language or as the site has them."""

from collections.abc import Mapping

from markupsafe import Markup

from gateway.web.language import Tongue
from gateway.web.reveal import reveal, spelled
from gateway.web.sentences import FIELDS


class FieldWords:
    """Says fields by name; Jira's id stands in a tooltip where it says something else."""

    def __init__(self, tongue: Tongue, names: Mapping[str, str] | None = None) -> None:
        """Take the language, and what the site calls its fields."""
        self._tongue = tongue
        self._names = names or {}

    def text(self, field: str) -> str:
        """Return the name."""
        if field in FIELDS:
            return self._tongue.gettext(FIELDS[field])
        return self._names.get(field, field)

    def html(self, field: str) -> Markup:
        """Return the name, with the id in a tooltip unless it is the name."""
        name = self.text(field)
        if name == field or field in FIELDS:
            return reveal(name)
        return Markup('<span title="{}">{}</span>').format(spelled(field), reveal(name))
