"""The queue at work, with real worker processes that do made work."""

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.jobs import supervisor
from app.jobs.service_log import JsonLines
from app.jobs.supervisor import Running, Supervisor
from app.jobs.worker_process import WorkerProcess
from app.settings import Settings
from app.store import checks, keys, reports
from app.store.checks import Check, Submission
from app.store.data_folder import Store, open_store
from app.store.timestamps import now
from tests.app.store.store_made import WORK, begun_checks, go_on, remaining_uploads

PATIENCE_S = 60.0  # a busy machine is slow; what never comes is what fails


class QueuedService:
    """A store with one key, and how a test uses it."""

    def __init__(self, folder: Path, **changed: Any) -> None:
        self.settings = Settings(library=folder, **changed)
        self.folder = self.settings.desk_folder()
        self.file: Store = open_store(self.folder)
        with self.file.writing() as connection:
            self.key = keys.create(connection, "Ana", ["check"], "cli", now())[0].id

    def accept(self, content: str, task: Any = "check", name: str = "a.mp4") -> str:
        """A check of an upload that tells the made work what to do."""
        upload = os.urandom(8).hex()
        (self.file.uploads / upload).write_text(content)
        asked = Submission(self.key, task, "upload", name, 1, "0" * 64, upload=upload)
        with self.file.writing() as connection:
            return checks.accept(connection, asked, 1000)[0].id

    def check(self, identifier: str) -> Check:
        with self.file.reading() as connection:
            return checks.find(connection, identifier)

    def report(self, identifier: str) -> dict[str, Any]:
        with self.file.reading() as connection:
            stored = reports.load_newest(connection, identifier)
            assert stored is not None
            assert reports.list_earlier(connection, identifier) == []
            return stored.report

    def until(self, identifier: str, state: str) -> Check:
        wait_for(lambda: self.check(identifier).state == state)
        return self.check(identifier)

    @contextmanager
    def working(self) -> Iterator[Supervisor]:
        queue = Supervisor(self.file, self.settings, WORK)
        queue.start()
        try:
            yield queue
        finally:
            queue.close(grace_s=0.2)


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[QueuedService]:
    service = QueuedService(tmp_path, workers=1)
    yield service
    service.file.close()


def test_checks_are_done_in_order_and_keep_their_uploads_for_a_while(
    service: QueuedService,
) -> None:
    accepted = [service.accept("x") for _ in range(4)]
    with service.working():
        for identifier in accepted:
            service.until(identifier, "done")
    assert [check["id"] for check in begun_checks(service.folder)] == accepted
    ended = service.check(accepted[0])
    assert ended.upload_expires_at is not None
    assert ended.expires_at is not None
    assert ended.expires_at > ended.upload_expires_at > (ended.finished_at or "")
    assert len(remaining_uploads(service.folder)) == 4
    assert service.report(accepted[0])["verdict"]["relation"] == "none"


def test_several_workers_begin_in_order_too(tmp_path: Path) -> None:
    service = QueuedService(tmp_path, workers=3)
    accepted = [service.accept("sleep 0.2") for _ in range(9)]
    with service.working():
        for identifier in accepted:
            service.until(identifier, "done")
    began = [service.check(identifier).started_at for identifier in accepted]
    assert began == sorted(began, key=str)
    assert len({check["process"] for check in begun_checks(service.folder)}) > 1
    service.file.close()


def test_no_upload_is_kept_where_the_setting_says_so(tmp_path: Path) -> None:
    service = QueuedService(tmp_path, workers=1, keep_uploads_s=0)
    with service.working() as queue:
        plain, shown = service.accept("x"), service.accept("pictures")
        queue.wake()
        service.until(plain, "done")
        wait_for(lambda: service.check(shown).pictures == "ready")
        wait_for(lambda: not remaining_uploads(service.folder))
    assert service.check(shown).upload is None
    service.file.close()


