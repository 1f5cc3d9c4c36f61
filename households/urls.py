from django.urls import path

from households.pairing_views import Pairings

urlpatterns = [
    path("pairings/", Pairings.as_view({"get": "list", "post": "create"})),
    path("pairings/bulk/", Pairings.as_view({"post": "bulk"})),
    path("pairings/<pk>/", Pairings.as_view({"get": "retrieve"})),
    path("pairings/<pk>/hand-over/", Pairings.as_view({"post": "hand_over"})),
    path("pairings/<pk>/end/", Pairings.as_view({"post": "end"})),
]
