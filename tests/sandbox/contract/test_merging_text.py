from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.contract.blocks import Frame, apart, key, together
from sandbox.contract.compare import Three, equal
from sandbox.contract.merging import Choice, Shape, merge
from tests.sandbox.contract.test_merging import doc, para

#: Edits of one side: for each block of the base its new text or None, and what is put before.
blocks = st.lists(st.sampled_from(("하나", "둘", "셋", "넷")), max_size=5)
edits = st.lists(
    st.tuples(st.sampled_from(("keep", "keep", "keep", "edit", "remove", "insert"))), min_size=6
)


def edited(base: list[str], steps: list[tuple[str]], who: str) -> list[str]:
    found: list[str] = []
    for number, (step,) in enumerate(steps[: len(base) + 1]):
        block = [base[number]] if number < len(base) else []
        match step:
            case "edit":
                found += [f"{one} {who}{number}" for one in block]
            case "insert":
                found += [f"new {who}{number}", *block]
            case "keep":
                found += block
    return found


def as_text(paragraphs: list[str], frame: Frame) -> Any:
    if frame is Frame.WIKI:
        return "\n\n".join(paragraphs)
    return doc(*map(para, paragraphs))


@settings(max_examples=70)
@given(blocks, edits, edits, st.sampled_from((Frame.ADF, Frame.WIKI)))
def test_rich_text_never_loses_what_either_side_wrote(
    base: list[str], mine: list[tuple[str]], other: list[tuple[str]], frame: Frame
) -> None:
    ours, theirs = edited(base, mine, "o"), edited(base, other, "t")
    then, one, other_one = (as_text(text, frame) for text in (base, ours, theirs))
    found = merge(then, one, other_one, Shape.RICH)
    turned = merge(then, other_one, one, Shape.RICH)
    assert (found.three is Three.CONFLICT) == (turned.three is Three.CONFLICT)
    added = {False: set(ours) - set(base), True: set(theirs) - set(base)}
    if found.three is not Three.CONFLICT:
        assert equal(found.value, turned.value)
        wanted = {Choice.KEEP: added[False] | added[True]}
    else:
        wanted = {
            Choice.TAKE: added[False],
            Choice.KEEP: added[True],
            Choice.COMBINE: added[False] | added[True],
        }
    for choice, expected in wanted.items():
        shown = {key(one) for one in apart(found.settled(choice), frame)}
        assert {key(one) for one in apart(as_text(sorted(expected), frame), frame)} <= shown


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(("하나", "둘", "셋", "넷")), min_size=2, max_size=6),
    st.lists(st.sampled_from(("", "o", "t")), min_size=6, max_size=6),
    st.sampled_from((Frame.ADF, Frame.WIKI)),
)
def test_disjoint_edits_of_blocks_merge(base: list[str], by: list[str], frame: Frame) -> None:
    numbered = [f"{number}. {one}" for number, one in enumerate(base)]
    ours, theirs = (
        [f"{one} {who}" if by[at] == who else one for at, one in enumerate(numbered)]
        for who in "ot"
    )
    merged = [f"{one} {by[at]}".strip() for at, one in enumerate(numbered)]
    then, one, other = (as_text(text, frame) for text in (numbered, ours, theirs))
    found = merge(then, one, other, Shape.RICH)
    assert found.three is not Three.CONFLICT
    assert equal(found.value, as_text(merged, frame))


lines = st.lists(
    st.sampled_from(
        ("", " ", "text", "more", "h2. 제목", "* one", "** two", "# three", "|a|b|", "----",
         "{code}", "{quote}x{quote}", "bq. said")
    ),
    max_size=12,
)  # fmt: skip


@given(given_lines=lines, ended=st.booleans())
@example(given_lines=[" ", "h2. 제목", "text"], ended=False)
def test_taking_wiki_text_apart_loses_nothing(given_lines: list[str], ended: bool) -> None:
    source = "\n".join(given_lines) + ("\n" if ended else "")
    assert together(apart(source, Frame.WIKI), Frame.WIKI) == source
