"""Static files under names with their hash, also where one module of ours imports another."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "huiyin/*.js"


class HashedModules(CompressedManifestStaticFilesStorage):
    """Give ``import … from "./queue.js"`` the hashed name too: a page never mixes two versions.

    Only in our own modules: what comes from others is one file each and stays as it came.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _every_script, imports = self._js_module_import_aggregation_patterns
        self.patterns = (*self.patterns, (OURS, imports))
        super().__init__(*args, **kwargs)
