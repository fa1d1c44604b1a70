"""Every point at which a promoter can die, as one enumeration.

The promoter calls its hook with a member of this enumeration and nothing else, so that
tests can stop it at each of them. ``tests/gateway/operations/test_matrix.py``
fails when a member has no test, and when a member is never reached.
"""

from enum import StrEnum


class Step(StrEnum):
    """What has just been done when the hook is called."""

    #: The claim is committed: the operation is ours for the length of a lease.
    CLAIMED = "claimed"
    #: The newest key of the project was read (new issues only); nothing is committed.
    KEY_READ = "key_read"
    #: Jira was read and compared with what was approved; nothing is committed.
    CHECKED = "checked"
    #: The intent is committed and the lease prolonged: the next thing that happens is the
    #: request itself, and from here on only a probe can say that nothing happened.
    INTENT = "intent"
    #: Jira's answer is here.
    SENT = "sent"
    #: It was read what the answer names.
    ANSWERED = "answered"
    #: The issue was read back.
    READ_BACK = "read_back"
    #: A write of unknown outcome was looked up; nothing is recorded yet.
    PROBED = "probed"
    #: The result is written, with its audit row, but not committed.
    RECORDING = "recording"
    #: The result is committed.
    FINISHED = "finished"
