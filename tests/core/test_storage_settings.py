"""Where files lie is a setting; what is missing is said in one sentence before anything starts."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import storage

S3 = {
    "FILES_STORAGE": "s3",
    "S3_BUCKET": "entente",
    "S3_ENDPOINT_URL": "https://s3.example.org",
    "S3_ACCESS_KEY": "someone",
    "S3_SECRET_KEY": "aB3dE5gH7jK9mN1pQ3sT5",
}


@pytest.fixture
def having(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
    """Pretends that these packages are installed, and no other of the optional ones."""

    def pretend(packages: set[str]) -> None:
        found = importlib.util.find_spec
        optional = {"storages", "boto3"}
        monkeypatch.setattr(
            storage,
            "find_spec",
            lambda name: (
                (object() if name in packages else None) if name in optional else found(name)
            ),
        )

    return pretend


def test_a_folder_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILES_STORAGE", raising=False)
    assert storage.blob_storage() == {"BACKEND": "comms.core.storage.DurableFileStorage"}


def test_a_bucket_by_environment(
    monkeypatch: pytest.MonkeyPatch, having: Callable[[set[str]], None]
) -> None:
    having({"storages", "boto3"})
    for name, value in S3.items():
        monkeypatch.setenv(name, value)
    made = storage.blob_storage()
    assert made["BACKEND"] == "storages.backends.s3.S3Storage"
    options = made["OPTIONS"]
    assert (options["bucket_name"], options["endpoint_url"]) == (
        "entente",
        "https://s3.example.org",
    )
    assert options["default_acl"] is None


@pytest.mark.parametrize("missing", ["S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"])
def test_refuses_half_a_bucket(
    monkeypatch: pytest.MonkeyPatch, having: Callable[[set[str]], None], missing: str
) -> None:
    having({"storages", "boto3"})
    for name, value in S3.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    with pytest.raises(ImproperlyConfigured, match=missing):
        storage.blob_storage()


def test_refuses_a_bucket_without_its_packages(
    monkeypatch: pytest.MonkeyPatch, having: Callable[[set[str]], None]
) -> None:
    having(set())
    monkeypatch.setenv("FILES_STORAGE", "s3")
    with pytest.raises(ImproperlyConfigured, match="django-storages"):
        storage.blob_storage()


def test_refuses_a_place_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_STORAGE", "tape")
    with pytest.raises(ImproperlyConfigured, match="folder or s3"):
        storage.blob_storage()
