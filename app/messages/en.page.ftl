# What the page of the service says beside what its reports say (en.ftl, which says how we write).
# All files of a language are one catalogue: entries here may refer to entries there.


## Around every view

page-skip = Skip to content
page-nav-label = Main
page-nav-check = Check
page-nav-history = History
page-nav-library = Library
page-nav-alerts = Alerts
page-who-title = The key you are signed in with
page-sign-out = Sign out
page-foot-ok = firstseen { $version }. Nothing on this page is fetched from anywhere else.
page-foot-unusable = The library cannot be used at the moment; ask whoever runs this service.
page-loading = Loading …
page-again = Try again
page-cancel = Cancel
page-cancel-of = Cancel { $name }
page-close = Close
page-save = Save
page-saved = Saved.
page-deleted = Deleted.
page-optional = optional
page-or = or
page-any = Any
page-claimed = claimed { $date }
page-progress = Progress
page-progress-of = Progress of { $name }
# Of a browser's tab
page-title = { $title } – firstseen


## What goes wrong

page-error-gone = The service cannot be reached. Check the connection, then try again.
page-error-status = The service answered { $status } and did not say why.


## Signing in

page-signin-title = Sign in with a key
page-signin-lead = Checks, decisions and the library belong to people. Your key says who you are here.
page-signin-key = Key
page-signin-help = Starts with fsk_. It is sent once, and not kept by this page.
page-signin-do = Sign in
page-signin-wrong = This key is not known here, or was revoked.
page-signin-slow = Too many tries. Wait { $count ->
    [one] 1 second
   *[other] { $count } seconds
}.
# FOLDER and NAME stand in the command that follows
page-signin-where = No key yet? Whoever runs this service makes one. NAME says who it is for; FOLDER is the data folder of the service: desk in its library, unless it was started with another.
page-signin-again = Sign in again
page-signin-expired = Your session has ended. Sign in again to go on where you were; nothing you chose or wrote is lost.


## Uploading

page-intake-title = Has this footage been seen before?
page-intake-lead = Upload videos or pictures. They are compared with the library of this service.
page-intake-drop = Drop files here, or choose them
page-intake-drop-more = Videos and pictures, several at once. You can paste an image or a link anywhere on this page.
page-intake-drop-files = Videos and pictures, several at once. You can paste an image anywhere on this page.
page-intake-link = Link to a video, picture or page
page-intake-link-help = This service fetches it, which shows this service's address to that site.
page-intake-link-wrong = A link starts with http:// or https://
page-intake-nothing = Choose what to check first.
page-intake-tray = Files to check
page-intake-remove = Leave out { $name }
page-intake-staged = { $count ->
    [one] 1 file to check.
   *[other] { $count } files to check.
}
page-intake-check = Check
page-intake-check-count = Check { $count } files
page-intake-sent = { $count ->
    [one] 1 item uploaded.
   *[other] { $count } items uploaded.
}
page-claim-title = What is claimed of it?
page-claim-lead = Both may stay empty. A claimed date is compared with dated copies; a claimed place is shown beside the known ones.
page-claim-date-help = A year, month, day or time: 2022, 2022-11, 2022-11-27, 2022-11-27T14:03+08:00
page-claim-date-wrong = Unrecognised date. Write it as 2022-11-27; year and month, or the year alone, will do.
page-claim-date-of = Claimed date of { $name }
page-claim-place-of = Claimed place of { $name }
page-claim-shared-date = claimed date, if another
page-claim-shared-place = claimed place, if another
page-queue-title = Your checks
page-queue-empty = Nothing here yet
page-queue-empty-more = What you upload is shown here while it is checked, and afterwards.


## One check of the list

page-row-waiting = Waiting to be sent
page-row-sending = Uploading
page-row-sending-link = Sending the link
page-row-storing = Sent; the service is storing it
page-row-full = The service is busy
page-row-full-more = Too many checks are waiting. Trying again in { $count ->
    [one] 1 second
   *[other] { $count } seconds
}.
page-row-now = Try now
page-row-failed = Not sent
page-row-not-started = The check was not started.
page-row-failed-spoken = { $name } could not be sent.
page-row-done-spoken = { $name }: { $headline }
page-row-check-failed = The check failed. The service's log says more.
page-row-existing = You checked this very file with this claim before; this is that check.
page-row-check-again = Check it again
page-row-trouble = Connection lost; reconnecting
page-row-read = Read the result
page-row-open = Watch
page-row-correct = Change and send again
page-row-dismiss = Dismiss
page-row-dismiss-of = Dismiss { $name }; it stays in the history


## States and stages of a check

