"""The shops and the local sandbox of the integration tests."""

from tests.integration.conftest import books, postgres_template, sandbox, shop, shop_template

__all__ = ["books", "postgres_template", "sandbox", "shop", "shop_template"]
