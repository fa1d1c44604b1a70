"""One change of AIR-1 of most kinds, for cases that need a set of their own."""

from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.quick import OLD_COMMENT
from tests.gateway.promotion.world import BOB, change, create, edit, text

ENDS = {
    "inwardIssue": {"id": "10001", "key": "AIR-1"},
    "outwardIssue": {"id": "10002", "key": "AIR-2"},
}
DOING = {"status": {"id": "3", "name": "In Progress"}, "transition": {"id": "11"}}
KINDS: dict[str, Change] = {
    "edit": edit("summary", "New"),
    "create": create(),
    "transition": change(ChangeKind.TRANSITION, DOING),
    "comment": change(ChangeKind.COMMENT, {"id": "9", "body": text("Hello")}),
    "comment_edit": change(ChangeKind.COMMENT_EDIT, {"id": OLD_COMMENT, "body": text("New")}),
    "link": change(ChangeKind.LINK, {"type": {"id": "1"}, **ENDS}),
    "remote_link": change(
        ChangeKind.REMOTE_LINK, {"object": {"url": "https://docs.example/1", "title": "One"}}
    ),
    "watcher": change(ChangeKind.WATCHER, {"add": BOB}),
}
