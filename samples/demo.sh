#!/bin/sh
# A small library from samples/library, several items held against it, and what comes of them in
# demo/. Run by `make demo`, with firstseen on the PATH; runs again as it is.
set -eu
out=demo
library=$out/library
mkdir -p "$out"

say() { printf '\n%s\n%s\n\n' "$1" "$(printf '%s' "$1" | sed 's/./─/g')"; }

# A verdict is not an error: 0 is a check that was made, 3 an item that could be read in part or not.
check() {
    say "firstseen check $*"
    firstseen check "$@" --library "$library" || [ $? -eq 3 ]
}

say "firstseen library add samples/library --context samples/context.csv"
firstseen library add samples/library --context samples/context.csv --library "$library"

items=samples/items
check $items/skyline-mirrored.mp4 --claimed-date 2024-08-02 --claimed-place "Harbour City" \
    --html "$out/report.html"
check $items/bunny-vertical.mp4 --claimed-date 2008-05
check $items/two-clips.mp4 --claimed-date 2012-06-01
check $items/launch-meme.jpg --claimed-date 2026-01-10
check $items/skyline-screenshot.jpg
check $items/launch-copy.jpg
check $items/cut-short.mp4
check $items/unknown.jpg --claimed-date 2026-01-10
firstseen check $items/skyline-mirrored.mp4 --claimed-date 2024-08-02 \
    --claimed-place "Harbour City" --library "$library" --json --no-progress >"$out/report.json"

cat <<END

The sources, publishers and most dates above are made up for this demo (samples/README.md).

  The report of the first item, as a page:  $out/report.html
  The same as JSON:                         $out/report.json
  The service, to try it in a browser:      .venv/bin/firstseen serve --library $library
                                            then open http://127.0.0.1:8000/ and sign in with the
                                            key that it shows
END
