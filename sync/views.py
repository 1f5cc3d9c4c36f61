"""`/sync/`: what a phone recorded goes up, what concerns its user comes down."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.authentication import keep_sync
from fieldapi.api import Endpoint
from fieldapi.errors import Refused
from fieldapi.query import asked_for
from sync import examples
from sync.feed.changes import one_snapshot
from sync.feed.position import parsed
from sync.feed.schema import app_schema
from sync.pages import first_page, page_at
from sync.parcels import asked, unpacked
from sync.pull import pull
from sync.push import Push, rejected
from sync.serializers import AppSchema, PulledChanges, PullQuery, Pushed, PushedVerdicts

MOST_ROWS = 2000
FIRST = ("", "0", "null")
"""What a phone says that has never pulled."""
SAID_BY_PHONES = [
    OpenApiParameter(
        "X-Unsent",
        str,
        OpenApiParameter.HEADER,
        description="how many rows and photos the phone holds that are not here yet, in digits; read on every"
        " signed-in call, and passed over where it is no number",
    ),
    OpenApiParameter(
        "X-App-Version", str, OpenApiParameter.HEADER, description="the app's; read on every signed-in call"
    ),
]


class Sync(Endpoint):
    """One user's working set on one phone."""

    resource = "sync"
    repeatable = False  # a push is so by itself, and a refusal must leave its trace

    @extend_schema(
        summary="Push what the phone recorded",
        parameters=SAID_BY_PHONES,
        request=Pushed,
        responses=PushedVerdicts,
        examples=[examples.PUSH, examples.VERDICTS],
    )
    def push(self, request: Request) -> Response:
        """A verdict for each row; always 200, whatever they are. Repeatable as often as one likes.

        `created`, `same` and `waiting` rows are stored. `conflict`: another row stands there, and the next pull
        sends it. `refused` rows are kept in quarantine and listed in `experimentalRejectedIds`: the phone keeps
        and offers them again. At most 2 000 rows, 8 MB inflated.
        """
        body = asked(request.data)
        rows = unpacked(body.get("changes"))
        if len(rows) > MOST_ROWS:
            raise Refused("too_many_rows", limit=MOST_ROWS)
        device = self.device
        push = Push(self.by, device.pk if device else None, body.get("device"))
        results = push.take(rows)
        keep_sync(device, push.clock_offset)
        return Response(
            {
                "results": [result.as_json() for result in results],
                "experimentalRejectedIds": rejected(results),
            }
        )

    @extend_schema(
        summary="Pull the working set, or what changed in it",
        parameters=[PullQuery, *SAID_BY_PHONES],
        responses=PulledChanges,
        examples=[examples.PULLED],
    )
    def pull(self, request: Request) -> HttpResponse:
        """Rows come in `updated`; `deleted` has the ids of what is gone or left the working set.

        With `more`, repeat the call with `cursor`, join the pages, and keep the last `timestamp` for the next pull.
        With `"experimentalStrategy": "replacement"` the phone puts this in place of all it has but what is unsent.
        """
        if cursor := request.query_params.get("cursor"):
            return HttpResponse(page_at(self.by, cursor), content_type="application/json")
        asked = asked_for(request, PullQuery)
        said = asked.get("last_pulled_at", "")
        first = said in FIRST
        since = None if first else parsed(said)
        with one_snapshot():
            pulled = pull(
                self.by,
                since,
                anew=asked.get("fresh", False) or (since is None and not first),
                check=asked.get("check", False),
                renewed=asked.get("migration", ()),
            )
        keep_sync(self.device)
        return HttpResponse(first_page(self.by, self.device, pulled), content_type="application/json")

    @extend_schema(summary="The phone's tables", responses=AppSchema)
    def tables(self, request: Request) -> Response:
        """Ready for WatermelonDB's `appSchema`; beside it each column's owner and meaning."""
        return Response(app_schema())
