[% set policy = bucket | replace("-", "_") %]
[% include "shared/head_down.sql" %]
drop policy if exists [[ called(policy, "delete_own") ]] on storage.objects;
drop policy if exists [[ called(policy, "update_own") ]] on storage.objects;
drop policy if exists [[ called(policy, "insert_own") ]] on storage.objects;
drop policy if exists [[ called(policy, "select_own") ]] on storage.objects;

-- Fails while a file is in it: its row would go and the file stay behind. Empty the bucket first.
-- Deleting must be asked for by name there, and only for this statement.
set local storage.allow_delete_query = 'true';
delete from storage.buckets where id = '[[ bucket ]]';
set local storage.allow_delete_query = 'false';
