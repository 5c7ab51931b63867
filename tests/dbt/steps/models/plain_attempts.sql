-- the shape of the step; the unit tests give its rows
{{ typed(attempt_columns()) }}
