from django.urls import path

from media.views import PhotoViewSet

urlpatterns = [
    path("photos/", PhotoViewSet.as_view({"get": "list"})),
    path("photos/<str:pk>/", PhotoViewSet.as_view({"get": "retrieve"})),
    path("photos/<str:pk>/content/", PhotoViewSet.as_view({"get": "content", "put": "upload"})),
]
