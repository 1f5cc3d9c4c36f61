from django.urls import path

from notices.views import NoticeViewSet

urlpatterns = [
    path("notices/", NoticeViewSet.as_view({"get": "list"})),
    path("notices/read/", NoticeViewSet.as_view({"post": "read_many"})),
    path("notices/<pk>/", NoticeViewSet.as_view({"get": "retrieve"})),
    path("notices/<pk>/read/", NoticeViewSet.as_view({"post": "read"})),
]
