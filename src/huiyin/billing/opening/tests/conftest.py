"""The estate of billing."""

from huiyin.billing.tests.conftest import cast, estate

__all__ = ["cast", "estate"]
