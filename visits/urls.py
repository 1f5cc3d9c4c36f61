from django.urls import path

from visits.views import VisitViewSet

urlpatterns = [
    path("visits/", VisitViewSet.as_view({"get": "list"})),
    path("visits/<str:pk>/", VisitViewSet.as_view({"get": "retrieve"})),
    path("visits/<str:pk>/flags/<str:code>/", VisitViewSet.as_view({"post": "review_flag"})),
]
