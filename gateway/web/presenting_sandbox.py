"""From boards and issues to the sandbox browser's values: pure, translated, escaped."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from markupsafe import Markup
from pydantic import JsonValue

from gateway.operations.browsing import Board, Browsed, Card, status_of
from gateway.promotion.fields import fields_of, listed, part
from gateway.web.audience import is_internal
from gateway.web.differences import Differences
from gateway.web.language import N_, Tongue
from gateway.web.links import followed
from gateway.web.page_values import Chip
from gateway.web.presenting_inbox import Choice
from gateway.web.reveal import reveal
from gateway.web.sandbox_values import (
    BoardPage,
    CardLine,
    Column,
    CommentLine,
    FieldLine,
    IssuePage,
    PlayForm,
    Tab,
)
from gateway.web.sentences import FIELDS, KINDS
from gateway.web.value_html import Values, marked, name_of
from sandbox.contract.compare import equal
from sandbox.contract.shapes import JsonObject

#: The ways to look at an issue.
NOW, SHADOW, AFTER = "now", "shadow", "after"
_TABS = {NOW: N_("In Jira now"), SHADOW: N_("Agent's shadow"), AFTER: N_("After promotion")}
_ABOUT = {
    NOW: N_("As the gateway read it from Jira: %(when)s."),
    SHADOW: N_("As %(agent)s has it, by the sandbox's word. Nothing of it is in Jira."),
    AFTER: N_("As it would be once everything that is kept in the change sets below is promoted."),
}
_NOTHING = {
    NOW: N_("Jira does not know this issue: an agent made it in its shadow."),
    SHADOW: N_("No agent has changed this issue."),
    AFTER: N_("No change set waits on this issue."),
}
#: How wide an issue is shown.
WIDE, NARROW = "wide", "narrow"
_WIDTHS = {WIDE: N_("Wide"), NARROW: N_("As on a telephone")}
_CATEGORIES = ("new", "indeterminate", "done")
_FIRST = (
    "status", "issuetype", "priority", "assignee", "reporter", "labels", "components",
    "fixVersions", "versions", "duedate", "parent", "issuelinks", "subtasks",
)  # fmt: skip
#: What says nothing to a person, or stands elsewhere on the page.
_LEFT_OUT = frozenset({
    "summary", "comment", "worklog", "votes", "watches", "workratio", "lastViewed", "project",
    "statuscategorychangedate", "statusCategory", "progress", "aggregateprogress", "creator",
    "aggregatetimespent", "aggregatetimeestimate", "aggregatetimeoriginalestimate", "security",
    "issuerestriction", "timetracking", "thumbnail", "attachment",
})  # fmt: skip
_QUOTING = ("issuelinks", "subtasks")
_MOST_COMMENTS = 20


def present_board(board: Board, tongue: Tongue, *, play: bool) -> BoardPage:
    """Return a project's board: a column for each status, in the order of the work."""
    values = Values(tongue)
    columns: dict[str, list[Card]] = {}
    statuses: dict[str, JsonObject] = {}
    for card in board.cards:
        name = name_of(status_of(card))
        columns.setdefault(name, []).append(card)
        statuses.setdefault(name, status_of(card))
    order = sorted(columns, key=lambda name: (_rank(statuses[name]), name))
    more = tongue.ngettext(
        "%(num)d more issue, unchanged for longer, is not shown.",
        "%(num)d more issues, unchanged for longer, are not shown.",
        board.more,
    )
    return BoardPage(
        projects=tuple(
            Choice(key, f"{key} {name}".strip(), key == board.project)
            for key, name in board.projects
        ),
        project=board.project,
        columns=tuple(
            Column(
                f"s-{number}",
                values.status(statuses[name]),
                tuple(_card(one, values) for one in sorted(columns[name], key=_place)),
            )
            for number, name in enumerate(order)
        ),
        more=more if board.more else "",
        away=board.away,
        play=play,
    )


def _place(card: Card) -> tuple[str, int]:
    project, _, number = card.key.rpartition("-")
    return project, int(number) if number.isdecimal() else 0


def _rank(status: JsonObject) -> int:
    key = str(part(status, "statusCategory", "key"))
    return _CATEGORIES.index(key) if key in _CATEGORIES else 1