def test_progress_is_heard_while_a_check_is_at_work(service: QueuedService) -> None:
    heard: list[tuple[str, float] | None] = []
    with service.working() as queue:
        identifier = service.accept("sleep 1")

        def listen() -> None:
            heard.append(queue.progress(identifier))

        with queue.subscribe(listen):
            queue.wake()
            service.until(identifier, "done")
        wait_for(lambda: queue.progress(identifier) is None)
    shares = [
        progress[1] for progress in heard if progress is not None and progress[0] == "describe"
    ]
    assert len(set(shares)) > 3
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("content", "status", "problem"),
    [("unreadable", 422, "video stream ends at 12.4 s"), ("unusable", 503, "a newer version")],
)
def test_what_cannot_be_checked_has_a_report_that_says_why(
    service: QueuedService, content: str, status: int, problem: str
) -> None:
    with service.working():
        check = service.until(service.accept(content), "failed")
    assert check.problem is not None
    assert check.problem["status"] == status
    report = service.report(check.id)
    assert report["verdict"] is None
    assert problem in report["problems"][0]


def test_what_a_worker_died_over_is_retried_before_the_rest(service: QueuedService) -> None:
    first, second = service.accept("crash once"), service.accept("x")
    with service.working():
        service.until(second, "done")
    assert service.check(first).state == "done"
    assert service.check(first).attempts == 2
    assert [check["id"] for check in begun_checks(service.folder)] == [first, first, second]


@pytest.mark.parametrize("content", ["crash", "fault"])
def test_what_kills_twice_is_put_aside_and_the_next_goes_on(
    service: QueuedService, content: str, capfd: pytest.CaptureFixture[str]
) -> None:
    bad, good = service.accept(content), service.accept("x")
    with service.working():
        service.until(good, "done")
    check = service.check(bad)
    assert (check.state, check.crashes) == ("failed", 2)
    report = service.report(bad)
    assert report["verdict"] is None
    assert "ended the process that checks it 2 times" in report["problems"][0]
    assert report["item"]["name"] == "a.mp4"
    assert [check["id"] for check in begun_checks(service.folder)] == [bad, bad, good]
    assert "secret name" not in capfd.readouterr().err


def test_a_fault_says_where_it_is(
    service: QueuedService, capfd: pytest.CaptureFixture[str]
) -> None:
    with service.working():
        service.until(service.accept("fault"), "failed")
    assert "ZeroDivisionError at" in capfd.readouterr().err


def test_pictures_are_made_after_the_verdict_and_dying_over_them_harms_nothing_else(
    service: QueuedService,
) -> None:
    good, bad = service.accept("pictures"), service.accept("pictures crash")
    with service.working():
        wait_for(lambda: service.check(good).pictures == "ready")
        wait_for(lambda: service.check(bad).complete)
    check = service.check(bad)
    assert (check.state, check.pictures, check.crashes) == ("done", "none", 2)
    assert service.report(bad)["verdict"] is not None


def test_a_cancelled_check_stops_and_the_worker_goes_on(service: QueuedService) -> None:
    with service.working() as queue:
        identifier = service.accept("wait")
        service.until(identifier, "running")
        wait_for(lambda: queue.progress(identifier) == ("describe", 0.5))
        with service.file.writing() as connection:
            checks.cancel(connection, identifier, service.settings)
        queue.stop(identifier)
        service.until(service.accept("x"), "done")
    assert service.check(identifier).state == "cancelled"
    assert len({check["process"] for check in begun_checks(service.folder)}) == 1


