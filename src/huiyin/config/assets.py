"""Static files: hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, cached for ever; without a manifest, plain names."""

    manifest_strict = False
