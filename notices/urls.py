from django.urls import path

from notices.delivery_views import DeliveryViewSet
from notices.views import NoticeViewSet

urlpatterns = [
    path("deliveries/", DeliveryViewSet.as_view({"get": "list"})),
    path("deliveries/<pk>/", DeliveryViewSet.as_view({"get": "retrieve"})),
    path("deliveries/<pk>/restart/", DeliveryViewSet.as_view({"post": "restart"})),
    path("notices/", NoticeViewSet.as_view({"get": "list"})),
    path("notices/read/", NoticeViewSet.as_view({"post": "read_many"})),
    path("notices/<pk>/", NoticeViewSet.as_view({"get": "retrieve"})),
    path("notices/<pk>/read/", NoticeViewSet.as_view({"post": "read"})),
]
