-- the shape of the step; the unit tests give its rows
select
    known.*,
    cast(null as boolean) as past_90_days,
    cast(null as {{ dbt.type_string() }}) as place,
    cast(null as {{ dbt.type_string() }}) as moves_to_name,
    cast(null as {{ dbt.type_string() }}) as moves_to_time
from {{ ref('known') }} as known
