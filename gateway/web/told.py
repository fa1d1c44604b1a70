"""Sentences that come from the rooms below, in the reader's language.

Rules and promotion write English sentences, some with values in them. Each is listed
here as a text of the catalogue; a sentence that is not listed is shown as it came. A
test collects the sentences of those rooms and asks that every one is here.
"""

import re
from functools import cache, lru_cache

from gateway.web.language import N_, Tongue
from gateway.web.told_access import ACCESS_SENTENCES
from gateway.web.told_dry_run import DRY_RUN
from gateway.web.told_inbox import INBOX_SENTENCES
from gateway.web.told_notices import NOTICE_TROUBLES
from gateway.web.told_pages import PAGE_SENTENCES
from gateway.web.told_undo import UNDO_SENTENCES
from gateway.web.told_windows import WINDOW_SENTENCES

#: ``%(…)s`` stands for a value.
SENTENCES: tuple[str, ...] = (
    N_("Jira could not be read just now, so nothing can be compared with it."),
    N_(
        "Somebody changed the same field in Jira. Keep Jira's value, take the agent's, "
        "edit it, leave the change out or send it back."
    ),
    N_("A change is blocked by a rule. Edit it, leave it out or send it back."),
    N_("Jira has another value now: %(field)s."),
    N_("A value can be kept, taken, combined or edited."),
    N_("This kind of value cannot be edited here."),
    N_("Leave the change out or send it back."),
    N_("Jira requires a value here."),
    N_("Write one, or leave the change out."),
    N_("It takes one line of at most %(most)s characters."),
    N_("Write less."),
    N_("It takes a number."),
    N_("Write digits, with a point for fractions."),
    N_("It takes a date."),
    N_("Write it as 2026-12-24."),
    N_("A label has no spaces."),
    N_("Write commas between labels."),
    N_("'%(value)s' is not among the values that Jira offers."),
    N_("Choose one of those."),
    N_("Such a value has one version only."),
    N_("Keep, take or edit it."),
    N_("Nothing of the text would change."),
    N_("Leave the change out instead."),
    N_("Nothing would change in Jira."),
    N_("This answer does not belong to a sign-in that was begun here."),
    N_("The sign-in was not completed at the identity provider."),
    N_("None of your groups has a role here."),
    N_("The identity provider did not answer as one should."),
    N_("The identity provider cannot be reached. Try again in a minute."),
    N_("The identity provider's answer cannot be trusted, so nobody was signed in."),
    N_("No identity provider is set here."),
    N_("Only a person who signed in can decide; agents never do."),
    N_("This gateway only reads Jira, so it promotes nothing."),
    N_("Ask whoever runs it for credentials that may write, or make the change in Jira by hand."),
    N_(
        "Time can only be logged as %(person)s, who has connected no Jira account. "
        "Leave it out, or ask them to connect."
    ),
    N_(
        "Changes are written as the person the agent worked for, but %(person)s has connected "
        "no Jira account. Ask them to connect."
    ),
    N_(
        "Changes are written as the person who approves, but more than one has to. "
        "Set AIRLOCK_AUTHOR to service or requester."
    ),
    N_(
        "Changes are written as the person who approves, but you have connected no Jira "
        "account. Connect it, or ask somebody else to approve."
    ),
    N_("The Jira account %(account)s is not connected any more."),
    N_("No request of this change set can be written without mails."),
    N_("Jira decides by itself whom it notifies."),
    N_("Jira could not be asked whether mails can be left out."),
    N_("Try again in a moment."),
    N_("The account that writes may not keep Jira from sending mails."),
    N_("It takes the right to administer the project. Promote with mails."),
    N_("No OAuth app is set, so nobody can be asked for consent."),
    N_("Set ATLASSIAN_OAUTH_CLIENT_ID and ATLASSIAN_OAUTH_CLIENT_SECRET, or connect with a token."),
    N_("This answer of Atlassian belongs to no question of ours, or comes too late."),
    N_("Start again."),
    N_("No Jira account can be connected here."),
    N_("Ask whoever runs this gateway."),
    N_("Check what you entered, then try again."),
    N_("Atlassian no longer accepts this consent (%(why)s)."),
    N_("Jira no longer accepts our credentials (401)."),
    N_("There is no token."),
    N_("Paste one."),
    N_("This is the Jira account of %(name)s, not yours."),
    N_("Sign in to Jira as yourself, or ask an admin to correct your Jira account here."),
    N_("The consent is for %(sites)s, but this gateway serves %(site)s."),
    N_("Consent again and choose that site."),
    N_("Jira asks to be left alone for now: too many requests."),
    N_("Jira asks to be left alone for now: too many requests in a second."),
    N_("Jira asks to be left alone for now: the hourly budget of points is used up."),
    N_("Your role may look, but not do this."),
    N_("Ask somebody who may approve, or an admin for another role."),
    N_("This change set is not in a state in which that can be done."),
    N_("Open it again to see where it stands."),
    N_("This is not what you were shown any more."),
    N_("Look at the change set again, then decide."),
    N_("The agent needs a reason to learn from."),
    N_("Write in a sentence what is wrong."),
    N_("You have approved this already."),
    N_("Somebody else has to approve it too."),
    N_("The agent worked for you, and the policy wants another pair of eyes."),
    N_(
        "The agent worked for you, and an issue of this set is not yours, so somebody else "
        "approves it."
    ),
    N_(
        "The agent worked for you, and something was seen in this set, so somebody else "
        "approves it."
    ),
    N_(
        "The agent worked for you, and an undo would not put all of this set back, so somebody "
        "else approves it."
    ),
    N_("Ask somebody else to approve it, or leave that part out."),
    N_("Ask somebody else to approve it."),
    N_("Open the change set to see what stands in the way."),
    N_("Sign in first, with a password, your organisation's sign-in or a link."),
    N_("A change can be kept or left out."),
    N_("Choose one of the two."),
    N_("There is nothing to approve."),
    N_("There is no such file here."),
    N_("Open the change set again; a file that could not be had blocks its approval."),
    N_("Reject the set."),
    N_("Promotion writes to Jira, and your sign-in is older than 30 minutes."),
    N_(
        "Sign in again the way you did before, by password, by your organisation's sign-in or by "
        "a new link from the command 'airlock login'. Your approval is kept."
    ),
    N_("Nobody asked."),
    N_("Sign in."),
    N_("An approval of this digest is missing."),
    N_("Approve it again."),
    N_("The audit knows nothing of this approval."),
    N_("Somebody changed the database by hand. Find out who before anything is written."),
    N_("Somebody else decided about this change set in the meantime."),
    N_("It was approved with the digest that is shown now."),
    N_("%(who)s left out: %(what)s."),
    N_("%(who)s settled the value of: %(what)s."),
    N_("%(who)s kept: %(what)s."),
    N_("The page did not say what was shown."),
    N_("Jira was never read for %(issues)s."),
    N_("An earlier change set has to be promoted first: it creates %(issues)s."),
    N_("This link was used before, or is older than a day."),
    N_("The password that you have now is another one."),
    N_("The name or the password is wrong."),
    N_("There were too many wrong guesses. Try again in %(num)s min."),
    N_("The two passwords differ."),
    N_("A password needs at least %(num)s characters."),
    N_("A password has at most %(num)s characters."),
    N_("A password needs more than a few different characters."),
    N_("In Jira you could not do this yourself (%(what)s)."),
    N_("Ask somebody whom Jira allows it, or leave the change out."),
    N_("There is no such change set."),
    N_("Open the inbox to see what is waiting."),
    N_("Nobody called '%(name)s' may sign in here. An admin can add them."),
    N_("There is no %(what)s. Open the inbox to see what is waiting."),
    # why a set was refused on arrival
    N_("No token of '%(agent)s' for '%(person)s' is registered here."),
    N_("Register the agent, or find out who wrote this."),
    N_("Find out who wrote this."),
    N_("The set '%(set)s' is not of this agent's workspace '%(workspace)s'."),
    N_("The set has no changes, or two with the same id."),
    N_("Reject the set; the agent may propose again within its scope."),
    N_("%(issue)s is not a key for a new issue."),
    N_("It wants to replace a change set that is not this agent's."),
    N_("It wants to replace %(set)s, about which people have decided already."),
    N_("The seal does not fit the set: it was altered after it was sealed."),
    N_("One of its changes has an id that no sandbox gives."),
    N_("The set is for the site '%(site)s', which is not served here."),
    # what became of a request
    N_(
        "%(issue)s cannot be created: %(fields)s names an issue that is not there yet. "
        "Send it back."
    ),
    N_("It deletes something in Jira for good, and that takes a second confirmation."),
    N_("Customers will read it, and that takes a second confirmation."),
    N_("Tick the box beside the approval if you mean it."),
    N_("Deleting was switched off after it was approved."),
    N_(
        "An earlier request of this change set made %(who)s change %(fields)s. "
        "Nothing was written; a person has to decide."
    ),
    N_("Nobody knows what is to be deleted."),
    N_("The gateway no longer holds the file that was approved. Nothing was written."),
    N_(
        "It is in a service project now, and customers would read the comment. "
        "Send it back, so that it is planned anew."
    ),
    N_(
        "Jira took the comment, but shows it to customers although it was to be internal. "
        "Hide or delete it in Jira now."
    ),
    N_(
        "Jira took the comment, but nobody can tell whether customers see it. "
        "Look at it in Jira now."
    ),
    N_(
        "New issues name each other in a circle, so none can be created first. "
        "Leave one of them out."
    ),
    N_("Jira had it already; nothing was written."),
    N_("Jira offers no transition to the approved status any more."),
    N_("Jira took the request, but shows another value now for: %(fields)s."),
    N_("Jira took the request, but does not show the comment that came with it."),
    N_("%(issue)s was archived in Jira."),
    N_(
        "The security level of %(issue)s was changed in Jira, so others can see it than when it "
        "was read. Send it back, so that it is looked at anew."
    ),
    N_(
        "The account that writes is no agent of the service project, so its comment could only "
        "be public. Nothing was written."
    ),
    N_("It was written, but its comment is not there any more."),
    N_(
        "%(issue)s has the status already, so the comment that was to be written together "
        "with it has no place. Leave the status out and approve the rest anew."
    ),
    N_("Somebody changed it in Jira after it was approved: %(fields)s. Nothing was written."),
    N_("The comment no longer exists in Jira."),
    N_("%(issue)s no longer exists in Jira, or is hidden from us."),
    N_("%(issue)s was moved to project %(project)s."),
    N_("It was written, and changed again since by somebody else."),
    N_("It was written, and edited since by somebody else."),
    N_("Jira carries our mark, but not the values that were approved. Please look at it."),
    N_("Jira has it more than once: %(issues)s. Keep only one."),
    N_("Jira has one like it of the same change set already: %(name)s. Please look at it."),
    N_("Nothing waits here to go on."),
    N_("Only a promotion that a person began can be tried again here."),
    N_("Open the change set in a browser and decide there."),
    N_("Nothing has to be done."),
    N_(
        "%(finding)s This database came out of a backup, so everything is paused. "
        "See 'airlock restore-check' for how to go on."
    ),
    N_("The issue is gone, so nobody can look it up there."),
    N_("An earlier request of this change set did not go through."),
    N_("It needs another request of this change set, which did not go through."),
    N_("It needs another request of this change set, which was not written."),
    N_("It was sent again and again and never arrived. Please look at it in Jira."),
    N_("It may have been written before. Please look at it in Jira."),
    N_("So many issues are newer that not all were looked at. Please look for it in Jira."),
    N_("Jira shows no issue of project %(project)s now, but there are some."),
    N_("Jira shows the issue, but not what belongs to it."),
    N_("Jira has the comment more than once. Keep only one."),
    N_("Nobody knows what became of one of its requests."),
    N_("Look in Jira and say at that request whether it is there, then go on."),
    N_("That cannot be said about this request as it stands now."),
    N_("Open the promotion again to see where it stands."),
    N_("Which issue is it?"),
    N_("Write the key of the issue that you found."),
    N_("Jira shows us no issue of that key in the project."),
    N_("Look at the key in Jira, or have the request sent again."),
    N_("Jira could not be read just now."),
    N_("Try again in a while."),
    N_("Somebody decided about it just now."),
    N_("This is not what was approved."),
    N_("It is not what was approved: somebody altered it in the database."),
    N_("It names a new issue that does not exist in Jira yet."),
    N_("It was sent twice and cannot be found. Please look for it in Jira."),
    N_("Its change set is not being promoted."),
    N_("Jira answered %(status)s."),
    N_("Jira could not be reached (%(error)s)."),
    N_("Jira's answer did not arrive (%(error)s)."),
    N_("The way to Jira is closed (%(error)s)."),
    N_("Jira no longer accepts our credentials (401)."),
    # what a dry run found
    *DRY_RUN,
    # why an undo is not made, and what one leaves
    *UNDO_SENTENCES,
    *INBOX_SENTENCES,
    *PAGE_SENTENCES,
    *WINDOW_SENTENCES,
    *ACCESS_SENTENCES,
    # why a notification did not arrive
    *NOTICE_TROUBLES,
    # why no token was made
    N_("An agent needs a name of 1 to 100 characters."),
    N_("Choose one."),
    N_("A token lives for more than 0 and at most 366 days."),
    N_("Choose less."),
    N_("Project %(projects)s is not taken in from this site."),
    N_("Choose among: %(projects)s."),
    N_("'%(person)s' means %(count)s accounts of this site."),
    N_("'%(person)s' is not an account of this site."),
    N_(
        "Name the person by account id, user key, user name or e-mail address as in Jira; "
        "somebody new there is known here after the next intake."
    ),
    N_("Nothing has been taken in from Jira yet."),
    N_("Run the first intake."),
    # what is wrong with the audit
    N_("Audit row %(row)s is missing: the next one found is %(found)s."),
    N_("Audit row %(row)s does not follow the row before it."),
    N_("Audit row %(row)s was altered."),
    N_("Audit row %(row)s is not signed."),
    N_("Audit row %(row)s is signed by another key than this installation's."),
    N_("The audit says that this approval was taken back."),
    N_("The audit ends at row %(row)s, but its head says %(head)s."),
)


@lru_cache(maxsize=1024)
def in_tongue(sentence: str, tongue: Tongue) -> str:
    """Return a sentence from below in the reader's language, or as it came."""
    return _whole(sentence, tongue) or _in_parts(sentence, tongue) or sentence


def _whole(sentence: str, tongue: Tongue) -> str:
    for text, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return tongue.gettext(text, **found.groupdict())
    return ""


def _in_parts(sentence: str, tongue: Tongue) -> str:
    """Translate two sentences that stand together: what happened, what to do next."""
    for end in re.finditer(r"[.] ", sentence):
        first = _whole(sentence[: end.start() + 1], tongue)
        second = _whole(sentence[end.end() :], tongue)
        if first and second:
            return f"{first} {second}"
    return ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((text, re.compile(_pattern(text), re.DOTALL)) for text in SENTENCES)


def _pattern(text: str) -> str:
    pieces = re.split(r"%\((\w+)\)s", text)
    return "".join(
        re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>.+?)" for at, piece in enumerate(pieces)
    )
