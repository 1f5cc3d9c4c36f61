from typing import Any

from django.urls import path

from cadres.ledger import Journal
from cadres.sign_in import Door, Session
from cadres.views import Absences, Offices, People, Units

LIST: dict[str, Any] = {"get": "list", "post": "create"}
ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("auth/token/", Door.as_view({"post": "token"})),
    path("auth/token/refresh/", Door.as_view({"post": "refresh"})),
    path("auth/logout/", Session.as_view({"post": "logout"})),
    path("auth/password/", Session.as_view({"post": "password"})),
    path("units/", Units.as_view(LIST)),
    path("units/<str:pk>/", Units.as_view(ROW)),
    path("offices/", Offices.as_view(LIST)),
    path("offices/<str:pk>/", Offices.as_view(ROW)),
    path("users/", People.as_view(LIST)),
    path("users/<str:pk>/", People.as_view(ROW)),
    path("users/<str:pk>/password/", People.as_view({"post": "password"})),
    path("absences/", Absences.as_view(LIST)),
    path("absences/<str:pk>/", Absences.as_view({**ROW, "delete": "destroy"})),
    path("journal/", Journal.as_view({"get": "list"})),
]
