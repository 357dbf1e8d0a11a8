"""Why yt-dlp could not get a page's video, by the words of its error. Pure.

Its own words never reach a person: they name options of a program that nobody here has started.
What a person needs is the kind of obstacle, since it decides what to do next.
"""

import re
from typing import Literal

type Obstacle = Literal[
    "age", "bot", "region", "drm", "private", "members", "password", "login", "removed",
    "not_supported", "no_video", "refused", "unknown",
]  # fmt: skip

# The first that fits: a sign-in for the age stands before any other sign-in, a region before what
# is merely "not available". Words of yt-dlp's extractors, as of 2026.10.
WORDS: dict[Obstacle, str] = {
    "age": r"\bage\b|age[- ](restrict|verif|gate|limit)|adult|nsfw|mature|18\+|after 22:00",
    "bot": r"not a bot|captcha|are you human|cloudflare|anti-?bot|impersonat",
    "region": r"geo.?(restrict|block)|(your|this) (country|region|location|area)|"
    r"(country|region|location) restrict",
    "drm": r"\bDRM\b",
    "private": r"\bprivate\b|protected (account|tweet)|not authori[sz]ed to view",
    "members": r"subscri|premium|\bmembers?\b|membership|\bVIP\b|\bpaid\b|purchas|\brent(al)?\b|"
    r"tickets?\b|pay-?per-?view",
    "password": r"password",
    "login": r"log(ged)?[- ]?in|sign(ed)?[- ]?in|registered users|cookies|account|credentials|"
    r"authenticat|authori[sz]ed?\b|HTTP Error 401",
    "removed": r"removed|deleted|no longer|terminat|expired|taken down|suspend|not exist|n't exist|"
    r"HTTP Error 4(04|10)|not found|unavailable|not available|blocked",
    "not_supported": r"Unsupported URL|not a valid URL|No suitable extractor",
    "no_video": r"no (video|media|formats?|playable)|n't (have|contain|any)|not a video",
    "refused": r"HTTP Error (403|429|5\d\d)|Forbidden|Too Many Requests",
}
OBSTACLES = {name: re.compile(words, re.IGNORECASE) for name, words in WORDS.items()}


def obstacle(error: str) -> Obstacle:
    """What stands in the way, by yt-dlp's last error; `unknown` where its words say no more."""
    return next((name for name, words in OBSTACLES.items() if words.search(error)), "unknown")