page-state-queued = In the queue
page-state-next = Next in the queue
page-state-position = In the queue, { $count ->
    [one] 1 check ahead
   *[other] { $count } checks ahead
}
page-state-running = Checking
page-state-done = Done
page-state-failed = Could not be checked
page-state-cancelled = Cancelled
page-stage-fetch = Fetching the link
page-stage-metadata = Reading the metadata
page-stage-fingerprint = Analysing the frames
page-stage-describe = { page-stage-fingerprint }
page-stage-search = Searching the library
page-stage-compare = Comparing frame by frame
page-stage-pictures = Preparing redacted frames
page-progress-lost = The connection to the service was lost; the check goes on there. Reconnecting.


## A check

page-contents-label = Sections of this result
page-contents-top = Verdict
page-check-title = Check
page-check-checked = checked { $at }
page-check-checked-by = checked { $at } by { $name }
page-check-unknown = There is no such check
page-check-unknown-more = It was deleted, it is no longer kept, or it belongs to another key.
page-check-renewed = The library has grown since this was first checked, { $at }. What follows is the newest result.
page-check-cancelled = This check was stopped before it had a result.
page-earliest-short = earliest copy known { $date }
page-finding-line-contradicted = claimed date contradicted
page-finding-line-partly-contradicted = claimed date contradicted in part


## A match

page-clip-open = in the library
page-near-sound = { report-by-sound }, { report-score }
page-near-not = not accepted
page-lane-rest = hatched: not in the item
page-timeline-item = Segment { $number } of the item, { $query }: show it
page-timeline-clip = Segment { $number } of the known clip, { $reference }: show it
page-segments-show = Show
page-segments-show-of = Show segment { $number }


## Frames side by side

page-bench-mode = How to compare
page-bench-side = Side by side
page-bench-slider = Slider
page-bench-flip = Flip
page-bench-difference = { report-difference }
page-bench-previous = Previous frame
page-bench-next = Next frame
page-bench-play = Play
page-bench-pause = Pause
page-bench-when = { $number } of { $all }
page-bench-spoken = Item at { CLOCK($query) }, known clip at { CLOCK($reference) }
page-bench-keys = Keys, while the focus is here: ← → step, F flips, S side by side, W slider, D difference.
page-bench-keys-one = Keys, while the focus is here: F flips, S side by side, W slider, D difference.
page-bench-showing-item = A: the item
page-bench-showing-known = B: the known clip
page-bench-pending = Frames to compare are being prepared.
page-bench-none = There are no frames to compare for this clip.
page-bench-trouble = The frames could not be fetched.
page-frame-aligned = Known clip, aligned with the item
page-frame-known = Known clip as it is
page-frame-outline = Outlined: what the item shows of it
page-frame-not-aligned = No alignment was measured here: the known frame is shown as it is.
page-alt-known = { $name } at { CLOCK($at) }, what the item shows of it outlined
page-alt-aligned = { $name } at { CLOCK($at) }, aligned with the item
page-alt-clip = A frame of this clip, faces redacted
page-picture-gone = This picture cannot be shown.
page-slider-label = How much of the item is shown over the known clip
page-slider-value = { $percent } percent item
page-flip-a = A · Item
page-flip-b = B · Known clip
page-flip-to-known = Flip to the known clip
page-flip-to-item = Flip to the item
page-difference-none = No alignment was measured at this frame, so there is no difference to show.
page-strip-label = Frames compared: item above, known clip below
page-strip-known = Known
page-strip-cell = Frame { $number }: item { CLOCK($query) }, known clip { CLOCK($reference) }


## Differences and dates

page-edits-lead = Measured between the two. They do not say which was made first, or by whom.
page-edits-show = Show { $range }
page-kind-claimed = claimed for the item


## Where the item was found, and its file

page-origin-title = Where it was found, as the sender says
page-origin-lead = Kept and shown; it changes no verdict.
page-origin-page-url = Page
page-origin-seen-at = Seen
page-origin-account = Account
page-origin-text = Text beside it
page-origin-how = How it was obtained
page-item-kind = Kind
page-kind-video = { report-video-unknown-length }
page-kind-still = { report-still }
page-item-duration = Duration
page-item-frame = Frame
page-item-rate = Frame rate
page-item-codecs = Format and codecs
page-item-bytes = Size
page-method-more = Versions, sampling and time taken


## What can be done with a check

page-actions-label = With this check
page-take-html = Report as a page
page-take-json = Report as JSON
page-take-bag = Sealed bag
page-take-print = Print
page-take-names = Keep names
page-take-names-more = In what you take along, names of files and titles of pages are replaced by numbers, since they may identify people. Ticked, they stay.
page-add-button = Add to the library
page-add-title = Add this item to the library
page-add-lead = It becomes known footage, and earlier checks that found nothing are compared with it. What was claimed of it is not copied: enter what you know yourself. It is kept under your key's name.
page-add-date = Where it was published
page-add-do = Add
page-add-done = In the library as { $id }.
page-delete-check = Delete this check
page-delete-check-more = The upload, the report, the frames and what was kept to find it again are deleted. This cannot be undone.
page-delete-do = Delete


