"""Format values for people: times, sizes, dates."""

from hashing.types import Seconds


def clock(seconds: Seconds | None) -> str:
    """1:02.3, or 1:00:02.3 from an hour on; an em dash for None."""
    if seconds is None:
        return "—"
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{rest // 10:02}.{rest % 10}"


def byte_size(count: int | None) -> str:
    """12.3 MB, in powers of ten; an em dash for None. count: bytes."""
    if count is None:
        return "—"
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1e3:.1f} kB"
    if count < 1_000_000_000:
        return f"{count / 1e6:.1f} MB"
    return f"{count / 1e9:.1f} GB"


def date_text(date: str) -> str:
    """2019-06-12T14:03:00+08:00 as 2019-06-12, 14:03:00 +08:00; other precisions as they are."""
    day, separator, time = date.partition("T")
    if not separator or not time:
        return date
    for zone in ("Z", "+00:00"):
        if time.endswith(zone):
            return f"{day}, {time.removesuffix(zone)} UTC"
    for sign in "+-":
        local, sign_in_time, offset = time.rpartition(sign)
        if sign_in_time:
            return f"{day}, {local} {sign}{offset}"
    return f"{day}, {time}"


def web_address(text: object) -> str | None:
    """The text where it is an http or https address, which may become a link; else None."""
    if isinstance(text, str) and text.lower().startswith(("https://", "http://")):
        return text
    return None
