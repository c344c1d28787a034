--
-- PostgreSQL database dump
--
\restrict dLkQVAEJ2gkXQz

\connect app
SET client_encoding = 'UTF8';
select 1 \gexec
;
\unrestrict dLkQVAEJ2gkXQz
