"""Signing in as a program of a person: the same steps, rules and limits as the sign-in page.

The passphrase stays with the caller. It asks for the Argon2id parameters of an address, derives the
sign-in secret and sends that; where the person has a second step, a code follows. What comes of it is a
session like a browser's: listed among the person's browsers, ended from there, by the same idle rules.
"""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.stages import LoginStageController
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from comms.accounts import selectors
from comms.accounts.api.door import SessionView
from comms.accounts.models import User
from comms.accounts.views.answers import limit_rate
from comms.core.errors import ConflictError, InvalidError
from comms.wire.argon import Argon2
from comms.wire.cbor import decode

SIGNED_IN, SECOND_STEP = "signed_in", "second_step"


class AddressSerializer(serializers.Serializer[Any]):
    """Who wants to sign in."""

    email = serializers.CharField(max_length=254)


class ParametersSerializer(serializers.Serializer[Any]):
    """Argon2id parameters. A caller refuses any below 65536 KiB, 3 passes, 1 lane."""

    memory = serializers.IntegerField(help_text="KiB.")
    passes = serializers.IntegerField()
    lanes = serializers.IntegerField()
    salt = serializers.CharField(help_text="16 bytes in base64.")


class SignInSerializer(serializers.Serializer[Any]):
    """Address and sign-in secret."""

    email = serializers.CharField(max_length=254)
    secret = serializers.RegexField(
        r"^[0-9a-f]{64}$",
        help_text="64 hexadecimal digits, derived from the passphrase (docs/wire.cddl). Never the passphrase.",
    )


class CodeSerializer(serializers.Serializer[Any]):
    """The second step."""

    code = serializers.CharField(
        max_length=40, help_text="Of the authenticator app, or one of the backup codes."
    )


class SessionSerializer(serializers.Serializer[Any]):
    """How far signing in is."""

    state = serializers.ChoiceField(
        choices=[SIGNED_IN, SECOND_STEP], help_text="second_step: send a code to finish."
    )
    csrf_token = serializers.CharField(
        help_text="For X-CSRFToken; it changes with each step of signing in."
    )


class EntranceView(APIView):
    """A step of signing in. Nobody is signed in yet; JSON alone, so that no foreign page can take it."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]


class ParametersView(EntranceView):
    """What the sign-in secret is derived with."""

    @extend_schema(
        operation_id="get_sign_in_parameters",
        summary="Parameters to derive the sign-in secret with",
        request=AddressSerializer,
        responses=ParametersSerializer,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Argon2id parameters of an address. Addresses without an account get some too."""
        given = AddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = given.validated_data["email"].strip().lower()
        limit_rate(_django(request), "sign_in_salt", key=address)
        kept = Argon2.read(decode(selectors.sign_in_argon2(address), limit=64))
        shown = {
            "memory": kept.memory,
            "passes": kept.passes,
            "lanes": kept.lanes,
            "salt": base64.b64encode(kept.salt).decode(),
        }
        return Response(ParametersSerializer(shown).data)


class SessionStartView(EntranceView):
    """Address and sign-in secret."""

    @extend_schema(
        operation_id="sign_in",
        summary="Sign in",
        request=SignInSerializer,
        responses={201: SessionSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Opens a session, at once or after the second step. Its cookie comes with the answer."""
        given = SignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        inner = _django(request)
        limit_rate(inner, "login")
        fields = given.validated_data
        form = LoginForm(
            data={"login": fields["email"], "password": fields["secret"]}, request=inner
        )
        if not form.is_valid():
            raise InvalidError(_sentence(form), field="secret")
        form.login(inner)
        return _so_far(inner)


class SecondStepView(EntranceView):
    """The code after the secret."""

    @extend_schema(
        operation_id="sign_in_second_step",
        summary="Sign in: the second step",
        request=CodeSerializer,
        responses={201: SessionSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Finishes what signing in has begun, with the cookie that it gave."""
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        inner = _django(request)
        stage = LoginStageController.enter(inner, AuthenticateStage.key)
        if isinstance(inner.user, User) or stage is None:
            raise ConflictError(_("There is no sign-in that waits for a code. Sign in first."))
        form = AuthenticateForm(user=stage.login.user, data=given.validated_data)
        if not form.is_valid():
            raise InvalidError(_sentence(form), field="code")
        form.save()
        stage.exit()
        return _so_far(inner)


class SignOutView(SessionView):
    """The end of a session."""

    @extend_schema(operation_id="sign_out", summary="Sign out", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Ends the session that calls, with everything the server held for it."""
        logout(_django(request))
        return Response(status=204)


def _django(request: Request) -> HttpRequest:
    # DRF's own request hides it; allauth works with Django's.
    return request._request


def _so_far(request: HttpRequest) -> Response:
    state = SIGNED_IN if isinstance(request.user, User) else SECOND_STEP
    shown = {"state": state, "csrf_token": get_token(request)}
    return Response(SessionSerializer(shown).data, status=201)


def _sentence(form: Any) -> str:
    sentences = [str(error) for errors in form.errors.values() for error in errors]
    return " ".join(sentences) or str(gettext_lazy("That was not accepted."))
