"""The shops and the local sandbox of the integration tests."""

from tests.integration.conftest import postgres_template, sandbox, shop, shop_template

__all__ = ["postgres_template", "sandbox", "shop", "shop_template"]