def _card(card: Card, values: Values) -> CardLine:
    fields = fields_of(card.doc)
    assignee = fields.get("assignee")
    return CardLine(
        key=card.key,
        summary=reveal(str(fields.get("summary") or "")),
        kind=reveal(name_of(fields.get("issuetype"))),
        priority=reveal(name_of(fields.get("priority"))),
        assignee=values.show(assignee) if assignee else Markup(""),
        sets=tuple(f"CS-{one}" for one in card.sets),
        agents=card.agents,
        new=card.new,
    )


class IssuePages:
    """Makes the page of one issue in the reader's language."""

    def __init__(
        self, tongue: Tongue, found: Browsed, view: str, workspace: str, *, narrow: bool = False
    ) -> None:
        """Remember what is looked at, and how; what is not there falls back to Jira's side.

        ``narrow`` shows it as wide as on a telephone.
        """
        self.tongue, self.found, self.differences = tongue, found, Differences(tongue)
        self.view = view if view in _TABS else NOW if found.now is not None else SHADOW
        self.workspace, self.narrow = workspace, narrow
        self.hidden = 0

    def page(self, play: PlayForm | None) -> IssuePage:
        """Return the finished page."""
        found, shown = self.found, self._shown()
        now = self._seen(fields_of(found.now))
        fields = self._seen(shown or {})
        comments, held = self._comments(fields, now)
        title = (shown or now or self._shadow_fields()).get("summary")
        return IssuePage(
            key=found.key,
            title=reveal(str(title or "")),
            board="/sandbox?" + urlencode({"project": found.key.rpartition("-")[0]}),
            url=followed(found.url) or "",
            tabs=tuple(self._tabs()),
            view=self.view,
            about=self._about() if shown is not None else "",
            nothing="" if shown is not None else self.tongue.gettext(_NOTHING[self.view]),
            shadows=tuple(self._shadows()) if self.view == SHADOW else (),
            widths=tuple(self._widths()) if shown is not None else (),
            narrow=self.narrow,
            every=f"?view={AFTER}"
            if self.view == AFTER and self.found.only and len(self.found.sets) > 1
            else "",
            fields=tuple(self._lines(fields, now)) if shown is not None else (),
            comments=comments,
            notes=tuple(self._notes(held)),
            sets=tuple((one, f"CS-{one}", reveal(text)) for one, text in found.sets),
            away=found.away,
            play=play,
        )

    def _shown(self) -> JsonObject | None:
        """Return the fields that are looked at; None where there are none."""
        found = self.found
        if self.view == NOW:
            return None if found.now is None else fields_of(found.now)
        if self.view == SHADOW:
            gone = found.shadow is None or found.shadow.deleted
            return None if gone else self._shadow_fields()
        return None if found.after is None else found.after.fields

    def _shadow_fields(self) -> JsonObject:
        return {} if self.found.shadow is None else fields_of(self.found.shadow.doc)

    def _about(self) -> str:
        agent = "" if self.found.shadow is None else self.found.shadow.agent
        when = self.tongue.moment(self.found.fetched_at)
        if self.view == AFTER and self.found.only:
            text = N_("As it would be once what is kept in %(set)s is promoted.")
            return self.tongue.gettext(text, set=f"CS-{self.found.only}")
        return self.tongue.gettext(_ABOUT[self.view], when=when, agent=agent)

    def _tabs(self) -> Iterable[Tab]:
        there = {
            NOW: self.found.now is not None,
            SHADOW: bool(self.found.shadows),
            AFTER: self.found.after is not None,
        }
        for name, text in _TABS.items():
            none = "" if there[name] else self.tongue.gettext(_NOTHING[name])
            yield Tab(name, self.tongue.gettext(text), f"?view={name}", name == self.view, none)

    def _widths(self) -> Iterable[Tab]:
        """Yield the ways to see how it looks in a wide window and on a telephone."""
        asked = {"view": self.view, "workspace": self.workspace, "set": self.found.only}
        kept = {name: value for name, value in asked.items() if value}
        for name, text in _WIDTHS.items():
            href = "?" + urlencode({**kept, "width": name})
            yield Tab(name, self.tongue.gettext(text), href, (name == NARROW) == self.narrow)

    def _shadows(self) -> Iterable[Tab]:
        looked = self.found.shadow.workspace if self.found.shadow else ""
        for one in self.found.shadows:
            text = f"{one.agent} · {one.task}" if one.task else one.agent
            href = "?" + urlencode({"view": SHADOW, "workspace": one.workspace})
            yield Tab(one.workspace, text, href, one.workspace == looked)

    def _lines(self, fields: JsonObject, now: JsonObject) -> Iterable[FieldLine]:
        names = [name for name in _FIRST if name in fields or name in now]
        known = {**now, **fields}
        others = [name for name in known if name not in (*_FIRST, *_LEFT_OUT)]
        others = [name for name in others if not self.found.fields.is_rank(name)]
        named = sorted((self._name(name), name) for name in others)
        lines = [
            self._line(name, fields.get(name), now.get(name))
            for name in ["summary", *names, *(name for _, name in named)]
            if fields.get(name) not in (None, [], "", {}) or now.get(name) not in (None, [], "", {})
        ]
        yield from sorted(
            (one for one in lines if one.id != "summary" or one.chip), key=lambda one: one.wide
        )

    def _line(self, name: str, value: JsonValue, now: JsonValue) -> FieldLine:
        rich = self.found.fields.is_rich(name)
        differs = self.view != NOW and self.found.now is not None and not equal(value, now)
        html = self._difference(name, now, value, rich=rich) if differs else None
        chip = Chip(self.tongue.gettext("changed"), "tilde") if differs else None
        after = self.found.after
        if self.view == AFTER and after is not None and name in after.conflicts:
            chip = Chip(self.tongue.gettext("conflict"), "bad")
        shown = self.differences.values.show(value, name) if html is None else html
        return FieldLine(name, self._name(name), shown, chip, wide=rich)

    def _difference(self, name: str, now: JsonValue, value: JsonValue, *, rich: bool) -> Markup:
        found = self.differences.between(now, value, rich=rich)
        if found is not None:
            return found
        gettext, show = self.tongue.gettext, self.differences.values.show
        return Markup('<span class="move">{} <span aria-hidden="true">→</span> {}</span>').format(
            marked("del", gettext("removed"), show(now, name)),
            marked("ins", gettext("added"), show(value, name)),
        )

    def _name(self, field: str) -> str:
        known = self.found.fields.name(field)
        return self.tongue.gettext(FIELDS[field]) if known == field and field in FIELDS else known

    def _seen(self, fields: JsonObject) -> JsonObject:
        """Return fields without issues of projects that the viewer has no role in."""
        found = dict(fields)
        for name in _QUOTING:
            quoted = listed(found.get(name))
            kept: list[JsonValue] = [one for one in quoted if self._may_know(one)]
            self.hidden = max(self.hidden, len(quoted) - len(kept))
            if quoted:
                found[name] = kept
        parent = found.get("parent")
        if isinstance(parent, dict) and not self._may_know(parent):
            del found["parent"]
            self.hidden = max(self.hidden, 1)
        return found

    def _may_know(self, quote: JsonObject) -> bool:
        ends = [quote.get(name) for name in ("inwardIssue", "outwardIssue")]
        stubs = [one for one in ends if isinstance(one, dict)] or [quote]
        return all(str(one.get("key")).rpartition("-")[0] in self.found.visible for one in stubs)

    def _comments(self, fields: JsonObject, now: JsonObject) -> tuple[tuple[CommentLine, ...], int]:
        """Return the newest comments that everybody may read, and how many others there are."""
        known = {str(one.get("id")) for one in listed(part(now, "comment", "comments"))}
        every = listed(part(fields, "comment", "comments"))
        open_ = [one for one in every if not one.get("visibility") and not is_internal(one)]
        lines = []
        for one in open_[-_MOST_COMMENTS:]:
            new = self.view != NOW and str(one.get("id")) not in known
            chip = Chip(self.tongue.gettext("new"), "plus") if new else None
            show = self.differences.values.show
            author = show(one["author"]) if one.get("author") else Markup("")
            when = show(one["created"]) if one.get("created") else Markup("")
            lines.append(CommentLine(author, when, show(one.get("body")), chip))
        return tuple(lines), len(every) - len(open_)

    def _notes(self, held: int) -> Iterable[str]:
        ngettext = self.tongue.ngettext
        if held:
            yield ngettext(
                "%(num)d comment that only some may read is not shown here.",
                "%(num)d comments that only some may read are not shown here.",
                held,
            )
        if self.hidden:
            yield self.tongue.gettext("Issues of projects that are not yours are left out.")
        after = self.found.after
        if self.view == AFTER and after is not None and after.more:
            kinds = dict.fromkeys(self.tongue.gettext(KINDS[one]) for one in after.more)
            yield self.tongue.gettext("Also in the change sets: %(kinds)s", kinds=", ".join(kinds))


def address_of(key: str) -> str:
    """Return where an issue is looked at."""
    return f"/sandbox/{quote(key, safe='')}"
