{{ reverse_etl._wrong_answers(reverse_etl._questions()) }}
