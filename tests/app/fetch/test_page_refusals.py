"""What stands between a link and its video, and what is said of it."""

import pytest

from app.fetch.page_refusals import OBSTACLES, obstacle
from app.messages.catalogue import text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("[youtube] x: Sign in to confirm your age. This video may be inappropriate", "age"),
        ("[youtube] x: Sign in to confirm you’re not a bot. Use --cookies", "bot"),
        ("[x] This video is not available from your location due to geo restriction", "region"),
        ("[youtube] x: The uploader has not made this video available in your country", "region"),
        ("[x] This video is DRM protected", "drm"),
        ("[youtube] x: Private video. Sign in if you've been granted access", "private"),
        ("[x] This video is only available for subscribers", "members"),
        ("[vimeo] This video is protected by a password, use --video-password", "password"),
        ("[Instagram] x: Requested content is not available, login required", "login"),
        ("[x] This video is only available for registered users", "login"),
        ("[youtube] x: Video unavailable. This video has been removed by the uploader", "removed"),
        ("[generic] Unable to download webpage: HTTP Error 404: Not Found", "removed"),
        ("Unsupported URL: https://example.org/", "not_supported"),
        ("[twitter] x: No video could be found in this tweet", "no_video"),
        ("Unable to download webpage: HTTP Error 403: Forbidden", "refused"),
        ("[x] x: Unable to extract data; please report this issue", "unknown"),
    ],
)
def test_the_obstacle_is_known_by_its_words(error: str, expected: str) -> None:
    assert obstacle(error) == expected


@pytest.mark.parametrize("why", [*OBSTACLES, "unknown"])
def test_each_obstacle_says_what_to_do_next(why: str) -> None:
    said = text("error-fetch-no-video", host="example.org", why=why)
    assert "example.org" in said
    assert any(word in said for word in ("save", "Save", "extension", "another copy"))
    assert not any(word in said for word in ("--", "ERROR", "cookies"))
