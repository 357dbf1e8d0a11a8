"""A server of its own that does made work: what the kill tests kill.

python -m tests.app.jobs.made_server LIBRARY PORT WORKERS [DATA LEASE_S]
"""

import sys

import uvicorn

from app.jobs import supervisor
from app.settings import Settings
from app.store import leases
from tests.app.app_made import made_app


def main() -> None:
    library, port, workers, *shared = sys.argv[1:]
    if shared:
        leases.LEASE_S = float(shared[1])  # type: ignore[misc]
        supervisor.RENEW_INTERVAL_S = leases.LEASE_S / 8  # type: ignore[misc]
    settings = Settings.model_validate(
        {
            "library": library,
            "data": shared[0] if shared else None,
            "workers": int(workers),
            "max_waiting": 40,
            "requests_per_minute": 0,
        }
    )
    uvicorn.run(made_app(settings), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
