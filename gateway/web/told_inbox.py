"""Sentences about sets in the inbox: why one is not approved together with others."""

from gateway.web.language import N_

INBOX_SENTENCES: tuple[str, ...] = (
    N_("Somebody changed the same field in Jira."),
    N_("Something was seen in it that is worth a look."),
    N_("Its approval takes a second confirmation."),
    N_("An undo would not put all of it back."),
    N_("Somebody has already left out or edited a part of it."),
    N_("It answers what a person wrote about the round before."),
    N_("It is not what the inbox showed any more."),
    N_("Open it and decide about it there."),
    N_("Nothing is left to do about it."),
    N_("A saved view needs a name."),
    N_("Write a word or two."),
    N_("There are as many saved views as there can be."),
    N_("Remove one."),
    N_("Somebody else took it or let it go meanwhile."),
    N_("Look who has it now."),
    N_("They may not decide about this change set."),
    N_("Choose somebody who may."),
    N_("You may decide nothing in one of these projects."),
    N_("In %(project)s, %(name)s may decide nothing."),
    N_("Give them a role there first, or leave it out."),
    N_("Follow those in which you are a reviewer."),
)
