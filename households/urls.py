from django.urls import path

from households.import_views import HouseholdImport, Imports, PairingImport, UserImport
from households.pairing_views import Pairings
from households.views import Households

urlpatterns = [
    path("users/import/", UserImport.as_view({"post": "import_file"})),
    path("households/import/", HouseholdImport.as_view({"post": "import_file"})),
    path("pairings/import/", PairingImport.as_view({"post": "import_file"})),
    path("imports/", Imports.as_view({"get": "list"})),
    path("imports/template/", Imports.as_view({"get": "template"})),
    path("imports/<pk>/", Imports.as_view({"get": "retrieve"})),
    path("imports/<pk>/undo/", Imports.as_view({"post": "undo"})),
    path("imports/<pk>/bad-rows/", Imports.as_view({"get": "bad_rows"})),
    path("households/", Households.as_view({"get": "list", "post": "create"})),
    path("households/<pk>/", Households.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("households/<pk>/reveal/", Households.as_view({"post": "reveal"})),
    path("households/<pk>/move/", Households.as_view({"post": "move"})),
    path("households/<pk>/merge/", Households.as_view({"post": "merge"})),
    path("households/<pk>/split/", Households.as_view({"post": "split"})),
    path("households/<pk>/end/", Households.as_view({"post": "end"})),
    path("pairings/", Pairings.as_view({"get": "list", "post": "create"})),
    path("pairings/bulk/", Pairings.as_view({"post": "bulk"})),
    path("pairings/suggest/", Pairings.as_view({"post": "suggest"})),
    path("pairings/<pk>/", Pairings.as_view({"get": "retrieve"})),
    path("pairings/<pk>/hand-over/", Pairings.as_view({"post": "hand_over"})),
    path("pairings/<pk>/end/", Pairings.as_view({"post": "end"})),
]
