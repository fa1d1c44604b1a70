"""Each change as a row: what is in Jira now, what the agent wants, what to know of it."""

from collections.abc import Callable

from markupsafe import Markup
from pydantic import JsonValue

from gateway.promotion.references import is_temporary_key
from gateway.review.no_ops import no_ops
from gateway.review.preferences import Preferences
from gateway.review.rounds import Since, earlier, since
from gateway.review.spaces import only_spaces
from gateway.review.states import COMING
from gateway.review.values import ChangeView, IssueView, ReviewView
from gateway.web.agent_words import source_lines
from gateway.web.audience import audience
from gateway.web.differences import SHORT, Differences
from gateway.web.field_words import FieldWords
from gateway.web.flag_lines import flag_lines
from gateway.web.language import Tongue
from gateway.web.links import file_of, followed, inside, preview
from gateway.web.looks import Looks
from gateway.web.new_names import NewNames
from gateway.web.page_values import ChangeRow, Chip, IssueCard, Panel, RemarkLine
from gateway.web.reveal import reveal, spelled
from gateway.web.row_notes import RowNotes
from gateway.web.sentences import KINDS, PICKED, SINCE
from gateway.web.settle_box import SettleBoxes
from gateway.web.value_html import marked, name_of, web_link
from gateway.web.why import why
from sandbox.contract.compare import Three, equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Kinds that change something there is; all others add something.
_CHANGING = frozenset({ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.COMMENT_EDIT})
_CHANGING |= {ChangeKind.SPRINT}
#: Kinds that put one text in place of another.
_REWRITING = frozenset({ChangeKind.EDIT, ChangeKind.COMMENT_EDIT})
#: Shown first in the preview of a new issue, in this order.
_PREVIEW_FIRST = ("issuetype", "project", "priority", "assignee", "labels", "description")


