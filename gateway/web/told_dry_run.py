"""The sentences of a dry run, as texts of the catalogue (see ``told.py``)."""

from gateway.web.language import N_

#: ``%(…)s`` stands for a value.
DRY_RUN: tuple[str, ...] = (
    N_("Leave the change out, or send the change set back."),
    N_("It was written before, and is not sent again."),
    N_("A person left it out, so it is not sent."),
    N_("Jira has it already; nothing would be written."),
    N_("The rest can be checked when the new issue exists."),
    N_("It can be checked when the requests before it have gone through."),
    N_("%(issue)s could not be read in Jira just now, so nothing can be checked."),
    N_("Try again; if it stays so, run 'airlock doctor --jira'."),
    N_("Somebody changed it in Jira since: %(fields)s."),
    N_("%(who)s may not do this in %(place)s (%(permission)s)."),
    N_("Ask a Jira administrator for it, or leave the change out."),
    N_("Jira did not tell whether %(who)s may do this in %(place)s (%(permission)s)."),
    N_("If it may not, Jira will refuse the request and change nothing."),
    N_("The field %(field)s does not exist in this Jira any more."),
    N_("The field %(field)s cannot be set there in Jira."),
    N_("%(field)s: the account %(account)s does not exist in Jira."),
    N_("%(field)s: the account of %(name)s is deactivated."),
    N_("%(field)s: Jira does not offer %(value)s there any more."),
    N_("Jira asks for %(field)s there, and the change does not fill it in."),
    N_("Send the change set back, so that the agent fills it in."),
    N_(
        "The account that writes is no agent of the service project, so its comment could only "
        "be public."
    ),
    N_("Leave the comment out, or have a Jira administrator make the account an agent."),
    N_("Jira takes no comment together with this any more."),
    N_("Leave the comment out, or send the change set back."),
    N_("Jira did not tell which fields can be set on %(issue)s."),
    N_("Jira did not tell which fields a new issue has in %(project)s."),
    N_("Issues of this type cannot be created in project %(project)s."),
    N_("Jira did not tell which transitions it offers."),
    N_("Jira offers no transition from here to %(status)s now."),
    N_("Look at it in Jira before you promote."),
    N_("Jira did not tell whether it takes attachments."),
    N_("This Jira takes no attachments."),
    N_("The file has %(size)s bytes, and Jira takes %(limit)s at most."),
    N_("Jira does not have this type of link any more."),
    N_("The other issue does not exist in Jira, or is hidden from us."),
    N_("The sprint does not exist in Jira any more."),
    N_("The sprint is closed."),
    N_("Nothing is written before that is put right."),
    N_("It was approved for another Jira than the one that is connected."),
    N_("Promote that one first."),
    N_("Ask whoever runs it for credentials that may write."),
    N_("Then open the promotion again: that makes a new dry run."),
    # what is filled in later, as the end of a sentence
    N_("our mark, by which a lost answer is found again"),
    N_("the id that Jira then offers for the same target status"),
    N_("the id of the issue that request %(number)s creates"),
    N_("the key of the issue that request %(number)s creates"),
    N_("the id of the issue that an earlier change set creates"),
    N_("the key of the issue that an earlier change set creates"),
)
