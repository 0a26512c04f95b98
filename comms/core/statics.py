"""The built files of the front end, also when somebody builds it anew under a running server.

A build throws the old files away and gives the new ones other names. What is gone is then "not found", what is
new is found, and pages name the new files as soon as the build has written its manifest. Until then they keep
the names that they have. Nothing of this needs a restart, and nothing of it is a failure of the server.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django_vite.core.asset_loader import DjangoViteAppClient, ManifestClient, ManifestEntry
from django_vite.core.exceptions import DjangoViteManifestError
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # untyped upstream
    """WhiteNoise, which by itself knows only the files of its start and fails when one of them is gone."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.autorefresh or not request.path_info.startswith(self.static_prefix):
            return self._without_the_gone(request)
        if request.path_info not in self.files:
            self._look_for(request.path_info)
        return self._without_the_gone(request)

    def _without_the_gone(self, request: HttpRequest) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().__call__(request)
        except FileNotFoundError:
            self.files.pop(request.path_info, None)
            response = self.get_response(request)
        return response

    def _look_for(self, path: str) -> None:
        found = self.find_file(path)
        if found is not None:
            self.files[path] = found


class WatchedManifest(ManifestClient):  # type: ignore[misc]  # untyped upstream
    """The list of what was built, read again when a build has written a new one."""

    _seen: tuple[int, int] | None = None

    def __init__(self, *words: Any) -> None:
        self.addresses: dict[str, str] = {}
        """Made up already, of this build."""
        super().__init__(*words)

    def get(self, path: str) -> ManifestEntry:
        """The entry of a source file. Raises DjangoViteAssetNotFoundError."""
        self.look_again()
        return super().get(path)

    def look_again(self) -> None:
        """Read a manifest that is newer than the one that is known."""
        try:
            now = self.manifest_path.stat()
            if (now.st_mtime_ns, now.st_ino) != self._seen:
                self._entries, self.legacy_polyfills_entry = self._parse_manifest()
                self._seen = now.st_mtime_ns, now.st_ino
                self.addresses = {}
        except (OSError, DjangoViteManifestError):
            return  # a build is at it: what was known stays


class BuiltFiles(DjangoViteAppClient):  # type: ignore[misc]  # untyped upstream
    """Addresses of built files by their source, after the newest manifest."""

    ManifestClient = WatchedManifest

    def generate_vite_asset_url(self, path: str) -> str:
        """The address of a built file. Raises DjangoViteAssetNotFoundError.

        Made up once for each build: a list with 130 icons asks for the same one 130 times.
        """
        self.manifest.look_again()
        known: dict[str, str] = self.manifest.addresses
        if path not in known:
            known[path] = super().generate_vite_asset_url(path)
        return known[path]
