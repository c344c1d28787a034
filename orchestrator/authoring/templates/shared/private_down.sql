[% if makes_private %]
drop schema if exists private;
[% endif %]
