"""The public log in the API. Anyone may read it: nobody has to be trusted to check it.

What is in it are hashes and signatures. The one thing that can be added from outside is a co-signature,
and it counts only if a witness of this log made it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from comms.ledger import selectors, services
from comms.ledger.log_key import get_log_key
from comms.ledger.selectors import LEAVES_AT_ONCE, PROOFS_AT_ONCE
from comms.wire.cbor import MAX_INT

TEXT = "text/plain; charset=utf-8"
HASH_IN_BASE64 = 44
LEAF_IN_BASE64 = 100
TREE_HEIGHT = 64
"""A path and an edge have at most one hash for each level, a consistency proof one more."""
VERIFIER_LIMIT = 400
NOTE_LIMIT = 2_048


class AddressThrottle(SimpleRateThrottle):
    """So many calls a minute for each network address."""

    rate = "600/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """One counter for each address."""
        return f"api-log-{self.get_ident(request)}"


class OneForm(BaseContentNegotiation):
    """Each address has one form, whatever the caller's Accept header asks for."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser:  # type: ignore[override]  # the stubs' tuple
        """JSON."""
        return parsers[0]

    def select_renderer(  # type: ignore[override]  # as above
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """JSON, unless the view answers with text by itself."""
        return renderers[0], renderers[0].media_type or ""


class LogView(APIView):
    """A resource of the log. No account, no session, no token."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]
    throttle_classes = [AddressThrottle]
    content_negotiation_class = OneForm


class LeavesQuery(serializers.Serializer[Any]):
    """Which leaves."""

    start = serializers.IntegerField(
        min_value=0, max_value=MAX_INT, default=0, help_text="Index of the first leaf wanted."
    )
    count = serializers.IntegerField(
        min_value=1, max_value=LEAVES_AT_ONCE, default=LEAVES_AT_ONCE, help_text="How many at most."
    )


class LeavesSerializer(serializers.Serializer[Any]):
    """Leaves in their order. `edge` and they together make the root of the tree after them."""

    start = serializers.IntegerField()
    size = serializers.IntegerField(help_text="How many leaves the log has now.")
    edge = serializers.ListField(
        child=serializers.CharField(max_length=HASH_IN_BASE64),
        max_length=TREE_HEIGHT,
        help_text="Hashes of the complete subtrees of the first `start` leaves, largest first. Base64.",
    )
    leaves = serializers.ListField(
        child=serializers.CharField(max_length=LEAF_IN_BASE64),
        max_length=LEAVES_AT_ONCE,
        help_text="Each leaf, in base64 (docs/wire.cddl).",
    )


class InclusionQuery(serializers.Serializer[Any]):
    """Which leaves, in which tree."""

    leaf = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{64}$"),
        min_length=1,
        max_length=PROOFS_AT_ONCE,
        help_text="Leaf hash (RFC 9162) in hexadecimal; may be given up to 50 times.",
    )
    size = serializers.IntegerField(min_value=1, max_value=MAX_INT, help_text="Size of the tree.")


class InclusionSerializer(serializers.Serializer[Any]):
    """One inclusion proof (RFC 9162, 2.1.3)."""

    leaf = serializers.CharField(max_length=64, help_text="Leaf hash in hexadecimal.")
    index = serializers.IntegerField()
    path = serializers.ListField(
        child=serializers.CharField(max_length=HASH_IN_BASE64),
        max_length=TREE_HEIGHT,
        help_text="Base64, leaf to root.",
    )


class InclusionsSerializer(serializers.Serializer[Any]):
    """Proofs for those leaves that are in the tree; the others are left out."""

    size = serializers.IntegerField()
    proofs = InclusionSerializer(many=True)


class ConsistencyQuery(serializers.Serializer[Any]):
    """From which size to which."""

    first = serializers.IntegerField(min_value=0, max_value=MAX_INT, help_text="The smaller size.")
    second = serializers.IntegerField(min_value=0, max_value=MAX_INT, help_text="The larger size.")


class ConsistencySerializer(serializers.Serializer[Any]):
    """A consistency proof (RFC 9162, 2.1.4)."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    proof = serializers.ListField(
        child=serializers.CharField(max_length=HASH_IN_BASE64),
        max_length=TREE_HEIGHT + 1,
        help_text="Base64.",
    )


class WitnessSerializer(serializers.Serializer[Any]):
    """Somebody outside who watches the log."""

    name = serializers.CharField(source="witness.name")
    verifier = serializers.CharField(source="witness.verifier", help_text="name+id+key (C2SP).")
    size = serializers.IntegerField(help_text="The largest checkpoint they co-signed; 0 for none.")
    seen_at = serializers.DateTimeField(allow_null=True, help_text="When they say they saw it.")


class WitnessesSerializer(serializers.Serializer[Any]):
    """All present witnesses."""

    witnesses = WitnessSerializer(many=True)


