from django.urls import path

from matters.calendar_views import CalendarDayViewSet
from matters.matter_views import PracticalMatterViewSet
from matters.verbs import VERBS
from matters.views import GroupTaskViewSet, TaskViewSet
from matters.waiting_views import GroupListViewSet
from matters.way_views import OpinionWayViewSet

urlpatterns = [
    path("tasks/", TaskViewSet.as_view({"get": "list", "post": "create"})),
    path("tasks/<pk>/", TaskViewSet.as_view({"get": "retrieve"})),
    path("tasks/<pk>/history/", TaskViewSet.as_view({"get": "history"})),
    path("tasks/<pk>/verbs/", TaskViewSet.as_view({"get": "verbs"})),
    *(path(f"tasks/<pk>/{verb}/", TaskViewSet.as_view({"post": verb.replace("-", "_")})) for verb in VERBS),
    path("calendar-days/", CalendarDayViewSet.as_view({"get": "list", "post": "create"})),
    path("calendar-days/<pk>/", CalendarDayViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path("groups/", GroupListViewSet.as_view({"get": "list"})),
    path("groups/<pk>/open-task/", GroupTaskViewSet.as_view({"post": "open_task"})),
    path("opinions/<pk>/way/", OpinionWayViewSet.as_view({"get": "way"})),
    path("practical-matters/", PracticalMatterViewSet.as_view({"get": "list"})),
    path("practical-matters/<pk>/", PracticalMatterViewSet.as_view({"get": "retrieve"})),
]
