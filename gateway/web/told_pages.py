"""Refusals about remarks and settings, as texts of the catalogue (see ``told.py``)."""

from gateway.web.language import N_

PAGE_SENTENCES: tuple[str, ...] = (
    N_("This cannot be chosen."),
    N_("Open the page again and choose there."),
    N_("Mails of your own are not sent to this address."),
    N_("Take one of your company's domains, as the administrator named them."),
    N_("Nothing was written."),
    N_("Write what you want to say."),
    N_("Ask somebody who may review."),
)
