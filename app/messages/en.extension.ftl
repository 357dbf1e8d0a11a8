# What the browser extension says beside what the page and reports say (en.ftl says how we write).
# `.ci/extension-texts` writes from it the files that browsers read: extension/_locales.
# In these an entry may refer to others and to its parameters, and choose between the plural forms
# of $count; it calls no function.



## Its name, and what browsers show of it

extension-name = firstseen
extension-description = Checks the picture or video you are looking at against your newsroom's firstseen server.
extension-action = Check what this page shows
extension-menu = Check with firstseen


## The panel

extension-back = Back
extension-history = { page-nav-history }
extension-setup = Set-up
extension-action-setup = Open the set-up
extension-action-retry = { page-again }
extension-action-allow = Allow this server
extension-check = { page-intake-check }
extension-cancel = { page-cancel }
extension-keep = Keep
extension-forget = Delete this check
extension-checked-before = This was checked before, with the same claim: this is that check.
extension-check-again = { page-row-check-again }
extension-send-again = Send it again
extension-preview = What will be sent


## What is on the page

extension-list-title = On this page
extension-list-count = { $count ->
    [one] 1 picture or video, the largest first
   *[other] { $count } pictures and videos, the largest first
}
extension-list-none = No picture or video of any size was found. What is on screen can be checked all the same.
extension-list-page-link = Let the server fetch this page's address
extension-look-again = Look again
extension-kind-image = Picture
extension-kind-video = Video
extension-pixels = { $width } × { $height }
extension-not-loaded = not loaded yet
extension-locked = protected
extension-prepare-image = Check this picture
extension-prepare-video = Check this video
extension-prepare-link = Check this link
extension-prepare-screen = Check what is on screen


## How an item is obtained

extension-reading = Reading it from the page…
extension-capturing = Taking a picture of the window…
extension-filming = Recording: { $seconds } s left…
extension-how-file-page = The file itself
extension-how-file-host = The file itself
extension-how-canvas-still = A redrawn picture
extension-how-canvas-clip = A recording of the video
extension-how-screen-still = What is on screen
extension-how-screen-clip = A recording of the screen
extension-how-link = The link
extension-means-file-page = Its own bytes, as this page received them: the best that can be checked.
extension-means-file-host = Its own bytes, from { $host }, with your permission: the best that can be checked.
extension-means-canvas-still = The pixels that the page shows, without the file's own metadata. Of a video this is one frame.
extension-means-canvas-clip = Some seconds of what the page plays, re-encoded, without the file's own metadata.
extension-means-screen-still = Pixels of your screen, cut out here. What lies over the picture is on it too.
extension-means-screen-clip = Pixels of your screen, twice a second, cut out here, without sound.
extension-means-link = Nothing is sent from here but this address. Your server fetches it, and { $host } sees your server do so.
extension-links-off = Your server fetches no links.
extension-some-way = How to obtain it
extension-other-ways = Other ways to obtain it
extension-needs-host = Its bytes are on { $host }, which this page may not read. Choose how to obtain it.
extension-host-refused = { $host } was not allowed. Choose another way.
extension-way-host = Allow { $host }
extension-way-host-hint = Gives the file itself. You can take it back in the set-up.
extension-way-record = Record { $seconds } seconds of the video
extension-way-record-hint = From what the page plays; plays it if it is paused.
extension-way-page = Read it from the page again
extension-way-page-hint = The file itself if possible, else the picture shown.
extension-way-screen = What is on screen
extension-way-screen-hint = You choose the part, and see it before it is sent.
extension-way-link = Let the server fetch it
extension-way-link-hint = { $host } will see your server.
extension-crop-label = The window, with the chosen part
extension-crop-help = Draw a rectangle, or move it with the arrow keys; with Shift they change its size.
extension-crop-box = { $width } by { $height } pixels
extension-crop-check = This part will be taken. Draw another if it is not right.
extension-crop-choose = Draw a rectangle around what is to be checked.
extension-use-part = Use this part
extension-film-part = Record it for { $seconds } seconds
extension-tab-lost = The tab has changed or cannot be read. Go back to it and click again.
extension-tab-gone = It is no longer on the page. Click it again.
extension-tab-locked = This video is protected against copying: the browser gives only black. Nothing was checked.
extension-tab-black = The picture is all black. Protected video looks like this to extensions. Nothing was checked.
extension-tab-moved = The window changed its size while it was recorded.
extension-tab-too-large = It is larger than 500 MB. Let the server fetch it instead.
extension-tab-empty = It has not loaded yet.
extension-tab-unreadable = The page does not give its bytes. Choose another way.
extension-not-found = It was not found on the page. Choose another way.


## What is claimed of it

extension-claim = What is claimed
extension-claimed-date = { report-claimed-date }
extension-claimed-place = { report-claimed-place }
extension-claim-hint = Leave empty what nobody claims. A year or a month will do.
extension-date-example = 2022-11-27
extension-date-found = Near the post:
extension-use-date = Use { $date }
extension-sent-along = Sent along
extension-context-page = The page's address
extension-context-time = When you saw it
extension-context-account = The account's name
extension-context-text = The text beside it
extension-default-name = from-page


## A check

