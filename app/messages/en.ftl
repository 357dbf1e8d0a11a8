# firstseen in English. One file a language: to add one, copy this file to its code (fr.ftl) and
# translate what stands after each "=". https://projectfluent.org/fluent/guide explains the format.
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
# 84 %, for 0.84; MOMENT($date) is a date with its time. A list ($edits) arrives joined, as "a, b
# and c" in this language.


## Small parts

# A range of time, as it stands within a sentence: 0:05.0–0:18.1
range = { CLOCK($start) }–{ CLOCK($end) }
# A single time instead of a range
range-point = { CLOCK($start) }
