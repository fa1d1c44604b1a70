"""Playing one of the site's people at an upstream that is make-believe: a conflict on demand."""

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError
from sandbox.operations import commenting, writing
from sandbox.operations.access import reading, require_upstream, site_of, visible
from sandbox.operations.context import Caller, Door, Sandbox
from sandbox.operations.rich_texts import Markdown


def play(sandbox: Sandbox, person: str, ref: str, fields: JsonObject, comment: str) -> None:
    """Edit an issue as somebody of the site would, through the same verbs as over REST.

    Only at an upstream; a description and a comment are Markdown. Raises the errors of an
    edit, and for a person whom the site does not have.
    """
    require_upstream(sandbox)
    if site_of(sandbox).user(person) is None:
        raise InvalidError((f"There is no person '{person}' on this site.",))
    caller = Caller(person=person, door=Door.CONTROL, client="played")
    with reading(sandbox, caller) as work:
        native = visible(work, ref).native
    plain = {name: value for name, value in fields.items() if name != "description"}
    rich = {
        name: Markdown(str(value), drop=True) for name, value in fields.items() if name not in plain
    }
    if fields:
        writing.edit_issue(sandbox, caller, ref, plain, rich=rich, dialect=native)
    if comment:
        commenting.add_comment(sandbox, caller, ref, Markdown(comment), dialect=native)
