"""Static files under names with their hash, also where one module of ours imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "huiyin/*.js"
_IN_EVERY_SCRIPT, IMPORTS = (
    CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
)


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Give ``import … from "./queue.js"`` the hashed name too: a page never mixes two versions.

    Only in our own modules: what comes from others is one file each and stays as it came.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OURS, IMPORTS))
