from django.urls import path

from grouping.views import GroupViewSet

VERBS = ("accept", "refuse", "merge", "split")

urlpatterns = [
    path("groups/<pk>/", GroupViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    *(path(f"groups/<pk>/{verb}/", GroupViewSet.as_view({"post": verb})) for verb in VERBS),
]
