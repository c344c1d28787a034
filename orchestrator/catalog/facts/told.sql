-- What stands around the parts, which come in place of the line below: all rows, or those of a few keys.
select kind, identity, definition, whose from (
-- parts
) told (kind, identity, definition, whose)
 where (%(keys)s::bigint[] is null or whose = any (%(keys)s))
