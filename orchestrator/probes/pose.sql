-- Hands the questions to ask.sql, which takes no parameters, and takes away the answers to the last ones.
select pg_catalog.set_config('bascule.questions', %(questions)s, true),
       pg_catalog.set_config('bascule.answers', '[]', true)
