"""Pairings over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows
from fieldapi.ids import new_id
from households import pairing
from households.models import Pairing
from households.pairing_serializers import (
    BulkIn,
    BulkOut,
    EndIn,
    HandOverIn,
    NewPairingIn,
    PairingOut,
    PairingQuery,
    ProposalOut,
    SuggestIn,
)
from households.proposal import propose
from households.register import NewPairing

HOUSEHOLD, CADRE = "01926b3c-0000-7000-8000-000000000001", "01926b3c-0000-7000-8000-000000000002"
NEW = {"household": HOUSEHOLD, "cadre": CADRE, "post": "A", "started_on": "2026-11-01"}


@extend_schema_view(
    list=extend_schema(parameters=[PairingQuery], summary="Pairings, past and present"),
    retrieve=extend_schema(summary="One pairing"),
)
class Pairings(Rows):
    """结对: who serves which household, in which post, from when to when."""

    resource = "pairings"
    rows = Pairing.objects
    serializer_class = PairingOut
    query = PairingQuery

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        if unit := asked.pop("unit", None):
            rows = rows.filter(**within(unit, field="household__unit"))
        if day := asked.pop("on", None):
            rows = rows.on(day)
        return rows.filter(**asked)

    @extend_schema(
        summary="Pair a cadre with a household",
        request=NewPairingIn,
        responses={200: PairingOut, 201: PairingOut},
        examples=[OpenApiExample("new", value=NEW, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        row, new = pairing.pair(by=self.by, asked=self.asked(self.body(NewPairingIn)))
        return self.shown(row, status=201 if new else 200)

    @extend_schema(
        summary="Many pairings at once: all of them or, with a fault per row, none",
        request=BulkIn,
        responses={200: BulkOut},
        examples=[OpenApiExample("two", value={"pairings": [NEW, NEW | {"post": "B"}]}, request_only=True)],
    )
    def bulk(self, request: Request) -> Response:
        asked = [self.asked(one) for one in self.body(BulkIn)["pairings"]]
        rows, made = pairing.pair_all(by=self.by, asked=asked)
        return Response(BulkOut({"created": made, "pairings": rows}).data)

    @extend_schema(
        summary="Propose cadres for the households without one; applied only by a following bulk call",
        request=SuggestIn,
        responses={200: ProposalOut},
        examples=[
            OpenApiExample("town", value={"unit": "530626101", "max_per_cadre": 12}, request_only=True)
        ],
    )
    def suggest(self, request: Request) -> Response:
        """Near, within everybody's room, loads evened out: never a longer way than by list and map (`baseline_m`)."""
        body = self.body(SuggestIn)
        post, day = body.get("post", "A"), body.get("started_on", self.today)
        proposal = propose(
            by=self.by, unit=body["unit"], max_per_cadre=body["max_per_cadre"], post=post, day=day
        )
        return Response(
            {
                "pairings": [
                    {
                        "id": new_id(),
                        "household": pair.household,
                        "cadre": pair.cadre,
                        "post": post,
                        "started_on": day,
                    }
                    for pair in proposal.pairs
                ],
                "left_over": proposal.left_over,
                "distances": [
                    {"household": pair.household, "distance_m": round(pair.metres, 1)}
                    for pair in proposal.pairs
                ],
                "loads": [{"cadre": cadre, "load": load} for cadre, load in proposal.loads.items()],
                "total_m": round(proposal.metres, 1),
                "baseline_m": round(proposal.baseline_metres, 1),
            }
        )

    @extend_schema(
        summary="End this pairing and start the next in its post (交接)",
        request=HandOverIn,
        responses={201: PairingOut},
        examples=[
            OpenApiExample(
                "leave", value={"to": CADRE, "on": "2026-11-03", "reason": "调离"}, request_only=True
            )
        ],
    )
    def hand_over(self, request: Request, pk: str) -> Response:
        row = pairing.hand_over(by=self.by, pairing=self.get_object(), **self.body(HandOverIn))
        return self.shown(row, status=201)

    @extend_schema(
        summary="End this pairing",
        request=EndIn,
        responses={200: PairingOut},
        examples=[OpenApiExample("end", value={"on": "2026-11-03", "reason": "家中无人"}, request_only=True)],
    )
    def end(self, request: Request, pk: str) -> Response:
        return self.shown(pairing.end(by=self.by, pairing=self.get_object(), **self.body(EndIn)))

    def asked(self, body: dict[str, Any]) -> NewPairing:
        return NewPairing(**({"started_on": self.today} | body))