extension-state-sending = { page-row-sending }
extension-state-queued = Waiting
extension-state-running = { page-state-running }
extension-state-done = { page-state-done }
extension-state-failed = Failed
extension-state-cancelled = { page-state-cancelled }
extension-state-gone = No longer kept by the server
extension-state-unsent = { page-row-failed }
extension-state-known = { report-relation-copy }
extension-state-none = { report-relation-none }
extension-state-undecided = { report-relation-undecided }
extension-state-unread = { report-relation-unreadable }
extension-ahead = In the queue, { $count ->
    [one] 1 check ahead
   *[other] { $count } checks ahead
}
extension-step-fetch = { page-stage-fetch }
extension-step-metadata = { page-stage-metadata }
extension-step-describe = { page-stage-describe }
extension-step-fingerprint = { page-stage-fingerprint }
extension-step-search = { page-stage-search }
extension-step-compare = { page-stage-compare }
extension-step-pictures = { page-stage-pictures }


## The result

extension-unread-title = { report-unreadable }
extension-finding-contradicted = { report-date-contradicted }
extension-finding-partly-contradicted = { report-date-partly-contradicted }
extension-finding-not-contradicted = { report-date-not-contradicted }
extension-finding-not-checkable = { report-date-not-checkable }
extension-claimed-was = { report-claimed }
extension-place-beside = { report-claimed-place-beside }
extension-known-places = Known
extension-none-known = none
extension-first-seen = { report-first-seen }
extension-appearance-published = published
extension-appearance-archived = archived
extension-appearance-attested = attested
extension-appearance-captured = capture date, not used as evidence
extension-appearance-ingested = added to this library
extension-this-item = { report-item }
extension-known-copy = { report-known-clip }
extension-frame-at = { $what } at { $at }
extension-pictures-pending = { page-bench-pending }
extension-pictures-expired = Frames are no longer kept.
extension-pictures-none = { page-bench-none }
extension-faces-covered = { report-faces-redacted }
extension-not-accepted = Closest, but not accepted as the same footage.
extension-edits = { report-differences }
extension-edits-none = { report-differences-none }
extension-why = { report-why }
extension-limits = { report-limits }
extension-full-report = Open the full report


## Decisions

extension-people-say = { page-decide-title }
extension-people-say-hint = About this item and “{ $clip }”. Nothing that was said is overwritten.
extension-decision = { page-decide-question }
extension-decision-same-footage = { page-decision-same-footage }
extension-decision-same-event = { page-decision-same-event }
extension-decision-different = { page-decision-different }
extension-decision-cannot-tell = { page-decision-cannot-tell }
extension-people-disagree = { page-decide-split }
extension-withdrawn = { page-decide-taken-back }
extension-withdraw = { page-decide-undo }
extension-note = { page-decide-note }
extension-decide = { page-decide-save }


## History

extension-history-none = Nothing was checked from here yet.
extension-history-how = Right-click a picture, a video or a link, or press the button in the toolbar.
extension-wipe = Clear the history
extension-wiped = The history was cleared.
extension-wipe-title = Clear the history?
extension-wipe-text = It is deleted from this browser. This cannot be undone.
extension-wipe-service = Delete these checks from the server too


## Set-up

extension-setup-title = Set up firstseen
extension-setup-text = The extension asks one server, the one you name here. It knows no other.
extension-server = Server
extension-server-hint = For one on your own computer: http://127.0.0.1:8000
extension-server-not-understood = This is not the address of a server.
extension-open-road = This server has no https: others on the way could read the key and what you check.
extension-key = Key
extension-key-hint = Printed by the server at its first start, or made by whoever runs it. It is kept in this browser alone.
extension-test-and-save = Test and save
extension-testing = Asking the server…
extension-disconnect = Delete server and key
extension-disconnected = Server and key were deleted.
extension-connected = Connected to firstseen { $version } as “{ $name }”.
extension-connected-text = You can close this page.
extension-use-title = How to use it
extension-use-menu = Right-click a picture, a video, a link or a page, and choose “Check with firstseen”.
extension-use-button = Or press the button in the toolbar to see what the page holds.
extension-hosts-title = Hosts you allowed
extension-hosts-hint = The server, and hosts whose files you let the extension read. Each can be taken back.
extension-hosts-none = None.
extension-take-back = Take back


## What goes wrong

extension-problem-not-set-up = Not set up yet
extension-advice-not-set-up = Name your server and paste a key, once.
extension-problem-not-allowed = The extension may not reach { $server }
extension-advice-not-allowed = Your browser asks for your permission. Without it nothing can be checked.
extension-problem-offline = No answer from { $server }
extension-advice-offline = Is firstseen running there? On your own computer, start it with: firstseen serve
    Checks that the server has accepted go on without you.
extension-problem-key = The server does not know this key
extension-advice-key = It may have been revoked. Ask for a new one and paste it in the set-up.
extension-problem-scope = This key may not do that
extension-advice-scope = It needs the scope “check”. Ask whoever runs the server.
extension-problem-old-server = The server is too old
extension-advice-old-server = It cannot work with this extension. Whoever runs it has to update firstseen.
extension-problem-old-extension = This extension is too old
extension-advice-old-extension = The server needs a newer one. Update the extension.
extension-problem-stranger = This is no firstseen server
extension-advice-stranger = { $server } answers, but not as firstseen does. See whether its address is right.
extension-problem-busy = The server is busy
extension-advice-busy = Try again in a moment. { $reason }
extension-problem-large = It is too large for the server
extension-advice-large = { $reason }
extension-problem-gone = The server no longer has it
extension-advice-gone = What it keeps has an end, or somebody deleted it.
extension-problem-refused = The server refused
extension-advice-refused = { $reason }
