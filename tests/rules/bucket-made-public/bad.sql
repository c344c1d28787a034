update storage.buckets set public = true where id = 'invoices';
UPDATE "storage"."buckets" SET file_size_limit = 1000, public = 't'::boolean;
