"""What can go wrong where people decide, are told of finds, or ask for what was kept.

FirstseenError
  DecisionUnknown      no decision of this id, or none that the caller may see
  DecisionNotOurs      only its author takes a decision back
  DecisionWithdrawn    it was taken back before
  AlertUnknown         no alert of this id, or of another key's check
  NotKept              what it takes was not kept, or is no longer
"""

from hashing.errors import FirstseenError


class DecisionUnknown(FirstseenError):
    """There is no decision of this id."""


class DecisionNotOurs(FirstseenError):
    """Another key decided this."""


class DecisionWithdrawn(FirstseenError):
    """Its author took it back before."""


class AlertUnknown(FirstseenError):
    """There is no alert of this id."""


class NotRevealed(FirstseenError):
    """This key may not see this of this check now."""


class NotKept(FirstseenError):
    """What was described of an item or clip was not kept, or is no longer."""
