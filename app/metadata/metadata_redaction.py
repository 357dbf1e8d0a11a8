"""Metadata without what could point at a person or a place: for everything shown to others. Pure.

Names differ from maker to maker, so this is a list of what may be shown, not of what may not.
What is not on it is withheld: named where the name comes from a fixed vocabulary or is a known
one, otherwise only counted, since anyone may put a name into a name. Shown values must look like
what they are: a date like a date, a program like a program, without paths, addresses or places.
"""

import re
from dataclasses import replace

from app.metadata.readers.xmp import PREFIXES
from app.metadata.types import Credentials, Fields, Group, Value
from hashing.message import Message, verbatim

WITHHELD = "withheld"


def names(words: str) -> frozenset[str]:
    return frozenset(words.split())


DATES = names(
    """datetime datetimeoriginal datetimedigitized offsettime offsettimeoriginal
    offsettimedigitized subsectime subsectimeoriginal subsectimedigitized createdate modifydate
    metadatadate datecreated timecreated digitalcreationdate digitalcreationtime releasedate
    creation_time modification_time date time time_utc creationdate idit icrd ©day when
    com.apple.quicktime.creationdate gpsdate datestamp"""
)
PROGRAMS = names(
    """make model software creatortool encoder handler_name softwareagent ©too ©swr ©mak ©mod
    com.apple.quicktime.make com.apple.quicktime.model com.apple.quicktime.software isft xmptk
    originatingprogram programversion lensmake lensmodel com.android.version major_brand
    compatible_brands boxes codec type format form handler_type vendor_id language digitalsourcetype
    boxes action"""
)
NUMBERS = names(
    """orientation exposuretime fnumber isospeedratings photographicsensitivity shutterspeedvalue
    aperturevalue brightnessvalue exposurebiasvalue maxaperturevalue focallength
    focallengthin35mmfilm digitalzoomratio exifimagewidth exifimagelength imagewidth imagelength
    xresolution yresolution bitspersample samplesperpixel width height bits colour_type components
    progressive jfif adobe estimated_quality standard_tables correlation turn_deg aspect
    picture_aspect duration_s start_s bit_rate frames average_rate nominal_rate timescale elst
    rotation_deg matrix frame_rate creation_time_unset minor_version rating pixelxdimension
    pixelydimension"""
)
CODED = names(
    """flash meteringmode exposureprogram exposuremode whitebalance scenecapturetype colorspace
    sensingmethod contrast saturation sharpness customrendered lightsource resolutionunit
    ycbcrpositioning exifversion flashpixversion scenetype subjectdistancerange compression
    photometricinterpretation planarconfiguration"""
)
# known to point at someone or somewhere: named in what is shown, so that a reader knows of them
NAMED = names(
    """artist author creator by-line by-linetitle copyright copyrightnotice rights owner ownername
    cameraownername usagemodel hostcomputer bodyserialnumber serialnumber lensserialnumber
    imageuniqueid documentid instanceid originaldocumentid contentidentifier
    com.apple.quicktime.content.identifier latitude longitude altitude_m location loci ©xyz
    com.apple.quicktime.location.iso6709 gpslatitude gpslongitude gpsaltitude city country
    sub-location province-state usercomment imagedescription description title caption-abstract
    headline credit source contact keywords subject comment ©nam ©art ©cmt artist-eng album
    com.apple.quicktime.artist com.apple.quicktime.author xpauthor xpcomment xptitle xpkeywords
    xpsubject makernote"""
)
FIXED_NAMES = (
    "exif",
    "gps",
    "iptc",
    "camera",
)  # groups whose names come from our tables, not from files

DATE_LIKE = re.compile(r"[\d:/.,TZ+\- ]{1,40}|[A-Z][a-z]{2} [A-Z][a-z]{2} [\d :]{10,20}")
NUMBER_LIKE = re.compile(r"[\d./+\-: x]{1,40}")
CODED_LIKE = re.compile(r"[A-Za-z0-9 ,.()/\-]{1,80}")
POINTING = re.compile(
    r"[\\@]|://|(^|[\s\"'(=])/[^\s/]+/|[+-]\d{1,3}\.\d{3,}|\d{9,}|"
    r"\b[0-9a-f]{16,}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-",
    re.IGNORECASE,
)
SOURCE_TYPE = re.compile(r"[A-Za-z]{1,60}")
C2PA_NAME = re.compile(r"c2pa\.[a-z_.]{1,60}")
CODE = re.compile(r"[A-Za-z]+(\.[A-Za-z]+){1,4}")


