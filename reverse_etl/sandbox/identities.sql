-- The sixth version of the books: hashes belong to an identity whether or not the goal is enhanced. Where one conversion
-- was taken twice because they did not, one of its rows keeps the identity that it was taken by: both were answered for.
UPDATE OR IGNORE received
SET identity = identity_of(conversion_name, click_id, hashed_email, hashed_phone, conversion_time)
WHERE identity IS NOT NULL AND coalesce(hashed_email, hashed_phone) IS NOT NULL;
UPDATE adjustments SET identity = identity_of(conversion_name, click_id, hashed_email, hashed_phone, conversion_time)
WHERE identity IS NOT NULL AND coalesce(hashed_email, hashed_phone) IS NOT NULL;
UPDATE unjudged SET identity = identity_of(conversion_name, click_id, hashed_email, hashed_phone, conversion_time)
WHERE identity IS NOT NULL AND coalesce(hashed_email, hashed_phone) IS NOT NULL;
