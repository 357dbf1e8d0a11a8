"""The service put together with a made library and workers that do made work."""

from fastapi import FastAPI

from app.api import create_app
from app.service import Service
from app.settings import Settings
from tests.app.desk_made import WORK
from tests.app.service_made import MadeService


def made_app(settings: Settings, service: Service | None = None) -> FastAPI:
    return create_app(settings, service or MadeService(), WORK)