def withhold(fields: Fields) -> Fields:
    """The same groups with every value that is not known to be harmless replaced or left out."""
    return {group: withhold_group(group, values) for group, values in fields.items()}


def withhold_group(group: str, values: Group) -> Group:
    shown: Group = {}
    left_out = 0
    for name, value in values.items():
        leaf = leaf_of(name)
        fixed = group in FIXED_NAMES or OUR_NOTATION.fullmatch(name) is not None
        if name.startswith("MakerNote"):
            shown["MakerNote"] = WITHHELD
        elif fixed and harmless(leaf, value) and (group != "gps" or leaf in DATES):
            shown[name] = value
        elif group in FIXED_NAMES or (fixed and leaf in NAMED):
            shown[name] = WITHHELD
        else:
            left_out += 1
    if left_out:
        shown["withheld"] = left_out
    return shown


def leaf_of(name: str) -> str:
    """The last part of a name, in small letters: directories, tracks and namespaces go."""
    last = re.sub(r"\[\d+\]", "", name).rsplit("/", 1)[-1].rsplit(" ", 1)[-1]
    return last.rsplit(":", 1)[-1].lower()


# What may stand before a known leaf: tracks, boxes, and namespaces that we know. Anything else
# could be somebody's name.
OUR_NOTATION = re.compile(
    r"((trak|stream)\[\d+\] )?((udta|ilst|mvhd|tkhd|mdhd|ftyp) )?[^\s/:]+|"
    rf"(xmpMM:(History|DerivedFrom)(\[\d+\])?/)?({'|'.join([*PREFIXES.values(), 'x'])}):[^\s/:]+"
)


def harmless(leaf: str, value: Value) -> bool:
    """True where the value may be shown under a name that ends so."""
    if isinstance(value, list) and value:
        return all(harmless(leaf, item) for item in value)
    if isinstance(value, list | dict):
        return False
    if leaf in NUMBERS:
        return not isinstance(value, str) or NUMBER_LIKE.fullmatch(value) is not None
    if leaf in DATES:
        return isinstance(value, str) and DATE_LIKE.fullmatch(value) is not None
    if leaf in CODED:
        return not isinstance(value, str) or CODED_LIKE.fullmatch(value) is not None
    if leaf in PROGRAMS:
        return isinstance(value, str) and len(value) <= 120 and not POINTING.search(value)
    return False


def withhold_credentials(credentials: Credentials) -> Credentials:
    """The state and what was declared to be done; the signer only where the trust list knows it."""
    trusted = credentials.state == "trusted"
    generator = credentials.generator
    assertions: Group = {"withheld": len(credentials.assertions)} if credentials.assertions else {}
    return replace(
        credentials,
        issuer=credentials.issuer if trusted else masked(credentials.issuer),
        common_name=credentials.common_name if trusted else masked(credentials.common_name),
        generator=generator if generator and harmless("software", generator) else masked(generator),
        actions=tuple(withhold_action(action) for action in credentials.actions),
        source_types=tuple(filter(SOURCE_TYPE.fullmatch, credentials.source_types)),
        codes=tuple(filter(CODE.fullmatch, credentials.codes)),
        assertions=assertions,
        reason=without_free_text(credentials.reason),
    )


def without_free_text(reason: Message | str | None) -> Message | None:
    """A reason of the catalogue; one in free words is withheld."""
    if reason is None:
        return None
    if isinstance(reason, str) or reason.id == verbatim("").id:
        return verbatim(WITHHELD)
    return reason


def masked(value: str | None) -> str | None:
    return None if value is None else WITHHELD


def withhold_action(action: Group) -> Group:
    """The standard action, when, and the kind of source; everything free is left out."""
    shown: Group = {}
    name = str(action.get("action", ""))
    shown["action"] = name if C2PA_NAME.fullmatch(name) else WITHHELD
    when = action.get("when")
    if when is not None:
        shown["when"] = when if harmless("when", when) else WITHHELD
    agent = action.get("softwareAgent")
    if agent is not None:
        shown["softwareAgent"] = agent if harmless("softwareagent", agent) else WITHHELD
    source = str(action.get("digitalSourceType", "")).rstrip("/").rsplit("/", 1)[-1]
    if SOURCE_TYPE.fullmatch(source):
        shown["digitalSourceType"] = source
    return shown
