"""Write the report that the first guide shows anew, from the command that prints it: make readme"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "guides" / "first-check.md"
PLACE = re.compile(r"(<!-- report -->\n).*?(<!-- end report -->)", re.DOTALL)
LIBRARY = "demo/library"  # as the reader sees it
ADD = ["library", "add", "samples/library", "--context", "samples/context.csv"]
CHECK = ["check", "samples/items/skyline-mirrored.mp4", "--claimed-date", "2024-08-02"]
PLACE_CLAIMED = ["--claimed-place", "Harbour City"]


def firstseen(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = ["--library", str(Path(folder) / "library")]
        firstseen(*ADD, *library)
        printed = firstseen(*CHECK, *PLACE_CLAIMED, *library)
    asked = (
        f"$ firstseen {' '.join(CHECK)} \\\n"
        f'    {PLACE_CLAIMED[0]} "{PLACE_CLAIMED[1]}" --library {LIBRARY}\n'
    )
    block = f"```\n{asked}{printed.rstrip()}\n```\n"
    GUIDE.write_text(PLACE.sub(lambda place: place[1] + block + place[2], GUIDE.read_text()))


if __name__ == "__main__":
    main()
