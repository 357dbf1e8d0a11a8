"""kill -9 of the server and of workers under load: one stored report for every accepted check."""

from pathlib import Path

import pytest

from tests.app.jobs.kills import run


@pytest.mark.slow
def test_every_accepted_check_has_one_report_whatever_was_killed(tmp_path: Path) -> None:
    books = run(tmp_path / "library", kills=12, seed=4)
    assert books.faults == []
    assert books.server_kills > 2
    assert books.worker_kills > 2
    assert len(books.accepted) > 12
    assert books.struck > 0
    assert set(books.states) <= {"done", "failed"}