## Showing what is redacted

page-reveal-button = Show unredacted
page-reveal-title = Show unredacted
page-reveal-lead = For this item, for you, for fifteen minutes. That you did it is kept in the audit log.
page-reveal-faces-long = Faces in the frames
page-reveal-metadata-long = Positions, serial numbers, owner and account names
page-reveal-no-frames = There are no frames of this check to show.
page-reveal-reason = Why
page-reveal-reason-help = What you need it for, in a few words.
page-reveal-do = Show
page-reveal-nothing = Choose what to show.
page-reveal-on = You are being shown { $what }.
page-reveal-until = Until { $until }; it is in the audit log.
page-reveal-faces = faces
page-reveal-metadata = identifying metadata
page-reveal-both = faces and identifying metadata
page-reveal-hide = Hide again


## Decisions

page-decide-title = What people say
page-decide-lead = A decision stands beside the measurement and never changes it.
page-decide-question = Your decision
page-decide-note = Note
page-decide-note-who = For those who may see this check.
page-decide-note-share = Share the note: show it on every check of the same file
page-decide-note-withheld = The note is not shared.
page-decide-open = Say what you see
page-decide-save = Save the decision
page-decide-as = as { $name }
page-decide-saved = Your decision is saved.
page-decide-split = People disagree about this pair.
page-decide-undo = Take back
page-decide-withdrawn = Your decision is taken back.
page-decide-taken-back = taken back
page-decide-older = earlier
page-decision-same-footage = Same footage
page-decision-same-footage-more = The same recording, whatever was changed.
page-decision-same-event = Same event, another recording
page-decision-same-event-more = Another camera, or another time.
page-decision-different = Different
page-decision-different-more = Neither the footage nor the event.
page-decision-cannot-tell = Inconclusive
page-decision-cannot-tell-more = I looked, and cannot tell.


## Lists

page-list-more = Show more
page-list-none = No results
page-list-none-more = Try fewer words, or another choice.
page-list-found = { $count } shown.
page-history-filter = Search the history
page-history-search = Search
page-history-relation = Result
page-history-state = State
page-history-all = Checks of every key
page-history-empty = No checks yet
page-history-empty-more = What you check is kept here for as long as the service is set to keep it.
page-history-alerts = { $count ->
    [one] 1 new alert
   *[other] { $count } new alerts
}
page-checked-by = checked by { $name }
page-alerts-lead = When the library grows, earlier items that had no copy are compared with it again.
page-alerts-empty = No alerts
page-alerts-empty-more = If a copy of an item you checked comes into the library later, you are alerted here.
page-alerts-unseen = new
page-alerts-new = { page-history-alerts }.
page-alerts-mark = Mark as seen
page-alerts-mark-of = Mark as seen: { $name }
page-alerts-marked = Marked as seen.
page-alerts-clip = The clip
page-alerts-claim = Now: { $after }. Before: { $before }.
page-alerts-claim-new = Now: { $after }.
page-library-filter = Search the library
page-library-search = Search
page-library-year = Year
page-library-place = Place
page-library-undated = no date entered
page-library-empty = The library is empty
page-library-empty-more = An item can only be found again if footage it shows was added before.
page-library-add = Add footage
page-library-add-lead = Enter what you know of it. It is kept under your key's name.
page-library-file = File
page-library-add-do = Add
page-library-known = The library has this very file already, as { $id }.


## A clip of the library

page-clip-unknown = There is no such clip
page-clip-unknown-more = It was removed, or its number is wrong.
page-clip-id = Clip
page-clip-file = File name
page-clip-edit = Edit
page-clip-edit-lead = What is entered here is kept under your key's name.
page-clip-add-date = Add a date
page-date-lead = One publication record: where this footage was, by whom, and when.
page-date-remove = Remove
page-date-remove-of = Remove the date { $date }
page-date-remove-more = { $date } will no longer count when claims are compared with this clip.
page-clip-remove = Remove from the library
page-clip-remove-more = “{ $name }” will not be found any more. This cannot be undone.
page-clip-matched = Checks that matched it
page-clip-matched-none = No check that you may see matched this clip.
page-clip-matched-hidden = Your key may not see checks.
page-changes-title = { $count ->
    [one] 1 change of what is known
   *[other] { $count } changes of what is known
}
page-changes-nothing = nothing
page-context-appearance = Date
page-context-title = Title
page-context-place = Place
page-context-event = Event
page-context-language = Language
page-context-rights = Rights
page-context-notes = Notes
page-context-kind = Kind of date
page-context-kind-help = Published, archived and attested dates can contradict a claim; a capture date cannot.
page-context-date = Date
page-context-source-url = Source URL
page-context-publisher = Publisher
