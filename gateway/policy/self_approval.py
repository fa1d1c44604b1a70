"""How far the person an agent worked for may approve what it did."""

from enum import StrEnum


class SelfApproval(StrEnum):
    """What a policy can say of it."""

    #: Somebody else has to, whatever it is.
    NO = "no"
    #: Only what nothing was seen of, an undo puts back, and is about issues of theirs.
    HARMLESS = "harmless"
    #: Everything: an installation with a single person.
    YES = "yes"
