"""Around the product: is it alive, is it ready, what does it offer."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.views import View
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fieldapi.codes import CODES, IN_FIELDS
from fieldapi.errors import Refused
from fieldapi.migrated import is_migrated

ROW = '<tr id="{0}"><td><code>{0}</code><td>{1}<td lang="zh-Hans">{2}<td lang="en">{3}'
PAGE = """<!doctype html><meta charset="utf-8"><title>Problems</title>
<style>body {{ font: 16px sans-serif; margin: 2em auto; max-width: 60em }} td {{ padding: .3em .8em }}
tr:target {{ background: #ffd }}</style><h1>Problems</h1><table>{}</table>"""
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
        if not is_migrated():
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


class Problems(View):
    """What a problem's `type` leads to: every code with its status and its words, for people."""

    resource, action = "around", "problems"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = format_html_join(
            "", ROW, ((name, *code) for name, code in sorted({**CODES, **IN_FIELDS}.items()))
        )
        return HttpResponse(format_html(PAGE, rows))


api_urls = [path("schema/", Schema.as_view(), name="schema")]
urls = [
    path("docs/", Docs.as_view(url_name="schema"), name="docs"),
    path("docs/problems/", Problems.as_view()),
    path("healthz", Healthz.as_view()),
    path("readyz", Readyz.as_view()),
]
