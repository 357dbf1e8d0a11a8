"""The service put together with a made library and workers that do made work."""

from fastapi import FastAPI

from app.api.app import create_app
from app.api.service import Service
from app.settings import Settings
from tests.app.api.service_made import MadeService
from tests.app.store.store_made import WORK


def made_app(settings: Settings, service: Service | None = None) -> FastAPI:
    return create_app(settings, service or MadeService(), WORK)
