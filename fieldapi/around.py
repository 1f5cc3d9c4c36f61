"""Around the product: is it alive, is it ready, what does it offer."""

from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import path
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fieldapi.errors import Refused

WELL = inline_serializer("Well", {"status": serializers.CharField()})


class Healthz(APIView):
    """The process answers."""

    resource, action = "around", "healthz"
    authentication_classes: Any = ()

    @extend_schema(responses=WELL)
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class Readyz(APIView):
    """Database, storage and migrations are there. 503 until they are."""

    resource, action = "around", "readyz"
    authentication_classes: Any = ()

    @extend_schema(responses=WELL)
    def get(self, request: Request) -> Response:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Refused("server_busy", detail="migrations are waiting")
        try:
            default_storage.exists("readyz")
        except OSError as fault:
            raise Refused("server_busy", detail="storage does not answer") from fault
        return Response({"status": "ok"})


class Schema(SpectacularAPIView):
    resource, action = "around", "schema"
    authentication_classes: Any = ()


class Docs(SpectacularSwaggerView):
    resource, action = "around", "docs"
    authentication_classes: Any = ()


api_urls = [path("schema/", Schema.as_view(), name="schema")]
urls = [
    path("docs/", Docs.as_view(url_name="schema"), name="docs"),
    path("healthz", Healthz.as_view()),
    path("readyz", Readyz.as_view()),
]