class NewCosignatureSerializer(serializers.Serializer[Any]):
    """A witness's signature under one of the log's checkpoints."""

    size = serializers.IntegerField(
        min_value=1, max_value=MAX_INT, help_text="Size of the checkpoint that was co-signed."
    )
    cosignature = serializers.CharField(
        max_length=NOTE_LIMIT,
        help_text="The whole line: an em dash, a space, the witness's name, a space, base64.",
    )


class CosignatureSerializer(serializers.Serializer[Any]):
    """What was kept."""

    size = serializers.IntegerField(source="checkpoint_id")
    witness = serializers.CharField(source="witness.name")
    seen_at = serializers.DateTimeField()


class CheckpointView(LogView):
    """The newest checkpoint."""

    @extend_schema(
        operation_id="get_log_checkpoint",
        summary="The newest checkpoint of the public log",
        responses={
            (200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, "A C2SP tlog-checkpoint.")
        },
        auth=[],
    )
    def get(self, request: Request) -> HttpResponse:
        """A signed note: which log, how many leaves, which root; with its witnesses' co-signatures."""
        return _text(selectors.get_checkpoint_note())


class KeyView(LogView):
    """The log's public key."""

    @extend_schema(
        operation_id="get_log_key",
        summary="The key that signs the public log",
        responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, "name+id+key (C2SP).")},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponse:
        """The verifier key that checkpoints are checked with. It never changes: remember it."""
        return _text(f"{get_log_key().verifier}\n".encode())


class LeavesView(LogView):
    """What was logged."""

    @extend_schema(
        operation_id="list_log_leaves",
        summary="Leaves of the public log",
        parameters=[LeavesQuery],
        responses=LeavesSerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Up to 500 leaves from `start` on. Start again where the page ended, until `size` is reached."""
        query = LeavesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = selectors.list_leaves(query.validated_data["start"], query.validated_data["count"])
        shown = {
            "start": page.start,
            "size": page.size,
            "edge": _base64(page.edge),
            "leaves": _base64(page.leaves),
        }
        return Response(LeavesSerializer(shown).data)


class InclusionView(LogView):
    """That leaves are in the log."""

    @extend_schema(
        operation_id="prove_log_inclusion",
        summary="Proofs that leaves are in the public log",
        parameters=[InclusionQuery],
        responses=InclusionsSerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """One proof for each leaf hash that is among the first `size` leaves."""
        query = InclusionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        size = query.validated_data["size"]
        hashes = [bytes.fromhex(one) for one in dict.fromkeys(query.validated_data["leaf"])]
        proofs = [
            {"leaf": one.leaf.hex(), "index": one.index, "path": _base64(one.path)}
            for one in selectors.prove_inclusion(hashes, size)
        ]
        return Response(InclusionsSerializer({"size": size, "proofs": proofs}).data)


class ConsistencyView(LogView):
    """That the log only grew."""

    @extend_schema(
        operation_id="prove_log_consistency",
        summary="Proof that the public log only grew",
        parameters=[ConsistencyQuery],
        responses=ConsistencySerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """That the tree of `first` leaves is the beginning of that of `second`."""
        query = ConsistencyQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        first, second = query.validated_data["first"], query.validated_data["second"]
        proof = _base64(selectors.prove_consistency(first, second))
        shown = {"first": first, "second": second, "proof": proof}
        return Response(ConsistencySerializer(shown).data)


class WitnessesView(LogView):
    """Who watches."""

    @extend_schema(
        operation_id="list_log_witnesses",
        summary="Witnesses of the public log",
        responses=WitnessesSerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Their keys, and how far each has co-signed."""
        return Response(WitnessesSerializer({"witnesses": selectors.list_witnesses()}).data)


class CosignaturesView(LogView):
    """Where a witness leaves its signature."""

    @extend_schema(
        operation_id="add_log_cosignature",
        summary="Leave a witness's co-signature",
        request=NewCosignatureSerializer,
        responses={201: CosignatureSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Kept if a registered witness made it over a checkpoint of this log; the same again is fine."""
        given = NewCosignatureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        kept = services.add_cosignature(
            size=given.validated_data["size"], line=given.validated_data["cosignature"]
        )
        return Response(CosignatureSerializer(kept).data, status=201)


def _base64(items: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in items]


def _text(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type=TEXT, headers={"Cache-Control": "no-store"})


outside: list[URLPattern | URLResolver] = [
    path("ledger/checkpoint", CheckpointView.as_view(), name="log_checkpoint"),
    path("ledger/key", KeyView.as_view(), name="log_key"),
    path("ledger/leaves", LeavesView.as_view(), name="log_leaves"),
    path("ledger/inclusion", InclusionView.as_view(), name="log_inclusion"),
    path("ledger/consistency", ConsistencyView.as_view(), name="log_consistency"),
    path("ledger/witnesses", WitnessesView.as_view(), name="log_witnesses"),
    path("ledger/cosignatures", CosignaturesView.as_view(), name="log_cosignatures"),
]
