from django.urls import path

from media.upload_views import Uploading, Uploads
from media.views import PhotoViewSet

urlpatterns = [
    path("photos/", PhotoViewSet.as_view({"get": "list"})),
    path("photos/<str:pk>/", PhotoViewSet.as_view({"get": "retrieve"})),
    path("photos/<str:pk>/content/", PhotoViewSet.as_view({"get": "content", "put": "upload"})),
    path("uploads/", Uploads.as_view({"options": "metadata", "post": "create"})),
    path(
        "uploads/<str:secret>/",
        Uploading.as_view({"head": "offset", "patch": "append", "delete": "terminate"}),
    ),
]
