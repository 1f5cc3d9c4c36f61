"""Every address. Each app lists its own under /api/v1/; those that phones write through come first."""

from django.urls import include, path

import cadres.urls
import grouping.urls
import households.urls
import matters.urls
import media.urls
import notices.urls
import opinions.urls
import reports.urls
import sync.urls
import visits.urls
from fieldapi import around
from sync.metrics import Metrics

urlpatterns = [
    path(
        "api/v1/",
        include(
            [
                *sync.urls.urlpatterns,
                *media.urls.urlpatterns,
                *visits.urls.urlpatterns,
                *households.urls.urlpatterns,  # before cadres': users/import/ is no user's address
                *cadres.urls.urlpatterns,
                *opinions.urls.urlpatterns,
                *grouping.urls.urlpatterns,
                *matters.urls.urlpatterns,
                *notices.urls.urlpatterns,
                *reports.urls.urlpatterns,
                *around.api_urls,
            ]
        ),
    ),
    path("metrics", Metrics.as_view()),
    *around.urls,
]
