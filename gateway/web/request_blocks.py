"""The exact upstream requests: every leaf of every operation, and what became of it.

What stands here is what the approval digest covers; a test mutates each leaf of an
operation and asks that the page differs.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import JsonValue

from gateway.promotion.authors import Author, AuthorKind
from gateway.promotion.references import is_temporary_key
from gateway.promotion.values import (
    APP,
    WORKFLOW,
    Look,
    PlannedOperation,
    Receipt,
    SideEffect,
    Upload,
)
from gateway.review.values import OperationView
from gateway.web.field_words import FieldWords
from gateway.web.language import Tongue
from gateway.web.links import followed, inside
from gateway.web.new_names import NewNames
from gateway.web.page_values import Chip, Panel, RequestBlock
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS, OPERATION_LOOKS, OPERATION_STATES
from gateway.web.told import in_tongue
from gateway.web.value_html import Values


class RequestBlocks:
    """Makes blocks in the reader's language."""

    def __init__(
        self,
        tongue: Tongue,
        names: NewNames | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Make the renderer of values; ``names`` are for headings, never for what is sent.

        ``fields`` is what the site calls its fields.
        """
        self.names = names or NewNames()
        self.fields = FieldWords(tongue, fields)
        self.tongue = tongue
        self.gettext = tongue.gettext
        self.values = Values(tongue)

    def block(self, view: OperationView) -> RequestBlock:
        """Return one operation."""
        planned = view.planned
        receipt = view.receipt
        return RequestBlock(
            anchor=f"r-{planned.position}",
            position=planned.position,
            number=planned.position,
            kind=self.gettext(KINDS[planned.kind]),
            issue=self.names.text((receipt.upstream_key if receipt else None) or planned.issue_key),
            url=_where(planned, receipt) if receipt else "",
            line=_request_line(planned),
            facts=self._facts(planned),
            parts=self._parts(planned),
            state=Chip(self.gettext(OPERATION_STATES[view.state]), OPERATION_LOOKS[view.state]),
            trouble=in_tongue(view.trouble, self.tongue),
            receipt=self._receipt(planned, receipt) if receipt else (),
            side_effects=tuple(self._side_effect(one) for one in receipt.side_effects)
            if receipt
            else (),
            overwrote=bool(receipt and receipt.overwrote),
        )

    def evidence(self, view: OperationView) -> tuple[tuple[str, Markup], ...]:
        """Return what a person goes by who has to tell what became of a request."""
        found = {
            self.gettext("Sent"): _request_line(view.planned),
            self.gettext("Wanted"): self.values.json(view.planned.wants),
            self.gettext("Jira had before"): self.values.json(view.planned.base),
        }
        return (*found.items(), *(self._look(one) for one in view.evidence))

    def _look(self, look: Look) -> tuple[str, Markup]:
        """Return what one probe looked at and found."""
        seen = self.gettext("%(number)s looked at", number=look.seen)
        marked = ", ".join(look.marked) or self.gettext("none")
        parts = [seen, self.gettext("with our mark: %(names)s", names=marked)]
        if look.missing:
            names = ", ".join(look.missing)
            parts.append(self.gettext("not as wanted: %(names)s", names=names))
        title = self.gettext("Looked up %(when)s", when=self.tongue.second_of(look.at))
        return title, reveal(f"{look.place}: {' · '.join(parts)}")

    def _facts(self, planned: PlannedOperation) -> tuple[tuple[str, Markup], ...]:
        found = {
            self.gettext("Position"): str(planned.position),
            self.gettext("Kind"): str(planned.kind),
            self.gettext("Issue"): f"{planned.issue_key} ({planned.issue_id})",
            self.gettext("Project"): planned.project_key,
            self.gettext("Carries changes"): ", ".join(planned.change_ids),
            self.gettext("Merged as sets"): ", ".join(planned.set_fields),
            self.gettext("After positions"): ", ".join(map(str, planned.depends_on)),
            self.gettext("Written as"): self.author(planned.author),
            self.gettext("Customers read it"): self.gettext("yes") if planned.customers else "",
            **self._upload(planned.request.upload),
        }
        return tuple((name, reveal(value)) for name, value in found.items() if value)

    def author(self, author: Author) -> str:
        """Return as whom something is written."""
        who = {
            AuthorKind.SERVICE: self.gettext("the gateway's own account"),
            AuthorKind.REQUESTER: self.gettext("the person the agent worked for"),
            AuthorKind.APPROVER: self.gettext("the person who approves"),
        }[author.kind]
        account = f" ({author.account})" if author.account not in ("", author.name) else ""
        return f"{author.name or who}{account}: {who}" if author.name or account else who

    def _upload(self, upload: Upload | None) -> dict[str, str]:
        if upload is None:
            return {}
        return {
            self.gettext("File"): f"{upload.filename} · {upload.media_type}",
            self.gettext("Bytes"): str(upload.size),
            "SHA-256": upload.sha256,
        }

    def _parts(self, planned: PlannedOperation) -> tuple[Panel, ...]:
        parts: tuple[Panel, ...] = (Panel(self.gettext("Body"), self._json(planned.request.body)),)
        parts += (Panel(self.gettext("Assumes in Jira"), self._json(planned.base)),)
        return (*parts, Panel(self.gettext("Must read back"), self._json(planned.wants)))

    def _json(self, value: JsonValue) -> Markup:
        return self.values.json(value)

    def _receipt(
        self, planned: PlannedOperation, receipt: Receipt
    ) -> tuple[tuple[str, Markup], ...]:
        how = {
            "answer": self.gettext("Jira's answer, read back"),
            "probe": self.gettext("found by asking Jira"),
            "person": self.gettext("a person found it in Jira"),
        }
        found = {
            self.gettext("Answer"): str(receipt.status),
            self.gettext("Written"): self.tongue.moment(receipt.at),
            self.gettext("Known by"): how.get(receipt.known_by, receipt.known_by),
            self.gettext("Became"): _became(planned, receipt),
            self.gettext("Comment"): receipt.comment_id or "",
            self.gettext("Not looked at for side effects"): ", ".join(
                map(self.fields.text, receipt.unseen)
            ),
        }
        lines = tuple((name, reveal(value)) for name, value in found.items() if value)
        return lines + tuple(self._replaced(name, *pair) for name, pair in receipt.replaced.items())

    def _replaced(self, field: str, before: JsonValue, after: JsonValue) -> tuple[str, Markup]:
        name = self.fields.text(field)
        if isinstance(before, list) or isinstance(after, list):
            return name, self.values.set_change(before, after)
        return name, Markup("<del>{}</del> → <ins>{}</ins>").format(
            self.values.show(before, field), self.values.show(after, field)
        )

    def _side_effect(self, effect: SideEffect) -> Markup:
        _, change = self._replaced(effect.field, effect.before, effect.after)
        how = {
            WORKFLOW: self.gettext("together with our write"),
            APP: self.gettext("an app or an automation rule"),
        }
        told = " · ".join(one for one in (effect.by, how.get(effect.how, "")) if one)
        by = Markup(' <small class="mute">{}</small>').format(reveal(told)) if told else ""
        place = Markup('<span class="key">{}</span> ').format(reveal(effect.issue))
        here = place if effect.issue else Markup("")
        name = self.fields.html(effect.field)
        return Markup("{}<b>{}</b>: {}{}").format(here, name, change, by)


def _became(planned: PlannedOperation, receipt: Receipt) -> str:
    """Return what Jira calls what was made; empty where nothing was."""
    name = receipt.upstream_key or receipt.upstream_id or ""
    return "" if name in (planned.issue_key, planned.issue_id) else name


def _where(planned: PlannedOperation, receipt: Receipt) -> str:
    """Return where the issue that was written to can be looked at."""
    key = receipt.upstream_key or planned.issue_key
    return followed(receipt.url) or ("" if is_temporary_key(key) else inside(key))


def _request_line(planned: PlannedOperation) -> Markup:
    """Return method, path and query; the query's every character as it is sent."""
    request = planned.request
    query = "?" + urlencode(request.query) if request.query else ""
    return Markup("<b>{}</b> {}").format(reveal(request.method), reveal(request.path + query))