class ChangeRows:
    """Makes rows in the reader's language."""

    def __init__(
        self,
        tongue: Tongue,
        view: ReviewView | None = None,
        likes: Preferences = Preferences(),  # noqa: B008 - frozen
    ) -> None:
        """Make the renderers; ``view`` tells what the round before wanted."""
        self.likes = likes
        self.looks = Looks(tongue, likes.look)
        self.before = None if view is None else view.before
        changes = [] if view is None else [one.change for i in view.issues for one in i.changes]
        old = () if self.before is None else self.before.changes
        self.since = since(changes, old) if self.before is not None else {}
        self.threads: dict[str, tuple[RemarkLine, ...]] = {}
        self.contents = {} if view is None else view.contents
        self.viewed = frozenset[str]() if view is None else view.viewed
        self.idle = frozenset[str]() if view is None else no_ops(view)
        self.names = NewNames()
        self.tongue = tongue
        self.gettext = tongue.gettext
        self.differences = Differences(tongue)
        self.values = self.differences.values
        self.boxes = SettleBoxes(tongue, self.differences.diff)
        self.review = 0 if view is None else view.id
        self.coming = view is not None and view.state in COMING
        self.notes = RowNotes(tongue, view)
        self.fields = FieldWords(tongue, None if view is None else view.field_names)

    def card(self, issue: IssueView) -> IssueCard:
        """Return an issue with all its changes."""
        return IssueCard(
            anchor=f"i-{issue.issue_id}",
            key=self.names.text(issue.key),
            summary=self.names.html(reveal(issue.summary)),
            url=followed(issue.url) or "",
            inside=self._inside(issue.key),
            coming=self.coming,
            told=issue.told,
            new=issue.new,
            rows=tuple(self.row(change) for change in issue.changes),
            unchanged=issue.unchanged,
        )

    def _inside(self, key: str) -> str:
        """Return where our own pages show an issue: as it would be, as long as it may come."""
        if self.coming:
            return preview(key, self.review)
        return "" if is_temporary_key(key) else inside(key)

    def is_fresh(self, change_id: str) -> bool:
        """Return whether a change is new or other than in the round before."""
        return self.since.get(change_id) is not Since.SAME

    def row(self, view: ChangeView) -> ChangeRow:
        """Return one change."""
        kind = view.change.kind
        conflict = view.three is Three.CONFLICT
        adds = kind not in _CHANGING
        deletes = kind is ChangeKind.DELETE
        spaces = self._only_spaces(view)
        return ChangeRow(
            id=view.change.id,
            anchor=anchor(view.change.id),
            sign="−" if deletes else "+" if adds else "~",
            sign_look="minus" if deletes else "plus" if adds else "tilde",
            title=self.title(view),
            field_id=view.change.field or "",
            chips=self._chips(view, conflict=conflict, spaces=spaces),
            panels=self.names.panels(self.panels(view) + self._round_before(view)),
            notes=self.names.texts(tuple(self.notes.of(view))),
            read=self.notes.reading(view),
            flags=self.names.flags(flag_lines(view.flags, self.tongue)),
            kept=view.verdict == "keep",
            why=why(view.words, self.tongue),
            conflict=conflict,
            attention=conflict or any(flag.severity != "info" for flag in view.flags),
            settle=self.boxes.box(view),
            content=self.contents.get(view.change.id, ""),
            viewed=view.change.id in self.viewed,
            decided=view.decided,
            thread=self.names.remarks(self.threads.get(view.change.id, ())),
            muted=spaces and not self.likes.spaces,
            idle=view.change.id in self.idle,
            sources=source_lines(view, self.tongue, self.names),
        )

    def title(self, view: ChangeView) -> str:
        """Return the field's own name on the site, or the kind of change."""
        if view.change.kind is ChangeKind.EDIT:
            return view.field_name or view.change.field or ""
        return self.gettext(KINDS[view.change.kind])

    def panels(self, view: ChangeView) -> tuple[Panel, ...]:
        """Return what the change looks like."""
        makers: dict[ChangeKind, Callable[[ChangeView], tuple[Panel, ...]]] = {
            ChangeKind.EDIT: self._edit,
            ChangeKind.TRANSITION: self._transition,
            ChangeKind.COMMENT: self._comment,
            ChangeKind.COMMENT_EDIT: self._comment_edit,
            ChangeKind.CREATE: self._create,
            ChangeKind.WORKLOG: self._worklog,
            ChangeKind.LINK: self._link,
            ChangeKind.REMOTE_LINK: self._remote_link,
            ChangeKind.WATCHER: self._watcher,
            ChangeKind.SPRINT: self._edit,
            ChangeKind.ATTACHMENT: self._attachment,
            ChangeKind.DELETE: self._delete,
        }
        if view.pick:
            return self._settled(view)
        return makers[view.change.kind](view)

    def between(self, before: JsonValue, after: JsonValue, view: ChangeView) -> Markup | None:
        """Return two values as one difference, or None where old beside new is clearer."""
        return self.differences.between(before, after, rich=view.rich)

    def _edit(self, view: ChangeView) -> tuple[Panel, ...]:
        if view.three is Three.CONFLICT:
            return self._three_columns(view)
        now = view.now if view.now_known else view.base
        drifted = view.now_known and not equal(view.now, view.base)
        one = self.between(view.base if drifted else now, view.wants, view)
        label = (
            self.gettext("In Jira now")
            if view.now_known
            else self.gettext("When Jira was last read")
        )
        if one is None:
            return self._old_and_new(label, now, view.wants, view.change.field or "")
        panels: tuple[Panel, ...] = (Panel(self.gettext("What changes"), one, "wide"),)
        if is_text(view):
            panels = self.looks.panels(view.base if drifted else now, view.wants, label, one)
        if drifted:
            panels += (Panel(label, self._value(view.now, view)),)
        return panels

    def _old_and_new(
        self, label: str, old: JsonValue, new: JsonValue, field: str
    ) -> tuple[Panel, ...]:
        return (
            Panel(label, marked("del", self.gettext("removed"), self.values.show(old, field))),
            Panel(
                self.gettext("After promotion"),
                marked("ins", self.gettext("added"), self.values.show(new, field)),
            ),
        )

    def _three_columns(self, view: ChangeView) -> tuple[Panel, ...]:
        theirs = self.between(view.base, view.now, view)
        ours = self.between(view.base, view.wants, view)
        return (
            Panel(self.gettext("When the agent started"), self._value(view.base, view)),
            Panel(self.gettext("In Jira now"), theirs or self._value(view.now, view), "theirs"),
            Panel(self.gettext("The agent wants"), ours or self._value(view.wants, view), "ours"),
        )

    def _round_before(self, view: ChangeView) -> tuple[Panel, ...]:
        """Return what is other than in the round before, where it is."""
        if self.before is None or self.since.get(view.change.id) is not Since.CHANGED:
            return ()
        old = earlier(view.change, self.before.changes)
        was = None if old is None else self._spoken(old.after, view)
        now = self._spoken(view.agent_wants, view)
        label = self.gettext("Since round %(number)s", number=self.before.number)
        return (Panel(label, self.between(was, now, view) or self._value(was, view), "before"),)

    def _settled(self, view: ChangeView) -> tuple[Panel, ...]:
        """Return the three authors of a value that a person settled: Jira, agent, person."""
        jira, agent, person = (
            self._spoken(one, view) for one in (view.now, view.agent_wants, view.wants)
        )
        ours, result = self.between(jira, agent, view), self.between(jira, person, view)
        label = self.gettext(PICKED[view.pick], name=view.picked_by)
        return (
            Panel(self.gettext("In Jira now"), self._value(jira, view), "theirs"),
            Panel(self.gettext("The agent wanted"), ours or self._value(agent, view), "ours"),
            Panel(label, result or self._value(person, view), "picked"),
        )

    def _spoken(self, value: JsonValue, view: ChangeView) -> JsonValue:
        """Return a comment's text, any other value as it is."""
        if view.change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT):
            return _object(value).get("body")
        return value

    def _value(self, value: JsonValue, view: ChangeView) -> Markup:
        return self.values.show(value, view.change.field or "")

    def _transition(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        now = view.now if view.now_known else view.base
        via = name_of(wanted.get("transition"))
        shown = Markup('<span class="move">{} <span aria-hidden="true">→</span> {}</span>').format(
            self.values.status(_status(now if now is not None else view.base)),
            self.values.status(_status(wanted)),
        )
        if via:
            shown += Markup(' <span class="mute">{}</span>').format(
                reveal(self.gettext("by the transition “%(name)s”", name=via))
            )
        panels: tuple[Panel, ...] = (Panel(self.gettext("What changes"), shown, "wide"),)
        if view.three is Three.CONFLICT:
            panels += (
                Panel(
                    self.gettext("When the agent started"), self.values.status(_status(view.base))
                ),
            )
        fields = _object(wanted.get("fields"))
        if fields:
            panels += (Panel(self.gettext("Also set on the way"), self._fields(fields), "wide"),)
        return panels

    def _comment(self, view: ChangeView) -> tuple[Panel, ...]:
        comment = _object(view.wants) or _object(view.change.after)
        return (
            *self.looks.added(comment.get("body"), self.gettext("Will be posted")),
            Panel(self.gettext("Who can read it"), reveal(audience(comment, self.tongue))),
        )

    def _comment_edit(self, view: ChangeView) -> tuple[Panel, ...]:
        before, after = _object(view.base), _object(view.wants) or _object(view.change.after)
        shown = self.differences.texts(before.get("body"), after.get("body"))
        return (
            *self.looks.panels(
                before.get("body"), after.get("body"), self.gettext("In Jira now"), shown
            ),
            Panel(self.gettext("Who can read it"), reveal(audience(after, self.tongue))),
        )

    def _create(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        fields = _object(wanted.get("fields")) or wanted
        heading = Markup('<p class="preview-title">{}</p>').format(
            reveal(name_of(fields.get("summary")))
        )
        return (Panel(self.gettext("Will be created"), heading + self._fields(fields), "wide"),)

    def _fields(self, fields: JsonObject) -> Markup:
        names = [name for name in _PREVIEW_FIRST if name in fields]
        names += [name for name in fields if name not in names and name != "summary"]
        pieces = [
            Markup('<dt title="{}">{}</dt><dd>{}</dd>').format(
                spelled(name),
                reveal(self.fields.text(name)),
                self.values.show(fields[name], name),
            )
            for name in names
        ]
        return Markup('<dl class="facts">{}</dl>').format(Markup("").join(pieces))

    def _worklog(self, view: ChangeView) -> tuple[Panel, ...]:
        log = _object(view.wants) or _object(view.change.after)
        seconds = log.get("timeSpentSeconds")
        spent = self.values.duration(seconds) if isinstance(seconds, int | float) else "?"
        panels: tuple[Panel, ...] = (
            Panel(self.gettext("Time spent"), reveal(spent)),
            Panel(self.gettext("Started"), self.values.show(log.get("started"))),
        )
        if log.get("comment"):
            panels += (Panel(self.gettext("Comment"), self._rich(log["comment"]), "wide"),)
        return panels

    def _link(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        kind = _object(wanted.get("type"))
        sentence = Markup('<span class="key">{}</span> {} <span class="key">{}</span>').format(
            reveal(name_of(wanted.get("inwardIssue"))),
            reveal(str(kind.get("outward") or name_of(kind))),
            reveal(name_of(wanted.get("outwardIssue"))),
        )
        return (Panel(self.gettext("Will be linked"), sentence, "wide"),)

    def _remote_link(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        target = _object(wanted.get("object"))
        shown = web_link(str(target.get("url", "")), str(target.get("title", "")))
        return (Panel(self.gettext("Will be linked"), shown, "wide"),)

    def _watcher(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        adds = "add" in wanted
        label = self.gettext("Starts watching") if adds else self.gettext("Stops watching")
        return (Panel(label, self.values.show(wanted.get("add" if adds else "remove"))),)

    def _attachment(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.wants) or _object(view.change.after)
        shown = self._fields(wanted)
        if self.review and not any(flag.id == "file_missing" for flag in view.flags):
            shown += Markup('<p><a href="{}" download>{}</a></p>').format(
                file_of(self.review, view.change.id),
                self.gettext("Download the file: no page shows it, so open it with care"),
            )
        return (Panel(self.gettext("Will be attached"), shown, "wide"),)

    def _delete(self, view: ChangeView) -> tuple[Panel, ...]:
        wanted = _object(view.change.after)
        return (Panel(self.gettext("Will be deleted"), self._fields(wanted), "wide"),)

    def _rich(self, value: JsonValue) -> Markup:
        return self.values.show(value)

    def _only_spaces(self, view: ChangeView) -> bool:
        if view.change.kind not in _REWRITING or view.three is Three.CONFLICT:
            return False
        now = view.now if view.now_known else view.base
        return only_spaces(self._spoken(now, view), self._spoken(view.wants, view))

    def _chips(self, view: ChangeView, *, conflict: bool, spaces: bool) -> tuple[Chip, ...]:
        chips = [Chip(self.gettext("only spaces"), "mute")] if spaces else []
        if conflict:
            chips.append(Chip(self.gettext("conflict"), "bad"))
        told = SINCE.get(self.since.get(view.change.id, Since.SAME))
        if told is not None and self.before is not None:
            chips.append(Chip(self.gettext(told), "info"))
        if view.pick and view.verdict == "keep":
            chips.append(Chip(self.gettext("settled by a person"), "info"))
        if view.verdict != "keep":
            chips.append(Chip(self.gettext("left out"), "bad"))
        return tuple(chips)


def anchor(change_id: str) -> str:
    """Return the place of a change on its page."""
    return f"c-{change_id}"


def is_text(view: ChangeView) -> bool:
    """Return whether a change is one of words, which can be shown in several ways."""
    if view.change.kind is not ChangeKind.EDIT:
        return view.change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT)
    long = isinstance(view.wants, str) and len(view.wants) > SHORT
    return view.rich or long


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _status(value: JsonValue) -> JsonValue:
    return value.get("status", value) if isinstance(value, dict) else value
