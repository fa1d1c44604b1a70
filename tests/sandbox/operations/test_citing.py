"""From an agent's own words about sources to change ids."""

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import Source
from sandbox.domain.errors import InvalidError
from sandbox.operations import proposing
from sandbox.operations.context import Sandbox
from tests.sandbox.operations.acting import decide, edit
from tests.sandbox.tiny import agent_caller


def submit(sandbox: Sandbox, **sources: object) -> dict[str, tuple[Source, ...]]:
    said = proposing.Said(reason="because", request=" fix it ", sources=sources)  # type: ignore[arg-type]
    made = proposing.seal(sandbox, agent_caller(sandbox), said)
    assert made.request == "fix it"
    fields = {one.id: one.field or "" for one in made.changes}
    return {fields[name]: given for name, given in made.sources.items()}


def test_an_issue_stands_for_all_its_changes_and_a_field_for_one(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x", labels=["a"])
    found = submit(
        sandbox, **{"AIR-1": "air-2", "AIR-1.Summary": ["AIR-2#7", "AIR-2"], "AIR-1.edit": []}
    )
    whole = Source(issue_key="AIR-2")
    assert found == {
        "labels": (whole,),
        "summary": (whole, Source(issue_key="AIR-2", comment_id="7")),
    }


def test_words_belong_to_the_changes_that_write_them(sandbox: Sandbox) -> None:
    fails: JsonValue = {"type": "text", "text": "Fails", "marks": [{"type": "strong"}]}
    lines: list[JsonValue] = [
        [fails, {"type": "text", "text": " since"}],
        [{"type": "text", "text": "4.2"}],
    ]
    blocks: list[JsonValue] = [{"type": "paragraph", "content": one} for one in lines]
    document: JsonValue = {"type": "doc", "version": 1, "content": blocks}
    edit(sandbox, "AIR-1", summary="사파리 18에서 로그인 실패", description=document)
    given = ["AIR-2#7: 로그인  실패", "AIR-2 : *Fails* since 4.2", "AIR-3"]
    found = submit(sandbox, **{"AIR-1": given})
    whole = Source(issue_key="AIR-3")
    assert found == {
        "summary": (Source(issue_key="AIR-2", comment_id="7", words="로그인  실패"), whole),
        "description": (Source(issue_key="AIR-2", words="*Fails* since 4.2"), whole),
    }


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"AIR-9": ["AIR-2"]}, "'AIR-9' is not among what would be submitted"),
        ({"AIR-1.labels": ["AIR-2"]}, "which is: AIR-1.summary."),
        ({"the login": ["AIR-2"]}, "is not among"),
        ({"AIR-1": ["AIR-2#x"]}, "names 'AIR-2#x', which is no source"),
        ({"AIR-1": [{"key": "AIR-2"}]}, "which is no source"),
        ({"AIR-1": ["AIR-2#7\n"]}, None),
        ({"AIR-1": [f"AIR-{n}" for n in range(21)]}, "names more than 20"),
        ({"AIR-1": ["AIR-2: y"]}, "AIR-1 does not write 'y'. Quote words of the new text"),
        ({"AIR-1": ["AIR-2: …"]}, "does not write"),
        ({"AIR-1": ["AIR-2: "]}, "which is no source"),
        ({"AIR-1": ["AIR-2: " + "x" * 501]}, "which is no source"),
    ],
)
def test_what_names_nothing_is_refused(
    sandbox: Sandbox, sources: dict[str, object], words: str | None
) -> None:
    edit(sandbox, "AIR-1", summary="x")
    if words is None:
        assert submit(sandbox, **sources)
        return
    with pytest.raises(InvalidError) as refused:
        submit(sandbox, **sources)
    assert words in " ".join(refused.value.messages)
    # All of it is still staged.
    assert submit(sandbox) == {}


def test_each_round_quotes_for_itself(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x")
    me = agent_caller(sandbox)
    first = proposing.seal(sandbox, me, proposing.Said(request="A", sources={"AIR-1": "AIR-2"}))
    decide(sandbox, first, "changes_requested")
    edit(sandbox, "AIR-1", summary="y")
    second = proposing.seal(sandbox, me, proposing.Said(request="B"))
    assert (second.round, second.request, second.sources) == (2, "B", {})
