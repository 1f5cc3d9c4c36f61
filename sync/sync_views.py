"""`/sync/`: what a phone recorded goes up, what concerns its user comes down."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Endpoint
from fieldapi.errors import Refused
from sync import sync_examples
from sync.parcels import asked, unpacked
from sync.push import Push, rejected
from sync.sync_serializers import Pushed, PushedVerdicts

MOST_ROWS = 2000


class Sync(Endpoint):
    """One user's working set on one phone."""

    resource = "sync"
    repeatable = False  # a push is so by itself, and a refusal must leave its trace

    @extend_schema(
        summary="Push what the phone recorded",
        request=Pushed,
        responses=PushedVerdicts,
        examples=[sync_examples.PUSH, sync_examples.VERDICTS],
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
        results = Push(self.by, device.pk if device else None, body.get("device")).take(rows)
        return Response(
            {
                "results": [result.as_json() for result in results],
                "experimentalRejectedIds": rejected(results),
            }
        )
