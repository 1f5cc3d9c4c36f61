"""Follow-up tasks, what was done to them, and the practical matters that came of it: one idea a module."""

from matters.models.calendars import CalendarDay, CountedCalendar
from matters.models.cards import Card, CardQuerySet
from matters.models.fixings import Fixing
from matters.models.practical import MatterHousehold, MatterOpinion, PracticalMatter, PracticalMatterQuerySet
from matters.models.reviews import JointReview, OfficeView
from matters.models.tasks import Task, TaskQuerySet
from matters.models.work import TaskAction, VisitTask

__all__ = [
    "CalendarDay",
    "Card",
    "CardQuerySet",
    "CountedCalendar",
    "Fixing",
    "JointReview",
    "MatterHousehold",
    "MatterOpinion",
    "OfficeView",
    "PracticalMatter",
    "PracticalMatterQuerySet",
    "Task",
    "TaskAction",
    "TaskQuerySet",
    "VisitTask",
]
