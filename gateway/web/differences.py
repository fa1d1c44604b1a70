"""Two values as one difference: documents, texts and sets; in the reader's language."""

from markupsafe import Markup
from pydantic import JsonValue

from gateway.web.adf_diff import AdfDiff
from gateway.web.adf_nodes import is_document, plain_lines
from gateway.web.language import Tongue
from gateway.web.value_html import Values
from sandbox.contract.shapes import JsonObject

#: Two texts that are longer than this together are shown as one difference, not side by side.
SHORT = 60


class Differences:
    """Makes differences of values."""

    def __init__(self, tongue: Tongue) -> None:
        """Make the renderers."""
        self.diff = AdfDiff(tongue)
        self.values = Values(tongue)

    def between(self, before: JsonValue, after: JsonValue, *, rich: bool) -> Markup | None:
        """Return two values as one difference, or None where old beside new is clearer.

        ``rich`` says that the field's text has a form, whatever these two values look like.
        """
        if is_document(before) and is_document(after):
            return self.diff.documents(before, after)
        if rich or is_document(before) or is_document(after):
            return self.texts(before, after)
        if isinstance(before, list) or isinstance(after, list):
            return self.values.set_change(before, after)
        if isinstance(before, str) and isinstance(after, str) and len(before + after) > SHORT:
            return self.diff.texts(before, after)
        return None

    def texts(self, before: JsonValue, after: JsonValue) -> Markup:
        """Return rich text where a side is missing, or is the wiki text of a Server site."""
        empty: JsonObject = {"type": "doc", "content": []}
        one, other = (empty if value in (None, "") else value for value in (before, after))
        if is_document(one) and is_document(other):
            return self.diff.documents(one, other)
        return self.diff.texts(plain_lines(before or ""), plain_lines(after or ""))
