"""The service put together with workers that do made work."""

from fastapi import FastAPI

from app.api.app import create_app
from app.library.library import Library
from app.settings import Settings
from tests.app.store.store_made import WORK


def made_app(settings: Settings, library: Library | None = None) -> FastAPI:
    return create_app(settings, library, WORK)
