[% if makes_set_updated_at %]
drop function if exists [[ set_updated_at ]]();
[% endif %]
