"""A draft that an agent left lying reaches a reviewer by itself, and only then."""

from dataclasses import replace

from gateway.operations import receiving, reviewing
from tests.house import House
from tests.journeys.staging import changed, fresh, start


def test_an_idle_draft_is_sealed_and_never_lost(built: House) -> None:
    key, task = fresh(built), start(built, "idle")
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "두고 간 초안"}})
    gateway, before = built.gateway, built.snapshot()
    try:
        # Just written: with the usual half hour it stays a draft.
        assert receiving.seal_idle(gateway) == 0
        gateway.settings = replace(gateway.settings, idle_minutes=0)
        assert receiving.seal_idle(gateway) == 0, "0 means never"
        gateway.settings = replace(gateway.settings, idle_minutes=0.001)
        assert receiving.seal_idle(gateway) >= 1
        assert receiving.seal_idle(gateway) == 0
    finally:
        gateway.settings = replace(gateway.settings, idle_minutes=30.0)
    shown = [reviewing.view(gateway, one) for one in built.fetch()]
    [draft] = [one for one in shown if one.agent == "agent-idle"]
    assert [one.wants for one in draft.issues[0].changes] == ["두고 간 초안"]
    assert changed(before, built.snapshot()) == {}
    assert task.read(f"issue/{key}")["fields"]["summary"] == "두고 간 초안"
