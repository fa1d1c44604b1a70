"""What was said about changes, as lines of the page: words alone, with who is called by name."""

from markupsafe import Markup

from gateway.review.called import CALL
from gateway.review.people import Person
from gateway.review.values import Remark, ReviewView
from gateway.web.language import Tongue
from gateway.web.page_values import RemarkLine
from gateway.web.reveal import reveal


def threads(view: ReviewView, tongue: Tongue, now: int) -> dict[str, tuple[RemarkLine, ...]]:
    """Return change id to its remarks, oldest first."""
    found: dict[str, list[RemarkLine]] = {}
    for one in view.remarks:
        found.setdefault(one.change, []).append(_line(one, tongue, now))
    return {change: tuple(lines) for change, lines in found.items()}


def is_called(view: ReviewView, person: Person) -> bool:
    """Return whether somebody else called a person by name or by what they sign in as."""
    own = {person.name, person.person}
    return any(own & {*one.called} for one in view.remarks if one.by != person.name)


def _line(remark: Remark, tongue: Tongue, now: int) -> RemarkLine:
    return RemarkLine(
        by=reveal(remark.by),
        agent=remark.agent,
        when=tongue.ago(remark.at, now),
        text=_text(remark),
    )


def _text(remark: Remark) -> Markup:
    pieces = (
        Markup('<b class="called">{}</b>').format(reveal(piece))
        if piece[:1] == "@" and piece[1:] in remark.called
        else reveal(piece)
        for piece in CALL.split(remark.text)
    )
    return Markup("").join(pieces)
