select 1;
select 'Gr√∂ﬂe';
