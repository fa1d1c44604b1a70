"""What can go wrong with the real Jira, by whose fault it was.

The difference decides what promotion does next: *our fault* and *not sent* changed
nothing, *unknown* may have changed something and is never repeated blindly.
"""

from pydantic import JsonValue


class UpstreamError(Exception):
    """Jira did not do what was asked; ``sentence`` is fit for a person."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence; it never holds a credential or a field's value."""
        super().__init__(sentence)
        self.sentence = sentence


class OurFaultError(UpstreamError):
    """Jira refused the request (4xx) and says why; nothing was changed."""

    def __init__(self, status: int, messages: tuple[str, ...], errors: dict[str, str]) -> None:
        """Keep Jira's own words."""
        words = [*messages, *(f"{field}: {text}" for field, text in errors.items())]
        super().__init__(f"Jira answered {status}: {' '.join(words) or 'no reason given.'}")
        self.status = status
        self.messages = messages
        self.errors = errors


class NotSentError(UpstreamError):
    """The request certainly did not reach Jira, or Jira did not begin to work on it."""


class ThrottledError(NotSentError):
    """Jira asks us to wait; it did nothing."""

    def __init__(
        self, seconds: float, reason: str = "too many requests", *, per_issue: bool = False
    ) -> None:
        """Keep how long to wait, why, and whether for one issue alone."""
        super().__init__(f"Jira asks to wait {seconds:.0f} s: {reason}.")
        self.seconds = seconds
        self.reason = reason
        self.per_issue = per_issue


class OutcomeUnknownError(UpstreamError):
    """A write may or may not have happened: it has to be looked up, never repeated."""

    def __init__(self, sentence: str, *, stranger: bool = False) -> None:
        """Keep whether it was answered as to somebody else: then everything stops."""
        super().__init__(sentence)
        self.stranger = stranger


class IdentityLostError(UpstreamError):
    """Jira no longer answers as the account we connected with."""


class WrongUpstreamError(IdentityLostError):
    """This address is not the kind of Jira that this gateway may talk to."""


class UnreadableError(UpstreamError):
    """A read was answered with something that is not Jira's JSON."""


def reasons(body: JsonValue) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return messages and field errors of an error body, in any of Jira's shapes."""
    if not isinstance(body, dict):
        return (), {}
    listed = body.get("errorMessages")
    messages = [str(one) for one in listed] if isinstance(listed, list) else []
    # Data Center's 401s and the OAuth front door say it in one word instead.
    messages += [str(body[name]) for name in ("message", "errorMessage") if body.get(name)]
    fields = body.get("errors")
    named = {str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {}
    return tuple(messages), named
