"""Why a notification did not arrive, as texts of the catalogue (see ``told.py``)."""

from gateway.web.language import N_

NOTICE_TROUBLES: tuple[str, ...] = (
    N_("This channel is no longer in the settings."),
    N_("It cannot be reached (%(error)s)."),
    N_("It answered %(status)s, a redirect; none is followed."),
    N_("It answered %(status)s."),
    N_("The mail server answered %(status)s."),
    N_("The mail server refused it (%(error)s)."),
)
