"""Keys for tests, made where a service with these settings will look for them."""

from starlette.testclient import TestClient

from app.settings import Settings
from app.store import keys
from app.store.data_folder import open_store, store_place
from app.store.timestamps import now


def made_key(settings: Settings, *scopes: str, name: str = "tests") -> tuple[keys.Key, str]:
    """A key and its secret; with all scopes where none are named."""
    store = open_store(store_place(settings))
    try:
        with store.writing() as connection:
            return keys.create(connection, name, scopes or keys.ALL_SCOPES, "cli", now())
    finally:
        store.close()


def bearer(settings: Settings, *scopes: str) -> dict[str, str]:
    """The header of a new key; with all scopes where none are named."""
    return {"authorization": f"Bearer {made_key(settings, *scopes)[1]}"}


def sign_in(client: TestClient, settings: Settings, *scopes: str) -> None:
    """Give the client a session's cookie and token, as a browser's page has them."""
    answer = client.post("/v1/session", json={"key": made_key(settings, *scopes)[1]})
    assert answer.status_code == 200, answer.text
    client.headers["x-firstseen-csrf"] = answer.json()["csrf"]
