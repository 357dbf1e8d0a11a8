"""What the contract's words mean to a reader, in one careful sentence each."""

from typing import Any, Final

from app.text.formatting import count, footage_length

RELATIONS: Final = {
    "exact": "The item is, byte for byte, a file that this library holds.",
    "copy": "The item shows the same footage as a known clip, "
    "re-encoded, resized or re-wrapped at most.",
    "excerpt": "The item is a piece of a known clip.",
    "longer": "The item holds a known clip and more. It may be the fuller original.",
    "edited": "The item shows the same footage as a known clip, with differences "
    "that were measured. They do not say which of the two was made first.",
    "composite": "The item joins footage of more than one origin; at least one part is known.",
}
UNDECIDED: Final = {
    "weak_match": "Something in the item resembles a known clip, too weakly to call. "
    "A person has to look.",
    "same_scene_other_recording": "This looks like the same place or event as a known clip, "
    "but another recording: from another camera, or at another time. It is not called a copy.",
    "too_little": "Too little of the item can be compared to decide. A person has to look.",
    "conflicting": "The evidence points in different directions. A person has to look.",
}
NONE: Final = (
    "Nothing in this library matched. That says nothing about whether the item is genuine, "
    "new, or correctly described."
)
UNREADABLE: Final = "The item could not be read, so nothing can be said about what it shows."
FINDINGS: Final = {
    "contradicted": "Contradicted",
    "partly_contradicted": "Partly contradicted",
    "not_contradicted": "Not contradicted",
    "not_checkable": "Cannot be checked",
}
KINDS: Final = {
    "captured": "captured, by the file's own word",
    "published": "published",
    "archived": "archived",
    "attested": "attested",
    "ingested": "added to this library",
}
SOUND: Final = {
    "kept": "Same sound",
    "replaced": "Other sound",
    "muted": "Sound removed",
    "shifted": "Sound shifted against the picture",
    "added": "Sound added where the known clip has none",
    "absent": "Neither has sound",
    "not_checked": "Sound not checked",
}
CREDENTIALS: Final = {
    "trusted": "The signature and the hashes hold, and the signer is on the trust list in use. "
    "That vouches for who signed, not for what the picture shows.",
    "valid": "The signature and the hashes hold, but nobody on the trust list vouches for the "
    "signer. Anyone can make such credentials, under any name.",
    "invalid": "The credentials do not fit the file: one of them was changed after signing, "
    "or the certificate does not hold.",
    "unreadable": "Credentials seem to be there and could not be read.",
}


def meaning(report: dict[str, Any]) -> str:
    """One sentence or two below the headline."""
    verdict = report.get("verdict")
    if verdict is None:
        return UNREADABLE
    relation = verdict["relation"]
    if relation == "undecided":
        return UNDECIDED.get(verdict.get("undecided") or "", UNDECIDED["weak_match"])
    if relation == "none":
        return f"{NONE} {_searched(report)}".strip()
    return RELATIONS[relation]


def _searched(report: dict[str, Any]) -> str:
    searched = report.get("searched")
    if not searched:
        return ""
    amount = (
        f"{count(searched['clips'], 'clip')} ({footage_length(searched['seconds'])} of footage)"
    )
    return f"{amount} were searched." if searched["clips"] != 1 else f"{amount} was searched."


def tone(report: dict[str, Any]) -> str:
    """Which of the page's four tones the verdict takes: known, unsure, nothing, unreadable."""
    verdict = report.get("verdict")
    if verdict is None:
        return "unreadable"
    if verdict["relation"] == "undecided":
        return "unsure"
    return "known" if verdict["matched"] else "nothing"
