"""Where an agent says that a change comes from, held against what it read. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, listed, part
from sandbox.contract.frozen import Frozen
from sandbox.contract.quoting import stands_in
from sandbox.contract.shapes import Change, ChangeSet, JsonObject, Read, Source

#: Names in a reading by which comments were read, too.
_WITH_COMMENTS = frozenset({"*all", "comment"})
#: A comment's id may become part of an address.
_NUMBER = re.compile(r"[0-9]{1,19}")


class Proof(StrEnum):
    """What the record says of a source."""

    READ = "read"
    #: Nothing was read there before the change was written.
    NEVER = "never"
    #: It was read, and no such comment was in it when we read it ourselves.
    NO_COMMENT = "no_comment"


class Cited(Frozen):
    """A source, and what we know of it."""

    #: Empty: an issue that whoever looks may not know of.
    issue_key: str
    comment_id: str = ""
    #: Where to read it; empty: nowhere that we know of.
    url: str = ""
    proof: Proof = Proof.NEVER
    #: The words of the change that come from there; empty: all of it.
    words: str = ""
    #: Whether the change writes them, and whether the source has them too, word for word.
    written: bool = True
    verbatim: bool = False


def keys_of(change_set: ChangeSet) -> frozenset[str]:
    """Return the keys of the issues that a set names as sources."""
    return frozenset(one.issue_key for given in change_set.sources.values() for one in given)


def cited(
    change_set: ChangeSet,
    reads: Iterable[Read] | None,
    docs: Mapping[str, JsonObject],
    base_url: str,
) -> dict[str, tuple[Cited, ...]]:
    """Return change id to its sources; ``docs`` are issues by key, as we read them last.

    Without a record of what was read, nothing was.
    """
    if not change_set.sources:
        return {}
    read: dict[str, list[Read]] = {}
    for one in reads or ():
        read.setdefault(one.issue_key, []).append(one)
    return {
        change.id: tuple(
            _cited(one, change, read.get(one.issue_key, []), docs.get(one.issue_key), base_url)
            for one in change_set.sources[change.id]
        )
        for change in change_set.changes
        if change.id in change_set.sources
    }


def without(found: tuple[Cited, ...], known: Collection[str]) -> tuple[Cited, ...]:
    """Return sources for somebody who may know of these issues alone."""
    return tuple(one if one.issue_key in known else Cited(issue_key="") for one in found)


def _cited(
    source: Source, change: Change, read: list[Read], doc: JsonObject | None, base_url: str
) -> Cited:
    before = [one for one in read if one.at <= change.written_at]
    if source.comment_id:
        before = [one for one in before if not one.fields or _WITH_COMMENTS & {*one.fields}]
    proof = Proof.READ if before else Proof.NEVER
    if before and source.comment_id and _lacks(doc, source.comment_id):
        proof = Proof.NO_COMMENT
    where = f"{base_url}/browse/{source.issue_key}" if doc is not None else ""
    if where and _NUMBER.fullmatch(source.comment_id) and proof is not Proof.NO_COMMENT:
        where += f"?focusedCommentId={source.comment_id}"
    return Cited(
        issue_key=source.issue_key,
        comment_id=source.comment_id,
        url=where,
        proof=proof,
        words=source.words,
        written=not source.words or stands_in(source.words, change.after),
        verbatim=stands_in(source.words, _text(doc, source.comment_id)),
    )


def _text(doc: JsonObject | None, comment_id: str) -> JsonValue:
    """Return what a source says, as we read it last: one comment, or the whole issue."""
    fields = fields_of(doc)
    if not comment_id:
        return dict(fields)
    comments = listed(part(fields, "comment", "comments"))
    return [one.get("body") for one in comments if str(one.get("id")) == comment_id]


def _lacks(doc: JsonObject | None, comment_id: str) -> bool:
    """Return whether an issue surely has no such comment; Jira may tell of some only."""
    found = part(fields_of(doc), "comment")
    comments = listed(part(found, "comments"))
    total = part(found, "total")
    if found is None or (isinstance(total, int) and total > len(comments)):
        return False
    return all(str(one.get("id")) != comment_id for one in comments)
