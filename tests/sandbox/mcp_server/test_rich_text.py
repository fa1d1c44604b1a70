"""Rich text through MCP: edits keep what Markdown cannot show, or are refused by name."""

from typing import Any

from gateway.operations import reviewing
from tests.house import House
from tests.journeys.agents import Agent, Told, work


def description(told: Told) -> str:
    return str(told.structured["fields"]["description"])


async def read(agent: Agent, key: str, **more: Any) -> Told:
    return await agent.must("getJiraIssue", issueIdOrKey=key, fields=["description"], **more)


def test_one_edited_sentence_leaves_every_other_block_as_it_was(built: House, secret: str) -> None:
    assert built.world is not None
    rich = built.world.cast.rich

    async def job(agent: Agent) -> tuple[Any, str, Any]:
        before = await read(agent, rich, responseContentFormat="adf")
        text = description(await read(agent, rich))
        assert "](mention:" in text
        assert "> [!" in text
        told = await agent.must(
            "editJiraIssue",
            issueIdOrKey=rich,
            fields={"description": text.replace("Safari 18", "Safari 19", 1)},
        )
        assert told.text.startswith("Staged, not applied:")
        after = await read(agent, rich, responseContentFormat="adf")
        return before.structured, text, after.structured

    before, _, after = work(built.shadow.url, secret, job, task="one-sentence")
    old, new = (one["fields"]["description"]["content"] for one in (before, after))
    assert len(old) == len(new)
    assert len([1 for left, right in zip(old, new, strict=True) if left != right]) == 1


def test_the_same_text_sent_back_stages_nothing(built: House, secret: str) -> None:
    assert built.world is not None
    rich = built.world.cast.rich

    async def job(agent: Agent) -> list[Any]:
        text = description(await read(agent, rich))
        await agent.must("editJiraIssue", issueIdOrKey=rich, fields={"description": text})
        return list((await agent.must("showMyPendingChanges")).structured["changes"])

    assert work(built.shadow.url, secret, job, task="same-text") == []


def test_a_loss_is_refused_by_name_and_when_meant_flagged_to_the_reviewer(
    built: House, secret: str
) -> None:
    assert built.world is not None
    rich = built.world.cast.rich
    sent = {"issueIdOrKey": rich, "fields": {"description": "모두 새로 씁니다."}}

    async def job(agent: Agent) -> tuple[Told, Told]:
        await read(agent, rich)
        refused = await agent.ask("editJiraIssue", **sent)
        pending = await agent.must("showMyPendingChanges")
        assert pending.structured["changes"] == []
        staged = await agent.must("editJiraIssue", **sent, dropRichContent=True)
        await agent.must("submitForReview", reason="asked to start over")
        return refused, staged

    refused, staged = work(built.shadow.url, secret, job, task="loss")
    assert refused.refused
    assert "the mention @" in refused.text
    assert "the panel " in refused.text
    assert "dropRichContent=true" in refused.text
    assert "Nothing was changed" in refused.text
    assert staged.text.startswith("Staged, not applied:")
    [review] = built.fetch()
    [issue] = reviewing.view(built.gateway, review).issues
    assert "rich_loss" in {flag.id for flag in issue.changes[0].flags}


def test_a_comment_mentions_people_and_an_edit_of_it_keeps_them(
    built: House, secret: str, key: str
) -> None:
    assert built.world is not None
    person = built.world.cast.person

    async def job(agent: Agent) -> tuple[list[Any], Told, Told]:
        said = f"[@x](mention:{person.account_id}) 확인 부탁드립니다"
        made = await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody=said)
        arguments = {"issueIdOrKey": key, "commentId": made.structured["id"]}
        shown = await agent.must("getJiraIssue", issueIdOrKey=key, fields=["comment"])
        body = str(shown.structured["fields"]["comment"]["comments"][-1]["body"])
        assert f"[@{person.name}](mention:" in body
        edited = body.replace("확인", "재확인")
        await agent.must("addCommentToJiraIssue", **arguments, commentBody=edited)
        lost = await agent.ask("addCommentToJiraIssue", **arguments, commentBody="됐습니다")
        nobody = await agent.ask(
            "addCommentToJiraIssue", issueIdOrKey=key, commentBody="[@y](mention:nobody)"
        )
        adf = await agent.must(
            "getJiraIssue", issueIdOrKey=key, fields=["comment"], responseContentFormat="adf"
        )
        body_adf = adf.structured["fields"]["comment"]["comments"][-1]["body"]
        return body_adf["content"][0]["content"], lost, nobody

    line, lost, nobody = work(built.shadow.url, secret, job, task="mention")
    assert line[0]["attrs"]["id"] == person.account_id
    assert line[1]["text"] == " 재확인 부탁드립니다"
    assert lost.refused
    assert f"the mention @{person.name}" in lost.text
    assert nobody.refused
    assert "stands for nothing" in nobody.text


def test_a_long_text_is_cut_can_be_read_on_and_cannot_be_sent_back_cut(
    built: House, secret: str, key: str
) -> None:
    long = "\n\n".join(f"{number}번째 문단 of the long text." for number in range(700))

    async def job(agent: Agent) -> tuple[str, Told]:
        fields = {"description": long}
        await agent.must("editJiraIssue", issueIdOrKey=key, fields=fields, dropRichContent=True)
        text = description(await read(agent, key))
        refused = await agent.ask("editJiraIssue", issueIdOrKey=key, fields={"description": text})
        whole = ""
        while True:
            piece, cut, rest = text.partition("\n\n…✂")
            whole += piece
            if not cut:
                return whole, refused
            start = int(rest.split("textFrom=")[1].split()[0])
            text = description(await read(agent, key, textFrom=start))

    whole, refused = work(built.shadow.url, secret, job, task="long")
    assert whole == long
    assert refused.refused
    assert "textFrom" in refused.text


def test_a_field_out_of_scope_is_refused_before_its_text_is_looked_at(built: House) -> None:
    assert built.world is not None
    rich = built.world.cast.rich
    token = built.token(
        "no-texts", built.world.cast.person.account_id, fields=("summary", "status")
    )

    async def job(agent: Agent) -> Told:
        return await agent.ask("editJiraIssue", issueIdOrKey=rich, fields={"description": "x"})

    told = work(built.shadow.url, token, job)
    assert told.refused
    assert "mention" not in told.text
