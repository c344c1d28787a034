-- The extensions that this server only acts; their control files say so.
select name from pg_available_extensions where starts_with(comment, 'STAND-IN FOR TESTS')