def test_one_that_does_not_listen_is_killed_and_not_tried_again(
    service: QueuedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_GRACE_S", 0.1)
    with service.working() as queue:
        identifier = service.accept("stubborn 100")
        service.until(identifier, "running")
        wait_for(lambda: has_begun_any(service))
        with service.file.writing() as connection:
            checks.cancel(connection, identifier, service.settings)
        queue.stop(identifier)
        service.until(service.accept("x"), "done")
    assert service.check(identifier).crashes == 0
    assert len({check["process"] for check in begun_checks(service.folder)}) == 2


def has_begun_any(service: QueuedService) -> bool:
    return (service.folder / "seen.jsonl").exists()


def test_a_deleted_check_leaves_its_worker_without_a_trace(service: QueuedService) -> None:
    with service.working() as queue:
        identifier = service.accept("wait")
        service.until(identifier, "running")
        with service.file.writing() as connection:
            checks.delete(connection, identifier)
        queue.stop(identifier)
        service.until(service.accept("x"), "done")
    with service.file.reading() as connection:
        assert [check.state for check in checks.list_checks(connection, None)] == ["done"]


def test_a_stop_in_good_order_puts_back_what_is_at_work(service: QueuedService) -> None:
    first, second = service.accept("wait"), service.accept("x")
    with service.working():
        service.until(first, "running")
        wait_for(lambda: has_begun_any(service))
    check = service.check(first)
    assert (check.state, check.crashes, check.interruptions) == ("queued", 0, 0)
    go_on(service.folder)
    with service.working():
        service.until(second, "done")
    assert [check["id"] for check in begun_checks(service.folder)] == [first, first, second]


def test_a_stop_waits_for_what_is_nearly_done(service: QueuedService) -> None:
    identifier = service.accept("sleep 0.5")
    queue = Supervisor(service.file, service.settings, WORK)
    queue.start()
    service.until(identifier, "running")
    queue.close(grace_s=PATIENCE_S)
    assert service.check(identifier).state == "done"


def test_a_start_takes_up_what_a_killed_service_left(service: QueuedService) -> None:
    accepted = [service.accept("x") for _ in range(2)]
    stray = service.file.uploads / "stray"
    stray.write_text("half an upload")
    fetching = service.file.uploads / "fetching-a-link"
    fetching.mkdir()
    (fetching / "part").write_text("half a file")
    with service.file.writing() as connection:
        checks.claim_next(connection)
    with service.working():
        for identifier in accepted:
            service.until(identifier, "done")
    assert service.check(accepted[0]).interruptions == 1
    assert not stray.exists()
    assert not fetching.exists()
    assert len(remaining_uploads(service.folder)) == 2


def test_a_start_makes_the_pictures_that_a_killed_service_left(service: QueuedService) -> None:
    identifier = service.accept("pictures")
    with service.working():
        wait_for(lambda: service.check(identifier).pictures == "ready")
    with service.file.writing() as connection:
        connection.exec_driver_sql("UPDATE checks SET pictures = 'pending'")
        connection.exec_driver_sql("DELETE FROM pictures")
    with service.working():
        wait_for(lambda: service.check(identifier).pictures == "ready")
    assert service.report(identifier)["verdict"] is not None


def test_a_check_that_stopped_the_service_again_and_again_is_put_aside(
    service: QueuedService,
) -> None:
    identifier = service.accept("x")
    with service.file.writing() as connection:
        checks.claim_next(connection)
        connection.exec_driver_sql("UPDATE checks SET interruptions = 4")
    with service.working():
        assert service.check(identifier).state == "failed"
    assert "stopped 5 times" in service.report(identifier)["problems"][0]


def test_a_killed_worker_is_replaced(service: QueuedService) -> None:
    with service.working():
        identifier = service.accept("wait")
        service.until(identifier, "running")
        wait_for(lambda: has_begun_any(service))
        os.kill(begun_checks(service.folder)[0]["process"], signal.SIGKILL)
        wait_for(lambda: service.check(identifier).crashes == 1)
        go_on(service.folder)
        service.until(identifier, "done")
    assert len({check["process"] for check in begun_checks(service.folder)}) == 2


def listen_badly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The messages of one item's worker are not valid."""
    listen = Supervisor._listen

    def faulty(queue: Supervisor, worker: WorkerProcess, check: Check, running: Running) -> bool:
        if check.name == name:
            json.loads(f"{name} is no JSON")
        return listen(queue, worker, check, running)

    monkeypatch.setattr(Supervisor, "_listen", faulty)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_a_seat_counts_as_a_crash_and_the_seat_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, workers: int
) -> None:
    monkeypatch.setattr(supervisor, "BACK_OFF_S", (0.01,))
    listen_badly(monkeypatch, "secret.mp4")
    service = QueuedService(tmp_path, workers=workers)
    with service.working() as queue:
        bad = service.accept("wait", name="secret.mp4")
        queue.wake()
        check = service.until(bad, "failed")
        next_recheck = [service.accept("sleep 0.1") for _ in range(2 * workers)]
        for identifier in next_recheck:
            service.until(identifier, "done")
        threads = [thread.name for thread in threading.enumerate()]
        assert all(f"worker-{number}" in threads for number in range(workers))
    assert check.crashes == 2
    assert "2 times" in service.report(bad)["problems"][0]
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any(bad in line and "JSONDecodeError" in line for line in lines)
    assert not any("secret" in line for line in lines)
    service.file.close()


