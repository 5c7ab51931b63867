"""What dbt and drivers say, in our own errors."""

from __future__ import annotations

import pytest

from reverse_etl.warehouse.dbt_calls import translated


@pytest.mark.parametrize(
    "said",
    [
        'Unable to connect to Postgres at "host=db password=s3cret-1 user=etl": refused',
        "Unable to connect to Postgres at 'dbname=x PASSWORD = 's3cret-1''",
        "could not reach postgresql://etl:s3cret-1@db:5432/crm",
        "Catalog md:crm?motherduck_token=s3cret-1&x=1 is not there",
    ],
)
def test_no_error_shows_a_password(said: str) -> None:
    """Drivers quote the connection string; what is shown of it holds no password."""
    shown = translated(RuntimeError(said)).message
    assert "s3cret" not in shown
    assert "(secret)" in shown
