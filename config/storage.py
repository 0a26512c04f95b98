"""Where sealed files lie: a folder of this machine, or a bucket that speaks S3."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import env


def blob_storage() -> dict[str, Any]:
    """Django's `STORAGES["default"]`, from FILES_STORAGE and, for "s3", the S3_… settings.

    Raises ImproperlyConfigured with one sentence for anything that is missing.
    """
    kind = env.text("FILES_STORAGE", "folder")
    if kind == "folder":
        return {"BACKEND": "comms.core.storage.DurableFileStorage"}
    if kind != "s3":
        raise ImproperlyConfigured(f"FILES_STORAGE must be folder or s3, not {kind!r}.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "FILES_STORAGE=s3 needs its packages: "
            "install them with .venv/bin/uv pip install 'django-storages[s3]'."
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.text("S3_BUCKET"),
            "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
            "region_name": env.text("S3_REGION", "") or None,
            "access_key": env.text("S3_ACCESS_KEY"),
            "secret_key": env.secret("S3_SECRET_KEY", at_least=16),
            "location": env.text("S3_PREFIX", ""),
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": True,
            "object_parameters": {"CacheControl": "private"},
        },
    }
