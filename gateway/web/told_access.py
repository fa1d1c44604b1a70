"""Sentences about a program that asks for access, for the catalogue."""

from gateway.web.language import N_

ACCESS_SENTENCES: tuple[str, ...] = (
    N_("'%(given)s' is no role. There are %(known)s; in a project: role@KEY."),
    N_("A person needs a name of 1 to %(most)s letters, on one line."),
    N_("'%(person)s' is here already. Give them other roles instead."),
    N_("Say what they may do, such as reviewer or viewer@WEB."),
    N_("'%(person)s' is the only admin. Make another one first."),
    N_("There is no project %(projects)s here. There are %(known)s."),
    N_("Nobody of this Jira is called '%(name)s'. Name them by account id."),
    N_("%(number)s people of this Jira are called '%(name)s'. Name them by account id."),
    N_("Nobody called '%(person)s' may sign in here. An admin can add them."),
    N_("No Jira account is known for you, so no agent can work for you."),
    N_("Connect your Jira account, or ask an admin to name it, then try again."),
    N_("No project was ticked."),
    N_("Tick at least one, or refuse."),
    N_("There is no such access of yours."),
    N_("Look at the list again."),
    N_("This page is not yours, or too old: nothing was allowed."),
    N_("Start again in the program that asked."),
    N_("There is no authorization server here."),
    N_("There is no such client, or its secret is wrong. Register again."),
    N_("This redirect address is not one of the client's."),
    N_("Clients whose answers go to %(host)s may not ask here (AIRLOCK_OAUTH_CLIENTS)."),
    N_("The client's document cannot be fetched from where it says it is."),
    N_("The client's document is not at a public address."),
    N_("The client's document is larger than %(most)s bytes."),
    N_("The client's document is not a JSON object."),
    N_("The document at this address names another client."),
    N_("A client with a document has to be a public one."),
    N_("A client's document has a plain https address."),
    N_("A client's document has a host name and a path."),
    N_("The client id is not an address."),
    N_(
        "Documents at %(host)s are not fetched here. Whoever runs the gateway can allow them: "
        "AIRLOCK_OAUTH_DOCUMENTS, and the host in AIRLOCK_OAUTH_CLIENTS."
    ),
)
