-- the shape of the step; the unit tests give its rows
select
    known.*,
    cast(null as boolean) as past_90_days,
    cast(null as {{ dbt.type_string() }}) as place
from {{ ref('known') }} as known
