from django.urls import path

from opinions.views import CategoryViewSet, OpinionViewSet

urlpatterns = [
    path("opinions/", OpinionViewSet.as_view({"get": "list"})),
    path("opinions/<pk>/", OpinionViewSet.as_view({"get": "retrieve"})),
    path("categories/", CategoryViewSet.as_view({"get": "list", "post": "create"})),
    path("categories/<pk>/", CategoryViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
]