@pytest.mark.parametrize("fault", [PermissionError, ZeroDivisionError])
def test_an_upload_that_cannot_be_deleted_leaves_its_check_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def faulty(*_: object) -> None:
        raise fault("secret name")

    monkeypatch.setattr(supervisor, "BACK_OFF_S", (0.01,))
    monkeypatch.setattr(supervisor, "delete_upload", faulty)
    service = QueuedService(tmp_path, workers=1, keep_uploads_s=0)
    with service.working():
        for _ in range(2):
            identifier = service.accept("x")
            service.until(identifier, "done")
            wait_for(lambda identifier=identifier: service.check(identifier).upload is None)
    service.file.close()


def test_a_seat_that_cannot_even_count_its_fault_goes_on(
    service: QueuedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("secret name")

    monkeypatch.setattr(supervisor, "BACK_OFF_S", (0.01,))
    listen_badly(monkeypatch, "secret.mp4")
    monkeypatch.setattr(Supervisor, "_record_internal_error", fault)
    with service.working():
        service.accept("x", name="secret.mp4")
        service.until(service.accept("x"), "done")


def test_a_fault_of_a_listener_is_none_of_a_check(service: QueuedService) -> None:
    notified = threading.Event()

    def listen() -> None:
        notified.set()
        raise RuntimeError("the loop is closed")

    with service.working() as queue, queue.subscribe(listen):
        identifier = service.accept("x")
        queue.wake()
        assert service.until(identifier, "done").crashes == 0
        assert notified.is_set()


def test_a_fault_over_earlier_checks_holds_up_no_new_one(
    service: QueuedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RECHECK_RETRY_S", 0.01)
    asked: list[int] = []

    def next_recheck(_: object) -> None:
        asked.append(1)
        raise ZeroDivisionError("secret name")

    queue = Supervisor(service.file, service.settings, WORK, next_recheck)
    queue.start()
    try:
        wait_for(lambda: asked)
        for _ in range(2):
            service.until(service.accept("x"), "done")
        wait_for(lambda: len(asked) > 1)
    finally:
        queue.close(grace_s=0.2)
    assert len({check["process"] for check in begun_checks(service.folder)}) == 1


def test_workers_that_never_start_leave_checks_waiting(
    service: QueuedService, caplog: pytest.LogCaptureFixture
) -> None:
    identifier = service.accept("x")
    queue = Supervisor(service.file, service.settings, "tests.app.no_such_module")
    with caplog.at_level(logging.ERROR):
        queue.start()
        wait_for(lambda: "WorkerFailed" in caplog.text)
        queue.close()
    assert service.check(identifier).state == "queued"
    assert service.check(identifier).crashes == 0


def test_workers_are_niced_and_have_no_descriptor_of_ours(service: QueuedService) -> None:
    with service.working():
        identifier = service.accept("wait")
        service.until(identifier, "running")
        wait_for(lambda: has_begun_any(service))
        process = begun_checks(service.folder)[0]["process"]
        stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        assert int(stat[16]) == os.getpriority(os.PRIO_PROCESS, 0) + 10 or int(stat[16]) == 19
        go_on(service.folder)
        service.until(identifier, "done")
