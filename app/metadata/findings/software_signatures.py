"""What known programs and platforms write into files, and how sure each sign is. Pure.

sure      the program writes this and nobody else is known to
likely    read in files from there; other programs could write it
possible  a habit shared by several sources

A sign says what the file went through, as far as its metadata were not copied or made up. It says
nothing about whether the content was altered: platforms re-encode everything that they serve.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.metadata.types import Credentials, Fields, Value
from hashing.message import Message

type Sureness = Literal["sure", "likely", "possible"]
type TraceKind = Literal["device", "platform", "editor", "encoder", "screen", "ai"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One row of the table. `where` limits it to fields whose name ends so."""

    pattern: re.Pattern[str]
    name: str | Message  # a product's own, or what kind it is; "" for what the pattern matched
    kind: TraceKind
    sureness: Sureness
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A sign that a file has. `matched` is the matching piece alone, never the whole value."""

    sign: Sign
    field: str
    matched: str


def _program(which: str) -> Message:
    """A program that is known by its kind, or as one of several. which: selector of `program`."""
    return Message("program", {"program": which})


def sign(
    pattern: str, name: str | Message, kind: TraceKind, sureness: Sureness = "sure", *where: str
) -> Sign:
    return Sign(re.compile(pattern, re.IGNORECASE), name, kind, sureness, where)


# Sources: the programs' own output, exiftool's tag names (Phil Harvey), IPTC's social media tests,
# and the files of this project's benchmark.
SIGNS: tuple[Sign, ...] = (
    # devices: what writes this before anything else has touched the file
    sign(r"^(VideoHandle|SoundHandle|MetaHandle)$|com\.android\.version", _program("android"),
         "device", "likely", "handler_name", "com.android.version"),
    sign(r"^Core Media (Video|Audio|Metadata)$", _program("apple"), "device", "likely",
         "handler_name"),
    sign(r"GoPro (AVC|H\.?265|AAC|TCD|MET|SOS)", _program("gopro"), "device", "sure",
         "handler_name"),
    sign(r"\bDJI[. ](AVC|HEVC|Meta|Subtitle|AAC)|^DJI\b", _program("dji"), "device", "sure",
         "handler_name", "encoder"),
    # platforms
    sign(r"Twitter-vork muxer", "Twitter/X", "platform", "sure", "handler_name"),
    sign(r"Vimeo Artax \w+ Handler", "Vimeo", "platform", "sure", "handler_name"),
    sign(
        r"ISO Media file produced by Google", _program("google"), "platform",
        "sure", "handler_name",
    ),
    sign(r"^FBMD[0-9a-f]{8,16}", _program("meta"), "platform", "sure",
         "SpecialInstructions"),
    sign(r"Bilibili XCoder", "Bilibili", "platform"),
    sign(r"^vid:v\w{10}", _program("tiktok"), "platform", "likely", "comment", "©cmt"),
    sign(r"aigc_info|bytedance", _program("bytedance"), "platform", "likely"),
    sign(r"\b(TikTok|Douyin|musical\.ly)\b", _program("tiktok"), "platform", "likely"),
    sign(r"\b(Instagram|WhatsApp|Telegram|Snapchat|Facebook|YouTube|Kwai|Likee)\b", "", "platform",
         "likely"),
    sign(r"\bbeam\b", "WhatsApp", "platform", "possible", "boxes"),
    # editors of moving pictures
    sign(r"Adobe (Premiere[\w ]*|Media Encoder|After Effects)", "", "editor"),
    sign(r"Final Cut Pro|iMovie", "", "editor"),
    sign(r"DaVinci Resolve", "", "editor"),
    sign(r"CapCut|JianYing|lemon8", "CapCut", "editor"),
    sign(r"\bInShot\b", "InShot", "editor"),
    sign(
        r"KineMaster|Filmora|VivaVideo|PowerDirector|Movie Maker|VEGAS Pro|Avid Media Composer|"
        r"Kdenlive|Shotcut|OpenShot|Clipchamp|Camtasia",
        "", "editor",
    ),
    # editors of stills
    sign(r"Adobe (Photoshop[\w ]*|Lightroom[\w ]*|Illustrator|Firefly)", "", "editor"),
    sign(
        r"GIMP|Snapseed|PicsArt|Canva\b|Pixlr|Affinity Photo|Paint\.NET|Photopea|FaceApp|Facetune|"
        r"Meitu|BeautyPlus|VSCO|Lensa|Capture One|darktable|RawTherapee|GraphicConverter",
        "", "editor",
    ),
    sign(r"Microsoft (Windows Photo|Windows Live Photo|Photos|Photo)[\w ]*", "", "editor"),
    sign(r"ACDSee|Picasa|Photo Mechanic|FotoStation|XnView|IrfanView", "", "editor", "sure"),
    # encoders that many others use
    sign(r"\bLav[fc]\d+(\.\d+)*", "FFmpeg", "encoder"),
    sign(r"HandBrake", "HandBrake", "encoder"),
    sign(r"\bGPAC\b|L-SMASH|mp4v2|MEncoder|GStreamer|VLC", "", "encoder"),
    sign(r"ImageMagick|GraphicsMagick|gd-jpeg|libvips|Skia", "", "encoder"),
    sign(r"\bx26[45]\b", "", "encoder"),
    # screens
    sign(r"ReplayKitRecording", _program("ios-recording"), "screen"),
    sign(r"^Screenshot$|^ASCII.{0,5}Screenshot$", _program("screenshot"), "screen", "sure",
         "UserComment", "Description"),
    sign(r"\b(OBS Studio|Bandicam|Camtasia|ShareX|Greenshot|Snagit|Loom|ScreenFlow|"
         r"AZ Screen Recorder|XRecorder|gnome-screenshot|Spectacle)\b", "", "screen", "likely"),
    # makers of synthetic pictures
    sign(
        r"Midjourney|DALL[·\-. ]?E|OpenAI|Stable ?Diffusion|ComfyUI|InvokeAI|NovelAI|"
        r"Leonardo\.Ai|Ideogram|Adobe Firefly|Imagen \d|Made with Google AI|"
        r"Runway(ML)?\b|\bPika Labs|\bSora\b|Kling ?AI|Luma Dream Machine|Synthesia|HeyGen",
        "", "ai", "likely",
    ),
    sign(r"\bSteps: \d+, Sampler: ", _program("stable-diffusion"), "ai", "sure", "parameters"),
)  # fmt: skip

# fields that tell what made or changed the file; free texts such as captions are left alone
TELLING = (
    "software", "encoder", "handler_name", "creatortool", "softwareagent", "©too", "©swr", "©enc",
    "©cmt", "comment", "specialinstructions", "originatingprogram", "isft", "jpeg comment",
    "parameters", "usercomment", "author", "source", "credit", "historysoftware", "x:xmptk",
    "processingsoftware", "producer", "creator tool", "description", "generator",
    "com.apple.quicktime.comment", "vendor_id", "application", "muxing_app", "writing_app",
)  # fmt: skip

NAMES_THAT_TELL = (
    "aigc_info",
    "bytedance.info",
    "com.android.version",
)  # whose presence is the sign


def traces(fields: Fields, credentials: Credentials) -> tuple[Trace, ...]:
    """Every sign that the file has, each program once, in the table's order."""
    traces_by_name: dict[str, Trace] = {}
    for sign in SIGNS:
        for field, value in telling(fields, credentials):
            if sign.where and not field.endswith(sign.where):
                continue
            matched = sign.pattern.search(value)
            if matched:
                trace = Trace(sign, field, matched[0][:80])
                traces_by_name.setdefault(str(sign.name) or matched[0].lower(), trace)
    return tuple(traces_by_name.values())


def telling(fields: Fields, credentials: Credentials) -> Iterator[tuple[str, str]]:
    """(group and name, text) of the fields that speak of programs."""
    for group, values in fields.items():
        for name, value in values.items():
            if group == "boxes" and name == "boxes":
                yield "boxes", " ".join(strings(value))
            elif name.lower().endswith(NAMES_THAT_TELL):
                yield f"{group} {name}", name
            elif name.lower().endswith(TELLING):
                for text in strings(value):
                    yield f"{group} {name}", text
    if credentials.generator:
        yield "c2pa generator", credentials.generator
    for action in credentials.actions:
        yield "c2pa softwareAgent", str(action.get("softwareAgent", ""))


def strings(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
