"""What an agent says that its changes rest on: from its own words to change ids. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from sandbox.contract.quoting import stands_in
from sandbox.contract.shapes import Change, Source
from sandbox.domain.errors import InvalidError
from sandbox.domain.parts import text_of
from sandbox.domain.site import Site

#: As many sources as one change may name.
MOST = 20
#: An issue, or a field or kind of change of it.
_TARGET = re.compile(r"([A-Za-z][A-Za-z0-9_]*-[0-9]+)(?:\.(.+))?", re.DOTALL)
#: An issue or a comment of it, and the words of the change that come from there.
_SOURCE = re.compile(
    r"([A-Za-z][A-Za-z0-9_]*-[0-9]{1,19})(?:#([0-9]{1,19}))?(?:\s*:\s*(\S.{0,499}))?", re.DOTALL
)
_NEXT = (
    'Write {"AIR-7.description": ["AIR-3#10234: fails since 4.2"]}: these words of it come '
    "from comment 10234 of AIR-3; without words, all of it."
)


_QUOTE = "Quote words of the new text as you wrote them, or name the source without words."


def cited(
    wanted: Mapping[str, JsonValue], changes: Sequence[Change], site: Site
) -> dict[str, tuple[Source, ...]]:
    """Return change id to its sources; raises InvalidError for what names nothing."""
    found: dict[str, list[Source]] = {}
    for target, given in wanted.items():
        sources = [_source(target, one) for one in _listed(given)]
        meant = _meant(target, changes, site)
        for source in sources:
            for change in _writing(source, target, meant):
                found.setdefault(change.id, []).append(source)
    for change_id, sources in found.items():
        if len({*sources}) > MOST:
            raise InvalidError((f"sources: {change_id} names more than {MOST}.",))
    return {one: tuple(dict.fromkeys(sources)) for one, sources in found.items() if sources}


def _listed(given: JsonValue) -> Iterator[JsonValue]:
    yield from given if isinstance(given, list) else [given]


def _source(target: str, given: JsonValue) -> Source:
    found = _SOURCE.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise InvalidError((f"sources: {target} names '{given}', which is no source. {_NEXT}",))
    return Source(
        issue_key=found[1].upper(), comment_id=found[2] or "", words=(found[3] or "").strip()
    )


def _writing(source: Source, target: str, meant: list[Change]) -> list[Change]:
    """Return those of the changes that write a source's words; all when it names none."""
    writing = [one for one in meant if not source.words or stands_in(source.words, one.after)]
    if not writing:
        said = f"sources: {target} does not write '{source.words}'."
        raise InvalidError((f"{said} {_QUOTE}",))
    return writing


def _meant(target: str, changes: Sequence[Change], site: Site) -> list[Change]:
    """Return the changes that a target stands for."""
    parts = _TARGET.fullmatch(target.strip())
    key, part = (parts[1].upper(), parts[2] or "") if parts else ("", "")
    own = [one for one in changes if one.issue_key == key]
    field = text_of((site.field(part) or {}).get("id")) or part
    meant = [one for one in own if not part or field in (one.field, one.kind.value)]
    if meant:
        return meant
    known = ", ".join(f"{one.issue_key}.{one.field or one.kind.value}" for one in changes[:MOST])
    raise InvalidError(
        (f"sources: '{target}' is not among what would be submitted, which is: {known}.",)
    )
