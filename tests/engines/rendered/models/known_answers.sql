{{ reverse_etl._wrong_answers() }}
