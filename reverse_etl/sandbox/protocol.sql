-- The third version of the books: what each call was made by. Before it there was SOAP alone.
ALTER TABLE calls ADD COLUMN protocol TEXT NOT NULL DEFAULT 'soap';
