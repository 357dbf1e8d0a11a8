"""What can go wrong with the store: the files that the service keeps beside the library.

FirstseenError
  StoreUnusable         a damaged one, one of a newer version, no space left
    StoreBusy           another process was writing for longer than we waited
    StoreInUse          another service runs on the same folder
  CheckUnknown         no check of that id, or not this key's
  CheckEnded           it is in a state that never changes again
  RequestDiffers       an idempotency key that was used for another request
  QueueFull            as many checks wait as the settings allow
  WorkerFailed         a worker process did not start
  KeyNotUnderstood     a name or scopes that cannot be
  KeyUnknown           no key of that id
  HeadNotUnderstood    not a head as the audit log prints it
"""

from hashing.errors import FirstseenError


class StoreUnusable(FirstseenError):
    """The store cannot be used; the message says why and what was left unharmed. Exit code 4."""


class StoreBusy(StoreUnusable):
    """Another process was writing all the time that we waited."""


class StoreInUse(StoreUnusable):
    """Another service holds this data folder."""


class CheckUnknown(FirstseenError):
    """There is no check of this id, or it is another key's, which is not told apart."""


class CheckEnded(FirstseenError):
    """The check is done, failed or cancelled, and stays so."""


class RequestDiffers(FirstseenError):
    """The idempotency key was used before, for something else."""


class QueueFull(FirstseenError):
    """As many checks wait as the settings allow; nothing was taken on."""


class WorkerFailed(FirstseenError):
    """A worker process did not start; says nothing about any check."""


class KeyNotUnderstood(FirstseenError):
    """A key was asked for in a way that cannot be; the message says what is known."""


class KeyUnknown(FirstseenError):
    """There is no key of this id."""


class HeadNotUnderstood(FirstseenError):
    """The text is no head of an audit log."""


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
