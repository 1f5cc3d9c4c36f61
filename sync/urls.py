from django.urls import path

from sync.views import PhoneAmendments, PhoneVisits, QuarantineViewSet

urlpatterns = [
    path("visits/<str:pk>/", PhoneVisits.as_view({"get": "retrieve", "put": "update"})),
    path("visits/<str:pk>/amendments/<str:row_id>/", PhoneAmendments.as_view({"put": "amend"})),
    path("quarantine/", QuarantineViewSet.as_view({"get": "list"})),
    path("quarantine/<str:pk>/", QuarantineViewSet.as_view({"get": "retrieve"})),
]
