"""Refusals about remarks, settings, large promotions, as catalogue texts (see ``told.py``)."""

from gateway.web.language import N_

PAGE_SENTENCES: tuple[str, ...] = (
    N_("This cannot be chosen."),
    N_("Open the page again and choose there."),
    N_("Mails of your own are not sent to this address."),
    N_("Take one of your company's domains, as the administrator named them."),
    N_("This writes to %(issues)s issues, and nothing was typed."),
    N_("This writes to %(issues)s issues, and another number was typed."),
    N_("Nothing was begun. Go back, look at what it touches, and type the number of issues."),
    N_("Nothing was written."),
    N_("Write what you want to say."),
    N_("Ask somebody who may review."),
)
