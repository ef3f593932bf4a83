"""The staff pages: one folder per domain, each with its views, forms, templates and tests."""
