from django.urls import path

from reports.export_views import ExportViewSet
from reports.timeline_views import TimelineViewSet
from reports.views import Summaries

urlpatterns = [
    path("summaries/monthly/", Summaries.as_view({"get": "monthly"})),
    path("summaries/monthly/records/", Summaries.as_view({"get": "records"})),
    path("summaries/monthly/close/", Summaries.as_view({"post": "close"})),
    path("households/<str:pk>/timeline/", TimelineViewSet.as_view({"get": "timeline"})),
    path("exports/", ExportViewSet.as_view({"post": "create"})),
    path("exports/<str:pk>/", ExportViewSet.as_view({"get": "retrieve"})),
    path("exports/<str:pk>/content/", ExportViewSet.as_view({"get": "content"})),
]
