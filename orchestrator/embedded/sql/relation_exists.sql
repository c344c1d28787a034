-- One row when there is a relation of this qualified name.
select from to_regclass(%(name)s) as found (relation) where found.relation is not null
