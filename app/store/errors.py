"""What can go wrong with the store: the files that the service keeps beside the library.

FirstseenError
  StoreUnusable        a damaged one, one of a newer version, no space left
    StoreBusy          another process was writing for longer than we waited
    StoreInUse         another service runs on the same folder
  CheckUnknown         no check of that id, or not this key's
  CheckEnded           it is in a state that never changes again
  RequestDiffers       an idempotency key that was used for another request
  QueueFull            as many checks wait as the settings allow
  WorkerFailed         a worker process did not start
  KeyNotUnderstood     a name or scopes that are not valid
  KeyUnknown           no key of that id
  KeyEnded             a key that was revoked or has expired, and is to be rotated
  HeadNotUnderstood    not a head as the audit log prints it
  DecisionUnknown      no decision of that id
  DecisionNotOurs      another key's decision
  DecisionWithdrawn    its author withdrew it before
  AlertUnknown         no alert of that id
  NotRevealed          this key may not see that now
  RowDamaged           what is stored of one check is damaged; the others are not touched
  NotKept              the fingerprint of an item or clip is not stored (any more)
"""

from typing import Literal

from hashing.errors import FirstseenError
from hashing.message import Message, Param

type StoredPart = Literal["report", "fingerprint", "search", "evidence", "frame", "upload"]


class StoreUnusable(FirstseenError):
    """The store cannot be used; the message says why and what was left unharmed. Exit code 4."""


class StoreBusy(StoreUnusable):
    """Another process was writing for as long as we waited."""


class StoreInUse(StoreUnusable):
    """Another service runs on this data folder."""


class CheckUnknown(FirstseenError):
    """There is no check of this id, or it is another key's: the answer is the same for both."""


class CheckEnded(FirstseenError):
    """The check is done, failed or cancelled, and stays so."""


class RequestDiffers(FirstseenError):
    """The idempotency key was used before, for something else."""


class QueueFull(FirstseenError):
    """As many checks wait as the settings allow; nothing was taken on."""


class WorkerFailed(FirstseenError):
    """A worker process did not start; no check is to blame."""


class RowDamaged(FirstseenError):
    """What is stored of one check is damaged; the message says what. Exit code 4."""

    def __init__(self, what: StoredPart, check: str, clip: str = "", name: str = "") -> None:
        """check: its id. clip, name: whose evidence it is, and which frame, where it is that."""
        params: dict[str, Param] = {"check": check}
        params |= {key: value for key, value in (("clip", clip), ("name", name)) if value}
        super().__init__(Message(f"error-stored-{what}", params))
        self.what = what
        self.check = check
        self.clip = clip
        self.name = name


class KeyNotUnderstood(FirstseenError):
    """The name or the scopes of a new key are not valid; the message says what is expected."""


class KeyUnknown(FirstseenError):
    """There is no key of this id."""


class KeyEnded(FirstseenError):
    """The key was revoked or has expired: it gets no new secret."""


class HeadNotUnderstood(FirstseenError):
    """The text is no head of an audit log."""


class DecisionUnknown(FirstseenError):
    """There is no decision of this id."""


class DecisionNotOurs(FirstseenError):
    """Another key made this decision."""


class DecisionWithdrawn(FirstseenError):
    """Its author withdrew it before."""


class AlertUnknown(FirstseenError):
    """There is no alert of this id."""


class NotRevealed(FirstseenError):
    """This key may not see this of this check now."""


class NotKept(FirstseenError):
    """The fingerprint or preview frames of an item or clip are not stored, or no longer."""
