"""/.well-known/security.txt: a file as RFC 9116 wants it, where the operator set a contact."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.settings import Settings
from tests.app.app_made import made_app

HOST = "http://127.0.0.1:8000"
ADDRESS = "/.well-known/security.txt"


def asked(folder: Path, contact: str) -> TestClient:
    settings = Settings(library=folder, security_contact=contact)  # type: ignore[arg-type]
    return TestClient(made_app(settings), base_url=HOST)


def test_it_names_the_contacts_in_the_operators_order_and_when_it_ends(tmp_path: Path) -> None:
    with asked(tmp_path, "mailto:Safe@desk.example https://desk.example/report") as client:
        answer = client.get(ADDRESS)  # without a key

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:Safe@desk.example",
        "https://desk.example/report",
    ]
    assert [name for name, _ in fields].count("Expires") == 1
    assert dict(fields)["Preferred-Languages"] == "en"
    left = datetime.fromisoformat(dict(fields)["Expires"]) - datetime.now(UTC)
    assert timedelta(days=28) < left <= timedelta(days=30)


def test_without_a_contact_there_is_none(tmp_path: Path) -> None:
    with asked(tmp_path, "") as client:
        assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    "contact", ["desk@desk.example", "http://desk.example", "mailto:nobody", "tel:1\r\nEvil:"]
)
def test_a_contact_that_is_no_safe_address_is_refused(contact: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="expected mailto:"):
        asked(tmp_path, contact)
