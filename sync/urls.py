from django.urls import path

from sync.desk.views import QuarantineViewSet
from sync.health.views import Devices, Myself, People
from sync.puts.views import (
    PhoneAmendments,
    PhoneMatters,
    PhoneOpinions,
    PhonePhotos,
    PhoneReplies,
    PhoneTaskActions,
    PhoneVisits,
)
from sync.views import Sync

urlpatterns = [
    path("sync/push/", Sync.as_view({"post": "push"})),
    path("sync/pull/", Sync.as_view({"get": "pull"})),
    path("sync/schema/", Sync.as_view({"get": "tables"})),
    path("sync/health/", People.as_view({"get": "list"})),
    path("me/", Myself.as_view({"get": "retrieve"})),
    path("devices/", Devices.as_view({"get": "list"})),
    path("devices/<str:pk>/", Devices.as_view({"get": "retrieve", "delete": "destroy"})),
    path("visits/<str:pk>/", PhoneVisits.as_view({"get": "retrieve", "put": "update"})),
    path("visits/<str:pk>/amendments/<str:row_id>/", PhoneAmendments.as_view({"put": "amend"})),
    path("opinions/<str:pk>/", PhoneOpinions.as_view({"get": "retrieve", "put": "update"})),
    path("opinions/<str:pk>/replies/<str:row_id>/", PhoneReplies.as_view({"put": "reply"})),
    path("photos/<str:pk>/", PhonePhotos.as_view({"get": "retrieve", "put": "update"})),
    path("practical-matters/<str:pk>/", PhoneMatters.as_view({"get": "retrieve", "put": "update"})),
    path("task-actions/<str:pk>/", PhoneTaskActions.as_view({"put": "update"})),
    path("quarantine/", QuarantineViewSet.as_view({"get": "list"})),
    path("quarantine/<str:pk>/", QuarantineViewSet.as_view({"get": "retrieve"})),
    path("quarantine/<str:pk>/replay/", QuarantineViewSet.as_view({"post": "replay"})),
    path("quarantine/<str:pk>/discard/", QuarantineViewSet.as_view({"post": "discard"})),
]
