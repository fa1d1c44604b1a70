"""Sentences about freeze windows and chosen times (see ``told.py``)."""

from gateway.web.language import N_

WINDOW_SENTENCES: tuple[str, ...] = (
    N_("Somebody stopped the promotion before it was begun."),
    N_("There are as many windows as there can be."),
    N_("End one first."),
    N_("This window has ended already."),
    N_("Look at the list again."),
    N_("The time that was chosen is over already."),
    N_("Choose a later one, or none."),
    N_("A set waits for 90 days at most."),
    N_("Choose an earlier time, or promote later."),
    N_("A window needs a reason of 1 to 200 characters."),
    N_("Say it in a few words."),
    N_("A weekly window goes from a weekday and time to another."),
    N_("Write them like Fri 18:00."),
    N_("A window has to end after it begins."),
    N_("Choose another beginning or end."),
    N_("A window lasts a year at most."),
    N_("Choose an earlier end."),
    N_("This is no date and time."),
    N_("Write it like 2026-12-24T18:00, in the zone that stands beside it."),
    N_("There is no time zone of this name."),
    N_("Write it like Asia/Seoul or UTC."),
    N_("There is no such project here."),
    N_("Choose one of the list, or all of them."),
)
