"""What notifications say, in the installation's language; made into what sends them here."""

from gateway.notify_settings import Event
from gateway.notifying.sending import Sender
from gateway.operations.context import Gateway
from gateway.operations.delivering import Deliverer, Wording
from gateway.web.language import N_, Lang, Tongue

#: Event to its sentence; ``%(name)s`` is the change set's number, such as CS-7.
SENTENCES: dict[Event, str] = {
    Event.WAITING: N_("%(name)s waits for review."),
    Event.SECOND_APPROVER: N_("%(name)s was approved once and needs another approver."),
    Event.CONFLICT: N_("%(name)s meets a conflict: Jira changed meanwhile."),
    Event.PROMOTED: N_("%(name)s is promoted: everything was written to Jira."),
    Event.NEEDS_PERSON: N_("%(name)s needs a person: not everything went through."),
    Event.SENT_BACK: N_("%(name)s was sent back to the agent."),
    Event.MENTIONED: N_("Somebody calls you in %(name)s."),
    Event.TEST: N_("This is a test: notifications arrive here."),
}

#: Event to its name in lists.
EVENTS: dict[Event, str] = {
    Event.WAITING: N_("waits for review"),
    Event.SECOND_APPROVER: N_("needs another approver"),
    Event.CONFLICT: N_("a conflict was found"),
    Event.PROMOTED: N_("promoted"),
    Event.NEEDS_PERSON: N_("failed, or needs a person"),
    Event.SENT_BACK: N_("sent back"),
    Event.MENTIONED: N_("somebody is called by name"),
}
_INSTALLATION = N_("The gateway needs a person: everything is paused.")


def wording(tongue: Tongue) -> Wording:
    """Return what says an event in one language."""

    def say(event: Event, name: str) -> str:
        if not name and event is not Event.TEST:
            return tongue.gettext(_INSTALLATION)
        return tongue.gettext(SENTENCES[event], name=name)

    return say


def deliverer_of(gateway: Gateway) -> Deliverer:
    """Return what sends this gateway's notifications."""
    settings = gateway.settings
    say = wording(Tongue(Lang(settings.default_language)))
    return Deliverer(gateway, Sender(settings.notify), say)
