from django.urls import path

from cadres.sign_in import Devices, Door, Myself, Session

urlpatterns = [
    path("auth/token/", Door.as_view({"post": "token"})),
    path("auth/token/refresh/", Door.as_view({"post": "refresh"})),
    path("auth/logout/", Session.as_view({"post": "logout"})),
    path("auth/password/", Session.as_view({"post": "password"})),
    path("me/", Myself.as_view({"get": "retrieve"})),
    path("devices/", Devices.as_view({"get": "list"})),
    path("devices/<str:pk>/", Devices.as_view({"get": "retrieve", "delete": "destroy"})),
]
