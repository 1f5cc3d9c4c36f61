from django.urls import path

from reports.timeline_views import TimelineViewSet

urlpatterns = [path("households/<str:pk>/timeline/", TimelineViewSet.as_view({"get": "timeline"}))]
