"""What the sheet before promotion gets: finished values."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.web.page_values import ChangeSetPage, Chip


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the dry run found."""

    look: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One request in the order in which it is written."""

    issue: str
    kind: str
    line: Markup
    look: str
    remarks: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is said before somebody promotes."""

    page: ChangeSetPage
    #: As whom it is written.
    authors: tuple[str, ...]
    #: Whom Jira tells.
    notifies: Markup
    order: tuple[OrderLine, ...]
    #: What the dry run comes to, and when it was made.
    verdict: Chip
    checked: str
    remarks: tuple[Said, ...]
    #: Whether that stops the promotion.
    blocked: bool
    #: How many issues are touched; whether that is to be typed, or asked twice on a phone.
    issues: int
    typed: bool
    twice: bool
