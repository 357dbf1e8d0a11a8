"""A server of its own that does made work: what the kill tests kill.

python -m tests.app.jobs.made_server LIBRARY PORT WORKERS
"""

import sys
from pathlib import Path

import uvicorn

from app.settings import Settings
from tests.app.app_made import made_app


def main() -> None:
    library, port, workers = sys.argv[1:]
    settings = Settings(
        library=Path(library),
        workers=int(workers),
        max_waiting=40,
        requests_per_minute=0,
    )
    uvicorn.run(made_app(settings), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
