"""A site with a field of every type, and for each field three values: old, wanted, foreign."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.contract.shapes import SiteBaseline
from sandbox.site_file import parse
from tests.journeys.flavours import SITE_TEXT, Site

SPRINT = "customfield_10020"
#: Ids of the sprints that the sprint field is set to.
SPRINTS = (1, 11, 12)
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"
_OPTIONS = [{"id": str(100 + at), "value": name} for at, name in enumerate(("가", "나", "다"))]
_CASCADE = [
    {
        "id": str(200 + 10 * at),
        "value": name,
        "children": [{"id": str(201 + 10 * at + n), "value": f"{name}{n}"} for n in range(2)],
    }
    for at, name in enumerate(("서울", "부산", "대구"))
]
_LEVELS = [{"id": str(300 + at), "name": name} for at, name in enumerate(("A", "B", "C"))]

#: Field id: type, items, custom type, allowed values.
_MORE: dict[str, tuple[str, str, str, list[dict[str, Any]]]] = {
    "customfield_20001": ("string", "", "textfield", []),
    "customfield_20002": ("string", "", "textarea", []),
    "customfield_20003": ("date", "", "datepicker", []),
    "customfield_20004": ("datetime", "", "datetime", []),
    "customfield_20005": ("option", "", "select", _OPTIONS),
    "customfield_20006": ("array", "option", "multiselect", _OPTIONS),
    "customfield_20007": ("option-with-child", "", "cascadingselect", _CASCADE),
    "customfield_20008": ("user", "", "userpicker", []),
    "customfield_20009": ("array", "user", "multiuserpicker", []),
    "customfield_20010": ("group", "", "grouppicker", []),
    "customfield_20011": ("array", "group", "multigrouppicker", []),
    "customfield_20012": ("version", "", "version", []),
    "customfield_20013": ("string", "", "url", []),
    "customfield_20014": ("array", "option", "multicheckboxes", _OPTIONS),
    "customfield_20015": ("option", "", "radiobuttons", _OPTIONS),
    "customfield_20016": ("array", "string", "labels", []),
    "resolution": ("resolution", "", "", []),
    "security": ("securitylevel", "", "", _LEVELS),
}


@dataclass(frozen=True, slots=True)
class Values:
    """What a field holds before, what the agent wants, what a colleague writes meanwhile."""

    old: Any
    wanted: Any
    foreign: Any
    #: A set: wanted and foreign elements merge.
    merges: bool = False


def _three(given: Sequence[Any]) -> Values:
    return Values(given[0], given[1], given[2])


def site_with_every_field(flavour: str) -> SiteBaseline:
    """Return the metadata of the small site with all fields on its screens."""
    head = f'site = "ops"\nflavour = "{flavour}"\nrole = "upstream"\n'
    found = parse(head + SITE_TEXT).baseline(time.time_ns() // 1000)
    assert found is not None
    whole = found.model_dump(mode="json")
    for name, (kind, items, custom, allowed) in _MORE.items():
        meta = _meta(name, kind, items, custom, allowed)
        if name == "resolution":
            meta["allowedValues"] = whole["resolutions"]
        if custom == "version":
            meta["allowedValues"] = whole["projects"][0]["versions"]
        if name != "resolution":
            whole["fields"].append(
                {**meta, "id": name, "custom": bool(custom), "navigable": True, "searchable": True}
            )
        for screens in (whole["edit_meta"], whole["create_meta"]):
            for fields in screens.values():
                fields[name] = meta
    first = whole["sprints"][0]
    later = [
        {**first, "id": number, "name": f"OPS Sprint {number}", "state": "future"}
        for number in SPRINTS[1:]
    ]
    whole["sprints"] += later
    return SiteBaseline.model_validate(whole)


def _meta(
    name: str, kind: str, items: str, custom: str, allowed: list[dict[str, Any]]
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind, **({"items": items} if items else {})}
    if custom:
        schema |= {"custom": f"{_CUSTOM}:{custom}", "customId": int(name[12:])}
    else:
        schema["system"] = name
    meta = {
        "required": False,
        "schema": schema,
        "name": f"필드 {custom or name}",
        "key": name,
        "fieldId": name,
        "hasDefaultValue": False,
        "operations": ["add", "set", "remove"] if kind == "array" else ["set"],
    }
    return {**meta, **({"allowedValues": allowed} if allowed else {})}


def values(site: Site, epics: list[str]) -> dict[str, Values]:
    """Return three values for every field that may be edited."""
    user = {name: site.user(name) for name in ("jiwoo", "bora", "hana")}
    option = [{"id": one["id"]} for one in _OPTIONS]
    named = [{"name": one} for one in ("deployers", "testers", "writers")]
    text = site.text
    found = {
        "summary": Values("옛 제목", "새 제목", "남의 제목"),
        "description": Values(text("옛 글"), text("새 글 🌱"), text("남의 글")),
        "environment": Values(text("옛 환경"), text("새 환경"), text("남의 환경")),
        "priority": Values({"name": "Low"}, {"name": "High"}, {"name": "Lowest"}),
        "assignee": Values(user["jiwoo"], user["bora"], user["hana"]),
        "reporter": Values(user["jiwoo"], user["bora"], user["hana"]),
        "labels": Values(["a", "옛"], ["a", "새"], ["a", "옛", "남"], merges=True),
        "components": Values(
            [{"name": "Deploy"}],
            [{"name": "Deploy"}, {"name": "Monitor"}],
            [],
            merges=True,
        ),
        "versions": Values([{"name": "1.0"}], [{"name": "2.0"}], [{"name": "1.0"}], merges=True),
        "fixVersions": Values([], [{"name": "1.0"}], [{"name": "2.0"}], merges=True),
        "duedate": Values("2027-01-01", "2027-02-02", "2027-03-03"),
        "timetracking": Values(
            {"originalEstimate": "1h", "remainingEstimate": "1h"},
            {"originalEstimate": "3h", "remainingEstimate": "2h"},
            {"originalEstimate": "5h", "remainingEstimate": "5h"},
        ),
        "customfield_10016": Values(1, 2.5, 3),
        SPRINT: _three(SPRINTS),
        "customfield_20001": Values("옛", "새", "남"),
        "customfield_20002": Values(text("옛 *글*"), text("새 글"), text("남")),
        "customfield_20003": Values("2027-01-01", None, "2027-03-03"),
        "customfield_20004": Values(
            "2027-01-01T10:00:00.000+0900",
            "2027-01-02T10:00:00.000+0900",
            "2027-01-03T10:00:00.000+0900",
        ),
        "customfield_20005": _three(option),
        "customfield_20006": Values(option[:1], option[:2], [option[0], option[2]], merges=True),
        "customfield_20007": Values(
            {"id": "200", "child": {"id": "201"}},
            {"id": "200", "child": {"id": "202"}},
            {"id": "210", "child": {"id": "211"}},
        ),
        "customfield_20008": Values(user["jiwoo"], user["bora"], user["hana"]),
        "customfield_20009": Values(
            [user["jiwoo"]], [user["bora"]], [user["jiwoo"], user["hana"]], merges=True
        ),
        "customfield_20010": _three(named),
        "customfield_20011": Values(named[:1], named[:2], [named[0], named[2]], merges=True),
        "customfield_20012": Values({"name": "1.0"}, {"name": "2.0"}, None),
        "customfield_20013": Values(
            "https://a.example", "https://b.example/한글", "https://c.example"
        ),
        "customfield_20014": Values(option[:1], [], [option[0], option[2]], merges=True),
        "customfield_20015": _three(option),
        "customfield_20016": Values(["x"], ["x", "y"], ["x", "z"], merges=True),
        "resolution": Values({"name": "Done"}, {"name": "Duplicate"}, {"name": "Won't Do"}),
        "security": Values({"id": "300"}, {"id": "301"}, {"id": "302"}),
    }
    if site.flavour == "cloud":
        found["parent"] = _three([{"key": key} for key in epics])
    else:
        found["customfield_10014"] = _three(epics)
    return found
